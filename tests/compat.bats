# Random command lines do what they do under GNU xargs and GNU parallel. Of more cases at once: tests/compat/differential.
# shellcheck disable=SC2154 # the helper's variables
load helper

# same_as TOOL CASES [ARG]...: so many, fewer in a slow build.
same_as() {
	local tool=$1 cases=$2

	shift 2
	need python3 "$tool"
	case $TEST_KIND in asan | musl) cases=$((cases / 2)) ;; tsan) cases=$((cases / 5)) ;; esac
	capture "$test_root/tests/compat/differential" --spool "$TEST_SPOOL" --tool "$tool" --cases "$cases" --at-once 2 "$@"
	! grep -q '^1\.\.0 # skip' "$out" || skip "$tool is not GNU's"
	[[ $status -eq 0 ]] || {
		grep -v '^ok' "$out" | cut -c 1-500 | head -n 60
		cat "$err"
		return 1
	}
}

@test "xargs: random command lines do what they do under GNU xargs" {
	same_as xargs 400 --seed 1
}

@test "parallel: random command lines do what they do under GNU parallel" {
	same_as parallel 80 --seed 1
}

@test "a difference would be seen: spool is no xargs without its name" {
	need python3 xargs
	printf '#!/bin/sh\nshift 2\nexec "%s" "$@"\n' "$TEST_SPOOL" >other # drops --as xargs
	chmod +x other
	capture "$test_root/tests/compat/differential" --spool ./other --tool xargs --cases 20 --seed 1 --raw
	! grep -q '^1\.\.0 # skip' "$out" || skip "xargs is not GNU's"
	status_is 1
	out_has '^not ok '
	out_has '^#   T='
}
