# Stages of .ci/run: what is published.

# Each library as a registry would get it, built from its package. In a folder of its own: cargo keeps the sources of a packed
# version by the folder's name, and would build the next commit's packages from the last one's. Then what a maintainer has yet to set:
# named, not refused, since all else is checked without it.
package() {
    local folder code packages=()
    folder=$(mktemp -d) || return
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    cargo package "${packages[@]}" --target-dir "$folder"
    code=$?
    rm -rf "$folder"
    unset_yet
    echo 'not run: cargo publish --dry-run, which asks the registry, and cargo semver-checks, which compares with a published version'
    return $code
}

# The lines that hold a placeholder. RELEASING.md ends with a run of this that finds none.
unset_yet() {
    local found
    found=$(grep -n 'example\.org/fieldkey\|security@example\.org' Cargo.toml SECURITY.md .github/ISSUE_TEMPLATE/* || true)
    [[ -z $found ]] || printf 'to be set before anything is published:\n%s\n' "$found"
}

# Advisories are configured in deny.toml and not checked here: their database is a repository of its own, which a run of CI should not
# depend on. `cargo deny check advisories` before a release, and daily in the workflow.
deny() {
    program cargo-deny && cargo deny --log-level error --locked check licenses bans sources || return
    echo 'not run: cargo deny check advisories, which fetches a database over the network; the workflow runs it daily, RELEASING.md before a release'
}
