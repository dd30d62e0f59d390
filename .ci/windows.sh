# The stage `windows` of .ci/run: all is built for Windows with Debian's MinGW, and run under its wine. What wine cannot tell is in
# CONTRIBUTING.md.

# Left out under wine 8, by name; all else is run. The causes:
#
# - a thousand connections at once. For each socket that has something to read, and at each turn of its loop, wine 8's one server
#   thread searches the whole list of polls, and a poll for the end of a connection counts bytes that are not read yet as something to
#   read. So its work grows with the square of the connections: beyond some 550 it handles a few requests a second. No limit of
#   descriptors or ports is near.
# - a file that is open is not replaced or deleted at once, as Windows 10 does it: a record that many threads read is saved too late,
#   and a lock file that was deleted keeps its name.
# - six processes, or 512 threads, contend for a lock longer than the two seconds that a program waits for it.
left_out_under_wine=(
    failures::a_crowd_at_a_dead_token_makes_one_token_request
    failures::a_crowd_survives_a_first_attempt_that_fails
    sessions::a_crowd_without_a_token_makes_one_request
    upkeep::a_caller_that_is_cancelled_costs_the_others_nothing
    upkeep::a_session_with_a_login_starts_it_once
    async_service
    async_service_runs_without_an_account
    service::service_shares_one_login_among_a_thousand_tasks
    contract::a_fallback_of_three
    fs::lock::tests::a_file_that_is_deleted_again_and_again_is_an_error_in_the_end
    fs::lock::tests::a_file_that_is_deleted_before_it_is_locked_is_locked_anew
    shared_rate_limit::processes_with_one_file_store_together_keep_the_limit
    shared_rate_limit::many_callers_with_a_file_store_keep_the_limit
)

# The test programs that take longest, in this order and before all others.
longest_under_wine=(keystore.stores auth-flows.it api-inat.memory api-inat.examples keystore.keystore auth-testkit.own_store
    auth-testkit.auth_testkit api-infoflora.league)

windows() {
    local windows=x86_64-pc-windows-gnu folder=$PWD/target/ci/windows packages=()
    debian gcc-mingw-w64-x86-64-win32 wine64 && target "$windows" && mkdir -p "$folder" || return
    for package in "${libraries[@]}"; do packages+=(-p "$package"); done
    local -x WINEPREFIX=$folder/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
    local -x CARGO_PROFILE_DEV_DEBUG=0 RUSTFLAGS='-D warnings' RUN_BY=$PWD/.ci/wine
    # On a busy machine wine delays locks and threads for seconds.
    local tries=2
    cargo build --locked --target "$windows" --examples "${packages[@]}" --features "$stores" &&
        note_calls "$folder/calls" cargo test --locked --target "$windows" --lib --tests "${packages[@]}" --features "$stores" &&
        printf '%s\n' "${longest_under_wine[@]}" >"$folder/calls/first.in.order" && wine_prefix &&
        run_lanes "$folder/calls" wine_lane && credential_manager "target/$windows/debug/examples/keyring.exe"
}

wine_prefix() {
    .ci/wine wineboot --init &&
        # wine 8 has no bcryptprimitives.dll, from which std takes its random numbers.
        x86_64-w64-mingw32-gcc -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" .ci/bcryptprimitives.c -ladvapi32
    # The registry is written when the server ends.
    local code=$? server
    server=$(command -v wineserver || echo /usr/lib/wine/wineserver)
    "$server" --kill || true
    "$server" --wait && return "$code"
}

# A lane has a prefix of its own: wine's server, of which each prefix has one, is a single thread. The prefixes share drive C. Their
# registries are copies. The server stays between two programs: one that ends while the next program starts resets that one's connection.
wine_lane() {
    local prefix=$folder/lane-$1 server
    server=$(command -v wineserver || echo /usr/lib/wine/wineserver)
    rm -rf "$prefix" && mkdir -p "$prefix/dosdevices" && cp "$WINEPREFIX"/*.reg "$WINEPREFIX/.update-timestamp" "$prefix" &&
        ln -s "$WINEPREFIX/drive_c" "$prefix/drive_c" && ln -s ../drive_c "$prefix/dosdevices/c:" && ln -s / "$prefix/dosdevices/z:" || return
    export WINEPREFIX=$prefix
    "$server" --persistent
    take_calls "$folder/calls" --exact "${left_out_under_wine[@]/#/--skip=}"
    "$server" --kill || true
}

# A record of one entry and a record of several, each saved by one process and loaded by another.
credential_manager() {
    local bytes
    .ci/wine "$1" check || return
    for bytes in 1500 20000; do
        .ci/wine "$1" save "$bytes" 8 && [[ $(.ci/wine "$1" load) == "$bytes bytes made from 8"* ]] && .ci/wine "$1" remove || return
    done
}
