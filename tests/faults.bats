# System calls that fail: whichever call of whichever kind fails, in whichever thread, the run ends in time, without a crash, and
# with status 0 only when nothing is missing. FAULTS=all tries more of them, for some minutes.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts for jobs, tests are subshells
load helper

trace=$BATS_TEST_TMPDIR/trace
[[ -z ${BATS_TEST_TIMEOUT-} ]] || BATS_TEST_TIMEOUT=$([[ ${FAULTS-} == all ]] && echo 1500 || echo 300)

setup() {
	test_setup
	need strace
	skip_if_sanitized
	lines a b c >list
	strace -f -qq -o "$trace" -b execve -e trace=write -e inject=write:error=EIO:when=1 \
		spool echo ::: a >"$out" 2>"$err" && skip 'strace can not inject faults here'
	grep -q INJECTED "$trace" || skip 'strace can not inject faults here'
}

# What a run with status 0 has left: output, effects and, where it has one, a log; a list of three.
is_complete() {
	lines a b c | cmp -s - <(sed 's/.*\t//; s/ //g' "$out" | sort) && lines a b c | cmp -s - <(sort done) &&
		[[ ! -e log || $(cut -f 1 log | sort -n | tr '\n' ' ') == 'Seq 1 2 3 ' ]]
}

# The first calls of a process are those of the dynamic loader, which may crash on its own account.
is_loaders() {
	[[ ! -s done && ! -s "$err" && $n -le $(strace -qq -e trace="$call" spool --version 2>&1 | grep -c "^$call(") ]]
}

was_right() {
	case $status in
	0) is_complete ;;
	124 | 137 | 143) false ;; # it hung
	129 | 13[0-9] | 14[0-9] | 159) is_loaders ;;
	*) [[ -s $err || $call$which == write*+ ]] ;; # the message could not be written either
	esac
}

# fault WORD...: a run with the call $call number $which failing with $error; fails when there was none that could, and sets
# $problem when something is wrong.
fault() {
	rm -rf log failed done
	: >done
	capture timeout 60 strace -f -qq -o "$trace" -b execve -e trace="$call" -e inject="$call:error=$error:when=$which" \
		spool "$@" <list
	grep -q INJECTED "$trace" || return
	tried=$((tried + 1))
	was_right || {
		problem="$call:error=$error:when=$which: status $status from spool $*"
		echo "$problem"
		show_captured
		return 1
	}
}

# each_fault WORD...: each of $calls fails in each way of $errors: the first in a thread, then the second ... until there is
# none; and then from the first, the second, the fourth ... on all. Jobs are not traced. Strace counts in each thread anew.
each_fault() {
	local call error n which problem='' tried=0

	for call in $calls; do
		for error in $errors; do
			for ((n = 1; n < 100; n++)); do
				which=$n
				fault "$@" || break
			done
			for n in 1 2 5 13 34; do
				which=$n+
				[[ -z $problem && $error != EINTR && $error != EAGAIN ]] && fault "$@" || break # which would be tried again for ever
			done
			[[ -z $problem ]] || return
		done
	done
	echo "$tried faults"
	[[ $tried -gt 0 ]]
}

# try CALLS ERRORS [MORE-ERRORS]: two styles of a run; with FAULTS=all more styles and all errors.
try() {
	local calls=$1 errors=$2

	[[ ${FAULTS-} != all ]] || errors+=" ${3-}"
	each_fault -k -j2 --joblog log 'echo {} >>done; echo {}'
	each_fault -j3 --buffer 1 'echo {} >>done; printf %4999s {}; sleep 0; echo'
	if [[ ${FAULTS-} == all ]]; then
		each_fault --line-buffer --tag 'echo {} >>done; echo {}'
		each_fault -u -j2 --timeout 20s --delay 1ms 'echo {} >>done; echo {}'
		each_fault -j1 --joblog log --resume --fail-log failed 'echo {} >>done; echo {}'
		each_fault -j2 -a list --load 999 --memfree 1k 'echo {} >>done; echo {}'
	fi
	no_leftovers 5
	no_files_left
}

@test "whichever call that reads or waits fails, the run is complete or says why not" {
	try 'read poll ppoll wait4 waitid rt_sigtimedwait' 'EIO EINTR' EAGAIN
}

@test "whichever call that writes fails, the run is complete or says why not" {
	try 'write pwrite64 pread64 splice sendfile ftruncate fallocate' 'ENOSPC EINTR' 'EIO EAGAIN'
	try close EIO 'EINTR ENOSPC'
}

@test "whichever call that makes something fails, the run is complete or says why not" {
	try 'openat pipe2 fcntl' EMFILE 'EINTR EIO'
	try 'clone clone3 vfork' EAGAIN ENOMEM
}

@test "whichever call for memory or facts fails, the run is complete or says why not" {
	try mmap ENOMEM 'EAGAIN EIO'
	try 'munmap newfstatat fstat prlimit64 lseek' EIO ENOMEM
}
