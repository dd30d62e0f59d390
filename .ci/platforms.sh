# Stages of .ci/run: other compilers, other dependencies, other systems.

# Each library with the oldest dependencies that its manifest allows, in a clone of its own: the bounds are true. Without the examples of
# foreign transports: reqwest-middleware needs a newer reqwest than http-reqwest does.
minimal() {
    nightly || return
    local clone code packages=()
    clone=$(mktemp -d) || return
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    git clone --quiet . "$clone/tree" &&
        (cd "$clone/tree" && sed -i '/"auth-flows\/transports"/d' Cargo.toml && cargo +nightly update --quiet -Z direct-minimal-versions &&
            cargo test --locked --lib --features "$stores,auth-core/testkit" "${packages[@]}")
    code=$?
    rm -rf "$clone"
    return $code
}

# The libraries, their examples and tests with the compiler of `rust-version`: Debian stable's own where apt has it, by the name of its
# package, or rustup's.
msrv() {
    local version folder=$PWD/target/ci/msrv packages=() compiler=(env CARGO_TARGET_DIR=target/ci/msrv/target CARGO_PROFILE_DEV_DEBUG=0)
    version=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)
    if debian_compiler "$version" "$folder"; then
        compiler+=(RUSTC="$folder/rustc" RUSTDOC="$folder/rustdoc" cargo)
    else
        rustup toolchain install "$version" --profile minimal || return
        compiler+=(cargo "+$version")
    fi
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    "${compiler[@]}" build --locked --examples "${packages[@]}" --features "$stores" &&
        "${compiler[@]}" test --locked --lib --tests "${packages[@]}" --features "$stores"
}

# Unpacks Debian's rustc-web of this version, with wrappers that find its libraries.
debian_compiler() {
    local version=$1 folder=$2 llvm program
    [[ ! -x $folder/rustc ]] || return 0
    apt-cache policy rustc-web 2>/dev/null | grep -q " $version\." || as_root apt-get update -qq || return
    llvm=$(apt-cache show "rustc-web=$version*" 2>/dev/null | grep -o 'libllvm[0-9]*' | head -n 1)
    [[ -n $llvm ]] || llvm=$(apt-cache show "libstd-rust-web-$version" 2>/dev/null | grep -o 'libllvm[0-9]*' | head -n 1)
    [[ -n $llvm ]] || return
    mkdir -p "$folder/debs" &&
        (cd "$folder/debs" && apt-get download -qq "rustc-web=$version*" "libstd-rust-web-$version" "libstd-rust-web-dev=$version*" "$llvm" &&
            for package in *.deb; do dpkg -x "$package" ../unpacked; done) || return
    rm -rf "$folder/debs"
    for program in rustdoc rustc; do
        printf '#!/bin/sh\nd=%q\nLD_LIBRARY_PATH=$d/lib/x86_64-linux-gnu:$d/lib exec "$d/bin/%s" "$@"\n' \
            "$folder/unpacked/usr" "$program" >"$folder/$program" && chmod +x "$folder/$program" || return
    done
}

# Type-checked only: linking needs Apple's libraries. Without rustls, whose C code needs them too.
macos() {
    local packages=()
    target aarch64-apple-darwin || return
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    RUSTFLAGS='-D warnings' cargo check --locked --target aarch64-apple-darwin --target-dir target/ci/macos --examples --lib \
        "${packages[@]}" --features "$stores,http-ureq/native-tls,http-reqwest/native-tls"
}

# What is values only. A browser's entropy is the program's to choose: api-inat needs getrandom's `wasm_js`, which a program turns on.
wasm() {
    target wasm32-unknown-unknown &&
        RUSTFLAGS='-D warnings --cfg getrandom_backend="custom"' cargo check --locked --target wasm32-unknown-unknown \
            --target-dir target/ci/wasm --lib -p auth-core -p api-inat -p api-infoflora --features auth-core/testkit,api-inat/testkit,api-infoflora/testkit
}

# Left out under wine 8, where a program gets no further than some 550 sockets within a minute, and where six processes contend for a lock
# longer than the half second that a program waits for it: five tests and an example with a thousand tasks, and one of six processes.
too_much_for_wine=(--skip crowd --skip a_caller_that_is_cancelled_costs_the_others_nothing --skip a_session_with_a_login_starts_it_once
    --skip async_service --skip processes_with_one_file_store_together_keep_the_limit)

# Runs cargo for Windows: Debian's MinGW builds, and its wine runs. What wine cannot tell is in CONTRIBUTING.md.
for_windows() {
    local windows=x86_64-pc-windows-gnu folder=$PWD/target/ci/windows
    debian gcc-mingw-w64-x86-64-win32 wine64 && target "$windows" && mkdir -p "$folder" || return
    local -x WINEPREFIX=$folder/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
    local -x CARGO_PROFILE_DEV_DEBUG=0 RUSTFLAGS='-D warnings' CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$PWD/.ci/wine
    .ci/wine wineboot --init &&
        # wine 8 has no bcryptprimitives.dll, from which std takes its random numbers.
        x86_64-w64-mingw32-gcc -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" .ci/bcryptprimitives.c -ladvapi32 &&
        "$@"
}

# Everything is built; the core's tests, which depend on no load, are run.
windows() {
    local packages=()
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    for_windows windows_stage
}

windows_stage() {
    local windows=x86_64-pc-windows-gnu
    cargo build --locked --target "$windows" --examples "${packages[@]}" --features "$stores" &&
        cargo test --locked --no-run --target "$windows" --lib --tests "${packages[@]}" --features "$stores" &&
        cargo test --locked --target "$windows" --lib --tests -p auth-core
}

# All tests of the libraries. By name only: under load wine delays locks and renames for seconds, and then some of them fail.
wine() {
    local packages=()
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    for_windows wine_stage
}

wine_stage() {
    local windows=x86_64-pc-windows-gnu
    cargo build --locked --target "$windows" --examples "${packages[@]}" --features "$stores" &&
        cargo test --locked --no-fail-fast --target "$windows" --lib --tests "${packages[@]}" --features "$stores" -- "${too_much_for_wine[@]}" &&
        credential_manager "target/$windows/debug/examples/keyring.exe"
}

# A record of one entry and a record of several, each saved by one process and loaded by another.
credential_manager() {
    local bytes
    .ci/wine "$1" check || return
    for bytes in 1500 20000; do
        .ci/wine "$1" save "$bytes" 8 && [[ $(.ci/wine "$1" load) == "$bytes bytes made from 8"* ]] && .ci/wine "$1" remove || return
    done
}
