# Programs of tests side by side, one on each processor, as cargo does not run them: they wait more than they compute.

# Builds them by this command of cargo, and notes in a folder how each is to be called.
note_calls() {
    local calls=$1
    shift
    rm -rf "$calls" && mkdir -p "$calls" &&
        NOTE_CALLS_IN=$calls "$@" --config "target.'cfg(all())'.runner = '$PWD/.ci/note'"
}

# Runs the calls of a folder. Each lane is a call of this function with the number of the lane, which calls take_calls.
run_lanes() {
    local lanes lane pids=() call failed=0 passed=0 left_out=0
    lanes=$(nproc)
    for ((lane = 0; lane < lanes; lane++)); do
        "$2" "$lane" &
        pids+=($!)
    done
    wait "${pids[@]}"
    printf 'passed  left out  seconds\n'
    while read -r call; do report "$call"; done < <(find "$1" -type f ! -name '*.*.*' | sort)
    printf '%d tests: %d passed, %d failed, %d left out\n' $((passed + failed)) "$passed" "$failed" "$left_out"
    ((passed && !failed))
}

# Runs, with these arguments, the calls of a folder that no other lane has taken: first those that the file
# `first.in.order` names, if it is there.
take_calls() {
    local call calls=$1 first began code
    shift
    mapfile -t first < <([[ ! -f $calls/first.in.order ]] || cat "$calls/first.in.order")
    for call in "${first[@]/#/$calls/}" "$calls"/*; do
        [[ -f $call && ${call##*/} != *.*.* ]] && mkdir "$call.is.taken" 2>/dev/null || continue
        began=$SECONDS code=0
        sh "$call" "$@" >"$call.out.txt" 2>&1 || code=$?
        echo "$code" >"$call.code.txt"
        echo $((SECONDS - began)) >"$call.time.txt"
    done
}

# Counts what a program of tests printed. What failed is run up to `tries` times more, alone, and that is said. What still fails counts,
# and so does a program that did not end, or not well.
report() {
    local call=$1 result again=() try
    result=$(grep -a '^test result: ' "$call.out.txt" | tail -n 1)
    [[ -n $result ]] || result='0 passed; 1 failed; 0 filtered out'
    local good bad skipped
    good=$(count passed) bad=$(count failed) skipped=$(count 'filtered out')
    ((bad)) || [[ $(cat "$call.code.txt") == 0 ]] || bad=1
    if ((bad)); then
        cat "$call.out.txt"
        mapfile -t again < <(tr -d '\r' <"$call.out.txt" | awk '/^failures:$/ { names = "" } /^    [^ ]+$/ { names = names $1 "\n" } END { printf "%s", names }')
        for ((try = 0; ${#again[@]} && bad && try < ${tries:-0}; try++)); do
            printf 'failed, and run again alone: %s\n' "${again[*]}"
            if sh "$call" --exact --test-threads=1 "${again[@]}"; then
                good=$((good + bad)) bad=0
            fi
        done
    fi
    printf '%6d %9d %8d  %s\n' "$good" "$skipped" "$(cat "$call.time.txt" || echo 0)" "${call##*/}"
    passed=$((passed + good)) failed=$((failed + bad)) left_out=$((left_out + skipped))
}

# The number before a word of `result`.
count() { sed -n "s/.*[^0-9]\([0-9]*\) $1.*/\1/p" <<<" $result"; }
