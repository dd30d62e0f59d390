# What the stages of .ci/run need, installed where it is missing.

# A component of the toolchain, by its name and by its command.
component() { cargo "$2" --version >/dev/null 2>&1 || rustup component add "$1"; }

# The standard library of another target.
target() { [[ -d $(rustc --print sysroot)/lib/rustlib/$1/lib ]] || rustup target add "$1"; }

nightly() { cargo +nightly --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal; }

# A program of a registry's package of the same name. Unoptimized: that takes a fraction of the time, and one run of it not a second more.
program() {
    export PATH=$PWD/target/ci/programs/bin:$PATH
    command -v "$1" >/dev/null ||
        CARGO_PROFILE_DEV_DEBUG=0 cargo install --debug --quiet --locked --root target/ci/programs "$1"
}

# Packages of Debian. Its lists are fetched first, which a fresh machine lacks.
debian() {
    local package missing=()
    if ! command -v apt-get >/dev/null; then
        echo "no apt-get here; what is required is called $* on Debian"
        return
    fi
    for package; do
        [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    echo "installing ${missing[*]}"
    as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

as_root() { if ((EUID)); then sudo "$@"; else "$@"; fi; }

# A package of Debian for a command that is often there from elsewhere.
command_of() { command -v "$2" >/dev/null || debian "$1"; }

python() { python3 -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv; }

# OpenSSL, for the feature native-tls.
tls() { debian pkg-config libssl-dev; }
