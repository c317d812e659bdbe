# A run that is killed at any moment, and its log cut at any byte: what --resume makes of it.
# CRASH_KILLS=1000 kills more often than the 200 times of default; tests/crash/crash SPOOL MARK alone does the same.
# shellcheck disable=SC2016 # scripts for jobs
load helper

[[ -z ${BATS_TEST_TIMEOUT-} ]] || BATS_TEST_TIMEOUT=400

crash() {
	capture "$BATS_TEST_DIRNAME/crash/crash" --kills "$kills" "$@"
	cat "$out" "$err"
}

# A sanitizer makes each start slow.
how_often() {
	need python3
	kills=${CRASH_KILLS:-200}
	case $TEST_KIND in asan | tsan) kills=$((kills / 4)) ;; esac
}

@test "killed at any moment and resumed, a run does every job, and again only what was not recorded" {
	how_often
	crash "$TEST_SPOOL" "$TEST_BUILD/tools/mark"
	status_is 0
	no_leftovers
}

@test "a difference would be seen: a run that is not resumed, a log without the last record or with one too many" {
	how_often
	kills=25
	for change in 'for w; do shift; [ "$w" = --resume ] || set -- "$@" "$w"; done' \
		'[ ! -e "$3" ] || sed -i "\$d" "$3"' \
		'[ ! -e "$3" ] || sed -n "\$s/job...../job00999/p" "$3" >>"$3"'; do
		lines '#!/bin/sh' "$change" 'exec spool "$@"' >changed
		chmod +x changed
		crash ./changed "$TEST_BUILD/tools/mark" --seed 1 --jobs 300
		status_is 1
	done
}

@test "a log that was cut at any byte of its last three records loses nothing, and gets no garbage" {
	local job='echo {} >>done; echo "{}"' values=(1 12 'a "b"' '1	2' '$x' 'last one') size n records

	capture spool -k -j2 --joblog whole "$job" ::: "${values[@]}"
	size=$(wc -c <whole)
	for ((n = size - $(tail -n 3 whole | wc -c); n <= size; n++)); do
		head -c "$n" whole >log
		records=$(($(wc -l <log) - 1))
		: >done
		capture spool -k -j2 --joblog log --resume "$job" ::: "${values[@]}"
		echo "cut at $n of $size: $records records"
		status_is 0
		err_is
		lines "${values[@]:records}" | same - "$out"
		lines "${values[@]:records}" | sort | same - <(sort done)
		head -c "$n" whole | same - <(head -c "$n" log)
		[[ $(wc -l <log) -eq $((n == size || $(head -c "$n" whole | tail -c 1 | wc -l) ? 7 : 8)) ]]
		cp log before
		capture spool -k -j2 --joblog log --resume "$job" ::: "${values[@]}"
		status_is 0
		out_is
		same before log
	done
}
