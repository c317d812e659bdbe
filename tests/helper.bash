# shellcheck shell=bash
#
# What every test stands on: `load helper` at the top of a bats file.
#
# The program under test is `spool` on PATH ($TEST_SPOOL, else ../spool), the test tools are on PATH too
# ($TEST_BUILD/tools, else ../build/default/tools), the working directory is an empty one of the test's own. A file with a
# setup or teardown of its own calls test_setup or test_teardown in it.
#
# Traps: wait for a pid, never with a bare `wait` (bats' watchdog is a child too). A process in the background inherits
# bats' descriptor 3 and keeps bats from ending: start it with `background`.

bats_require_minimum_version 1.5.0

test_root=$(cd "$BATS_TEST_DIRNAME/.." && pwd -P)
: "${TEST_SPOOL:=$test_root/spool}" "${TEST_BUILD:=$test_root/build/default}" "${TEST_KIND:=plain}"
case $TEST_SPOOL in */*) ;; *) TEST_SPOOL=$(command -v "$TEST_SPOOL") ;; esac

setup() {
	test_setup
}

teardown() {
	test_teardown
}

test_setup() {
	# shellcheck disable=SC2086 # a list of names
	unset MAKEFLAGS MFLAGS MAKELEVEL CARGO_MAKEFLAGS ${!SPOOL_@}
	export LC_ALL=C TMPDIR=$BATS_TEST_TMPDIR/tmp
	export TEST_MARK="$BATS_TEST_NAME.$$.$RANDOM" # in the environment of all that this test starts
	mkdir "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/tmp" "$BATS_TEST_TMPDIR/seen" "$BATS_TEST_TMPDIR/work"
	ln -s "$TEST_SPOOL" "$BATS_TEST_TMPDIR/bin/spool"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH:$TEST_BUILD/tools
	out=$BATS_TEST_TMPDIR/seen/out err=$BATS_TEST_TMPDIR/seen/err
	cd "$BATS_TEST_TMPDIR/work" || return
}

# Nothing outlives its test. What is left of spool itself is a failure; what a test started besides just goes.
test_teardown() {
	local pid left=

	for pid in $(marked); do
		case $(readlink "/proc/$pid/exe") in
		"$(readlink -f "$TEST_SPOOL")") leftover_gone "$pid" || left+=" $pid" ;;
		esac
	done
	[[ -z $left ]] || describe_processes "$left"
	kill_marked
	[[ -z $left ]]
}

# --- running the program -------------------------------------------------------------------------------------------

# capture COMMAND...: leaves stdout and stderr, byte for byte, in the files $out and $err, and the status in $status.
capture() {
	status=0
	"$@" >"$out" 2>"$err" 3>&- 4>&- || status=$?
}

# capture_ending COMMAND...: the same, and $ending tells an exit from a death: "exit 3", "signal 15".
capture_ending() {
	capture with ending="$BATS_TEST_TMPDIR/seen/ending" "$@"
	# shellcheck disable=SC2034 # for the test
	ending=$(<"$BATS_TEST_TMPDIR/seen/ending")
}

# background COMMAND...: starts it with stdin, stdout and stderr as they are here; its pid is in $pid.
background() {
	"$@" <&0 3>&- 4>&- 8>&- & # without <&0 its stdin would be /dev/null
	pid=$!
}

# ended PID [SECONDS]: wait until it has ended (20 s at most); the status is in $status.
ended() {
	wait_until "${2:-20}" pid_gone "$1" || return
	status=0
	wait "$1" || status=$?
}

pid_gone() {
	! kill -0 "$1" 2>/dev/null || [[ $(ps -o stat= -p "$1") == Z* ]]
}

# --- what must be seen ---------------------------------------------------------------------------------------------

status_is() {
	[[ $status == "$1" ]] || {
		printf 'status is %s, not %s\n' "$status" "$1"
		show_captured
		return 1
	}
}

# out_is LINE...: exactly these lines were printed; without arguments: nothing at all.
out_is() {
	lines "$@" | same - "$out"
}

err_is() {
	lines "$@" | same - "$err"
}

# out_has and err_has PATTERN: an extended regular expression that some line matches.
out_has() {
	grep -Eq -e "$1" "$out" || {
		printf 'stdout has no line like: %s\n' "$1"
		show_captured
		return 1
	}
}

err_has() {
	grep -Eq -e "$1" "$err" || {
		printf 'stderr has no line like: %s\n' "$1"
		show_captured
		return 1
	}
}

# same EXPECTED ACTUAL: two files (- is stdin) hold the same bytes.
same() {
	local expected=$1

	if [[ $1 == - ]]; then
		expected=$BATS_TEST_TMPDIR/seen/expected
		cat >"$expected"
	fi
	cmp -s "$expected" "$2" || {
		printf 'expected (<) and actual (>) differ: %s\n' "$2"
		diff -a "$expected" "$2" | cut -c1-200 | head -n 40
		[[ $2 != "$out" ]] || { printf 'stderr:\n'; head -c 2000 "$err"; }
		return 1
	}
}

# lines LINE...: each ended by a newline.
lines() {
	[[ $# -eq 0 ]] || printf '%s\n' "$@"
}

show_captured() {
	printf 'stdout:\n'
	head -c 2000 "$out"
	printf 'stderr:\n'
	head -c 2000 "$err"
}

# --- order without sleep -------------------------------------------------------------------------------------------

# A gate is a FIFO. A job stops at it with `read x <GATE` (or `: <GATE`), the test opens it; or a job says with
# `echo word >GATE` that it has come so far, and the test awaits it.
gate() {
	mkfifo "$@"
}

# open_gate GATE [WORD]: lets one reader through; fails when none comes within 20 s.
open_gate() {
	# Who comes with `: <GATE` may be gone before the word is written.
	# shellcheck disable=SC2016 # for the inner shell
	timeout 20 sh -c 'trap "" PIPE; exec 8>"$1" && { echo "$2" >&8 || :; } 2>/dev/null' sh "$1" "${2-}" 3>&- || {
		printf 'nobody came to the gate %s\n' "$1"
		return 1
	}
}

# await GATE: waits at most 20 s for one line and leaves it in $word.
await() {
	# shellcheck disable=SC2034 # for the test
	word=$(timeout 20 head -n 1 "$1" 3>&-) || {
		printf 'nothing came through %s\n' "$1"
		return 1
	}
}

# listen GATE, then hear: like await, where several may come at once and head would swallow what the second says. The
# gate is held open as descriptor 8, which background keeps from what it starts.
listen() {
	exec 8<>"$1"
}

hear() {
	# shellcheck disable=SC2034 # for the test
	IFS= read -r -t 20 word <&8 || {
		printf 'nothing was heard\n'
		return 1
	}
}

# wait_until SECONDS COMMAND...: for what only looking can tell (a process is gone, a file has grown).
wait_until() {
	local end=$((SECONDS + $1 + 1))

	shift
	until "$@"; do
		((SECONDS < end)) || {
			printf 'never came true: %s\n' "$*"
			return 1
		}
		sleep 0.02
	done
}

# state_of PID: R, S, T ... as in ps(1); nothing when it is gone.
state_of() {
	sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null
}

is_stopped() {
	[[ $(state_of "$1") == T ]]
}

# No signal waits for the process to take it.
nothing_pends() {
	[[ ! -e /proc/$1/status || $(awk '/^ShdPnd/ { print $2 }' "/proc/$1/status") =~ ^0+$ ]]
}

# --- nothing is left behind ----------------------------------------------------------------------------------------

# Pids of all live processes that this test started, directly or not, whatever session they moved to.
marked() {
	# shellcheck disable=SC2097,SC2098 # the pattern has the mark, the environment must not
	TEST_MARK='' grep -lsxzF "TEST_MARK=$TEST_MARK" /proc/[0-9]*/environ |
		TEST_MARK='' sed 's,/proc/\([0-9]*\)/.*,\1,' # not these two themselves
}

nothing_marked() {
	[[ -z $(marked) ]]
}

# Fails when a process of the test still runs after two seconds (the keeper needs an instant to see its pipe close).
no_leftovers() {
	wait_until "${1:-2}" nothing_marked >/dev/null || {
		printf 'still running:\n'
		describe_processes "$(marked)"
		return 1
	}
}

# An empty directory for temporary files says that none was left there.
no_files_left() {
	local left

	left=$(ls -A "$TMPDIR")
	[[ -z $left ]] || {
		printf 'left in TMPDIR: %s\n' "$left"
		return 1
	}
}

leftover_gone() {
	wait_until 3 pid_gone "$1" >/dev/null
}

describe_processes() {
	# shellcheck disable=SC2086 # a list of pids
	[[ -z $1 ]] || ps -o pid,ppid,pgid,sid,stat,args -p "$(echo $1 | tr ' ' ,)"
}

kill_marked() {
	local tries=0 pids

	while pids=$(marked) && [[ -n $pids ]] && ((tries++ < 50)); do
		# shellcheck disable=SC2086 # a list of pids
		kill -KILL $pids 2>/dev/null
		sleep 0.02
	done
	return 0
}

# --- what this machine or this build can't do ----------------------------------------------------------------------

# need PROGRAM...: skip the test where one is missing.
need() {
	local program

	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# Sanitizers take address space, descriptors and time of their own.
skip_if_sanitized() {
	case $TEST_KIND in asan | tsan) skip "${1:-means nothing under a sanitizer}" ;; esac
}

# A job that says its number and waits for its own gate. The test makes them with gates, says what it expects to hear with
# hears, and that nothing more starts with quiet.
# shellcheck disable=SC2034 # for the test
hold='echo {} >said; : <go{}'

gates() {
	local i

	gate said
	for ((i = 1; i <= $1; i++)); do
		gate "go$i"
	done
	listen said
}

# hears NUMBER...: these jobs start next, in whatever order.
hears() {
	local heard=

	for _; do
		hear || return
		heard+="$word"$'\n'
	done
	[[ $(sort <<<"${heard%?}") == $(lines "$@" | sort) ]] || {
		printf 'started: %s\n' "$heard"
		return 1
	}
}

# Nothing starts for a moment.
quiet() {
	! IFS= read -r -t "${1:-0.4}" word <&8 || {
		printf 'started: %s\n' "$word"
		return 1
	}
}

# took LEAST MOST COMMAND...: capture, and it must take so many milliseconds; a sanitizer takes time of its own.
took() {
	local least=$1 most=$2 started ms

	shift 2
	started=$(date +%s%N)
	capture "$@"
	ms=$((($(date +%s%N) - started) / 1000000))
	case $TEST_KIND in asan | tsan) most=$((most + 3000)) ;; esac
	((ms >= least && ms <= most)) || {
		printf 'it took %d ms, not %d to %d: ' "$ms" "$least" "$most"
		printf ' %q' "$@"
		printf '\n'
		show_captured
		return 1
	}
}
