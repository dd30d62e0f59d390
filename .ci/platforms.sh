# Stages of .ci/run: other compilers, other dependencies, other systems.

# Each library with the oldest dependencies that its manifest allows, in a clone of its own: the bounds are true. Without the examples of
# foreign transports: reqwest-middleware needs a newer reqwest than http-reqwest does.
minimal() {
    nightly || return
    local clone code calls=$PWD/target/ci/minimal/calls packages=()
    clone=$(mktemp -d) || return
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    git clone --quiet . "$clone/tree" &&
        (cd "$clone/tree" && sed -i '/"auth-flows\/transports"/d' Cargo.toml && cargo +nightly update --quiet -Z direct-minimal-versions &&
            note_calls "$calls" cargo test --locked --lib --features "$stores,auth-core/testkit" "${packages[@]}" &&
            run_lanes "$calls" minimal_lane)
    code=$?
    rm -rf "$clone"
    return $code
}

minimal_lane() { take_calls "$calls"; }

# The libraries, their examples and tests with the compiler of `rust-version`: Debian stable's own where apt has it, by the name of its
# package, or rustup's.
msrv() {
    local version folder=$PWD/target/ci/msrv packages=() compiler=(env CARGO_TARGET_DIR=target/ci/msrv/target CARGO_PROFILE_DEV_DEBUG=0)
    # The linker that newer compilers use by themselves.
    debian lld && compiler+=(RUSTFLAGS="$(command -v ld.lld >/dev/null && echo '-C link-arg=-fuse-ld=lld')") || return
    version=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)
    if debian_compiler "$version" "$folder"; then
        compiler+=(RUSTC="$folder/rustc" RUSTDOC="$folder/rustdoc" cargo)
    else
        rustup toolchain install "$version" --profile minimal || return
        compiler+=(cargo "+$version")
    fi
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    "${compiler[@]}" build --locked --examples "${packages[@]}" --features "$stores" &&
        note_calls "$folder/calls" "${compiler[@]}" test --locked --lib --tests "${packages[@]}" --features "$stores" &&
        run_lanes "$folder/calls" msrv_lane
}

msrv_lane() { take_calls "$folder/calls"; }

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
