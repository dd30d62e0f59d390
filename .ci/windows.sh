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
    local -x CARGO_PROFILE_DEV_DEBUG=0 RUSTFLAGS='-D warnings' CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$PWD/.ci/wine
    cargo build --locked --target "$windows" --examples "${packages[@]}" --features "$stores" &&
        note_tests && wine_prefix && run_tests && credential_manager "target/$windows/debug/examples/keyring.exe"
}

# Builds the tests. Cargo says how each program of them is to be called; see .ci/wine.
note_tests() {
    rm -rf "$folder/calls" && mkdir -p "$folder/calls" &&
        NOTE_CALLS_IN=$folder/calls cargo test --locked --target "$windows" --lib --tests "${packages[@]}" --features "$stores"
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

# Each processor takes one test program after the other, in a prefix of its own: wine's server, of which each prefix has one, is a
# single thread. The prefixes share drive C. Their registries are copies.
run_tests() {
    local lanes lane prefix pids=() name failed=0 passed=0 left_out=0
    lanes=$(nproc)
    for ((lane = 0; lane < lanes; lane++)); do
        prefix=$folder/lane-$lane
        rm -rf "$prefix" && mkdir -p "$prefix/dosdevices" && cp "$WINEPREFIX"/*.reg "$WINEPREFIX/.update-timestamp" "$prefix" &&
            ln -s "$WINEPREFIX/drive_c" "$prefix/drive_c" && ln -s ../drive_c "$prefix/dosdevices/c:" && ln -s / "$prefix/dosdevices/z:" || return
        WINEPREFIX=$prefix take_calls &
        pids+=($!)
    done
    wait "${pids[@]}"
    printf 'passed  left out  seconds  under wine\n'
    for name in "$folder"/calls/*.out; do report "${name%.out}"; done
    printf '%d tests of %d programs: %d passed, %d failed; %d left out by name, with the reasons in .ci/windows.sh\n' \
        $((passed + failed)) "$(find "$folder/calls" -name '*.out' | wc -l)" "$passed" "$failed" "$left_out"
    ((passed && !failed))
}

# Runs the calls that no other lane has taken.
take_calls() {
    local call began server
    # It stays between two programs: one that ends while the next program starts resets that one's connection.
    server=$(command -v wineserver || echo /usr/lib/wine/wineserver)
    "$server" --persistent
    for call in "${longest_under_wine[@]/#/$folder/calls/}" "$folder"/calls/*; do
        [[ -f $call && $call != *.out && $call != *.time && $call != *.again.* ]] && mkdir "$call.taken" 2>/dev/null || continue
        began=$SECONDS
        sh "$call" --exact "${left_out_under_wine[@]/#/--skip=}" >"$call.out" 2>&1 || true
        echo $((SECONDS - began)) >"$call.time"
    done
    "$server" --kill || true
}

# Counts what a program of tests printed. On a busy machine wine delays locks and threads for seconds: a test that failed is run up to
# twice more, with nothing beside it, and that is said. What still fails counts, and so does a program that did not end.
report() {
    local call=$1 result again=() try
    result=$(grep -a '^test result: ' "$call.out" | tail -n 1)
    if [[ -z $result ]]; then
        tail -n 50 "$call.out"
        result='0 passed; 1 failed; 0 filtered out'
    fi
    local good=$(count passed) bad=$(count failed) skipped=$(count 'filtered out')
    if ((bad)) && [[ $result == test* ]]; then
        mapfile -t again < <(tr -d '\r' <"$call.out" | awk '/^failures:$/ { names = "" } /^    [^ ]+$/ { names = names $1 "\n" } END { printf "%s", names }')
        printf 'failed, and run again alone: %s\n' "${again[*]}"
        for try in again.1 again.2; do
            if sh "$call" --exact --test-threads=1 "${again[@]}" >"$call.$try" 2>&1; then
                good=$((good + bad)) bad=0
                break
            fi
            cat "$call.$try"
        done
    fi
    printf '%6d %9d %8d  %s\n' "$good" "$skipped" "$(<"$call.time")" "${call##*/}"
    passed=$((passed + good)) failed=$((failed + bad)) left_out=$((left_out + skipped))
}

# The number before a word of `result`.
count() { sed -n "s/.*[^0-9]\([0-9]*\) $1.*/\1/p" <<<" $result"; }

# A record of one entry and a record of several, each saved by one process and loaded by another.
credential_manager() {
    local bytes
    .ci/wine "$1" check || return
    for bytes in 1500 20000; do
        .ci/wine "$1" save "$bytes" 8 && [[ $(.ci/wine "$1" load) == "$bytes bytes made from 8"* ]] && .ci/wine "$1" remove || return
    done
}
