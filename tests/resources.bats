# Descriptors, processes, threads and memory: bounded, given back, and nothing lost where they are short.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # the helper's variables, scripts for jobs
load helper

preload=$TEST_BUILD/tools/failing_preload.so

# fed COMMAND...: starts it with a stdin to which the test writes as descriptor 9.
fed() {
	gate in
	exec 9<>in
	background "$@" <in >"$out" 2>"$err" 9>&-
}

end_of_input() {
	exec 9>&-
	ended "$pid"
}

# The descriptors of spool, but for the one unlinked file that may hold output.
descriptors() {
	find "/proc/$pid/fd" -mindepth 1 ! -lname '*(deleted)' | wc -l
}

threads() {
	awk '/^Threads/ { print $2 }' "/proc/$pid/status"
}

# What spool has started and not reaped: the keeper alone, between jobs.
children() {
	ps -o comm=,stat= --ppid "$pid"
}

# The job that printed this as the last line has ended, and with it all before it.
at_rest() {
	[[ $(tail -n 1 "$out") == "$1" && $(children) == spool-keeper* && $(children | wc -l) -eq 1 ]]
}

# The most jobs that ran at once, from a log to which each wrote + at its start and - at its end.
most_at_once() {
	awk '$1 == "+" { if (++n > most) most = n } $1 == "-" { n-- } END { print most + 0 }' "$1"
}

# as_user COMMAND...: as an ordinary user that has no other process, in this directory.
as_user() {
	local uid=$((100000 + RANDOM * 32 + RANDOM % 32))

	setpriv --reuid=$uid --regid=$uid --clear-groups "$@"
}

# A user that can't read the way here can run this copy.
need_user() {
	need setpriv prlimit
	[[ $EUID -eq 0 ]] || skip 'only root can be somebody else'
	chmod 777 .
	cp "$TEST_SPOOL" spool
	setpriv --reuid=99999 --regid=99999 --clear-groups ./spool --version >/dev/null || skip 'nobody else can run it'
}

# --- given back ------------------------------------------------------------------------------------------------------

@test "descriptors are as many, and processes as few, after many jobs of every kind as after a few" {
	{
		lines 'echo a' 'exit 3' 'kill -KILL $$' ./nosuchcommand 'head -c 300000 /dev/zero | tr "\0" x; echo' 'echo b >&2' \
			'exec >&- 2>&-' 'cat /dev/null | cat'
		printf ': %s\n' "$(head -c 131100 /dev/zero | tr '\0' x)"
	} >all_kinds
	fed spool -k -j4
	{
		cat all_kinds
		echo 'echo first end'
	} >&9
	wait_until 20 at_rest 'first end'
	before=$(descriptors)
	for ((i = 0; i < 50; i++)); do
		cat all_kinds
	done >&9
	echo 'echo second end' >&9
	wait_until 60 at_rest 'second end'
	[ "$(descriptors)" -eq "$before" ]
	[ "$(find "/proc/$pid/fd" -lname '*(deleted)' | wc -l)" -le 1 ]
	[ "$(threads)" -le 7 ] # ThreadSanitizer has one, too
	end_of_input
	status_is 101
	no_leftovers
	no_files_left
}

@test "never are there more zombies than slots" {
	capture spool -j4 'ps -o stat= --ppid $SPOOL_PID | grep -c ^Z; : {}' ::: {1..40}
	status_is 0
	[ "$(wc -l <"$out")" -eq 40 ]
	[ "$(sort -n "$out" | tail -n 1)" -le 4 ]
}

# --- threads and slots -----------------------------------------------------------------------------------------------

@test "-j 10000 with three jobs costs three threads" {
	local -A cost

	gate started
	listen started
	for slots in 3 10000; do
		for jobs in 1 3; do
			gate hold
			fed spool -j$slots 'echo >started; : <hold; : {}'
			seq $jobs >&9
			for ((i = 0; i < jobs; i++)); do
				hear
			done
			cost[$slots/$jobs]=$(threads)
			exec 7<>hold
			end_of_input
			status_is 0
			exec 7>&-
			rm in hold
		done
	done
	[ "${cost[3/3]}" -eq "${cost[10000/3]}" ]
	[ "${cost[3/1]}" -eq $((cost[3/3] - 2)) ]
	[ "${cost[10000/1]}" -eq $((cost[10000/3] - 2)) ]
}

@test "workers start on demand: jobs that come one after the other need one" {
	# shellcheck disable=SC2317 # called by wait_until
	idle() {
		[[ $(grep -lE '^State:.S' "/proc/$pid/task/"*/status | wc -l) -eq $(threads) && $(children | wc -l) -eq 1 ]]
	}
	fed spool -j8 'echo {%}'
	for ((i = 1; i <= 5; i++)); do
		lines a >&9
		wait_until 20 eval '[ "$(wc -l <"$out")" -eq '$i' ] && idle'
	done
	end_of_input
	status_is 0
	out_is 1 1 1 1 1
}

@test "{%} and SPOOL_SLOT stay within -j, and no two jobs have the same at once" {
	capture spool -j3 'mkdir slot.{%} || echo clash; echo {%} $SPOOL_SLOT; rmdir slot.{%}; : {}' ::: {1..200}
	status_is 0
	err_is
	sort "$out" | uniq >slots
	printf '1 0\n2 1\n3 2\n' | grep -Fvxf - slots >others || true
	same /dev/null others
	[ "$(wc -l <"$out")" -eq 200 ]
}

@test "-j 5000 runs 5000 jobs at once" {
	skip_if_sanitized
	ulimit -Sn "$(ulimit -Hn)"
	[[ $(ulimit -n) == unlimited || $(ulimit -n) -ge 15100 ]] || skip 'too few open files allowed'
	[[ $(ulimit -u) == unlimited || $(ulimit -u) -ge 12000 ]] || skip 'too few processes allowed'
	gate started hold
	listen started
	background nice -n 19 spool -j5000 'echo >started; : <hold; echo {}' < <(seq 5000) >"$out" 2>"$err"
	timeout 100 head -n 5000 <&8 | wc -l >count 3>&-
	exec 9<>hold
	ended "$pid" 200
	lines 5000 | same - count
	status_is 0
	err_is
	sort -n "$out" >sorted
	seq 5000 | same - sorted
}

@test "-j 5000 runs fewer at a time where descriptors are few, and all of them" {
	skip_if_sanitized
	for options in '' -k --line-buffer; do
		: >log
		# shellcheck disable=SC2086 # a list of words
		capture prlimit --nofile=64:64 spool -j5000 $options 'echo + >>log; echo {}; echo - >>log' < <(seq 300)
		status_is 0
		err_is
		sort -n "$out" >sorted
		seq 300 | same - sorted
		[ "$(most_at_once log)" -gt 1 ]
		[ "$(most_at_once log)" -lt 32 ]
	done
}

@test "-j 0 runs as many at a time as descriptors allow" {
	skip_if_sanitized
	capture prlimit --nofile=40:40 spool -j0 echo < <(seq 100)
	status_is 0
	err_is
	sort -n "$out" >sorted
	seq 100 | same - sorted
}

# --- too few descriptors ---------------------------------------------------------------------------------------------

@test "with 16 to 32 descriptors -j 64 runs all jobs, and EMFILE is never seen" {
	skip_if_sanitized
	seq 40 >list
	for limit in 16 17 18 19 20 24 32; do
		for options in '' -k; do
			# shellcheck disable=SC2086 # a list of words
			capture prlimit --nofile=$limit:$limit spool -j64 $options echo <list
			echo "$limit $options"
			status_is 0
			err_is
			sort -n "$out" >sorted
			same list sorted
		done
	done
	for options in -u --line-buffer '-a list --buffer 1' '--tmpdir . --buffer 1 -k' '--shell --tag'; do
		# shellcheck disable=SC2086 # a list of words
		capture prlimit --nofile=16:16 spool -j64 $options echo <list
		echo "$options"
		status_is 0
		err_is
		sed 's/.*\t//' "$out" | sort -n >sorted
		same list sorted
	done
}

@test "with other descriptors taken by the caller, and both streams in one file, the few that are left do" {
	skip_if_sanitized
	seq 40 >list
	capture prlimit --nofile=20:20 spool -j64 echo <list 5<. 6<. 7<. 9<.
	status_is 0
	err_is
	sort -n "$out" >sorted
	same list sorted
	prlimit --nofile=16:16 spool -j64 echo <list >"$out" 2>&1 3>&- 4>&-
	sort -n "$out" >sorted
	same list sorted
}

@test "where descriptors are few, one is left for the file that output spills to" {
	# shellcheck disable=SC2317 # called by wait_until
	spilt() {
		[[ -n $(find "/proc/$pid/fd" -lname '*(deleted)') ]]
	}
	skip_if_sanitized
	gate hold
	background prlimit --nofile=24:24 spool -j64 --buffer 1 'echo {}{}; read x <hold' < <(seq 40) >"$out" 2>"$err"
	wait_until 10 spilt
	exec 9<>hold
	seq 40 >&9
	ended "$pid"
	status_is 0
	err_is
	sort -n "$out" >sorted
	seq 40 | sed 's/.*/&&/' | same - sorted
}

@test "with next to no descriptors a run is complete or says why not" {
	skip_if_sanitized
	for limit in 4 5 8 9 10 12 15; do
		capture prlimit --nofile="$limit:$limit" timeout 20 spool -k -j3 echo ::: a b
		echo "$limit: status $status"
		[ "$status" -lt 124 ] || [ "$status" -eq 127 ] || [ "$status" -eq 255 ]
		if [ "$status" -eq 0 ]; then
			out_is a b
			err_is
		else
			[ -s "$err" ]
		fi
	done
	[ "$status" -eq 0 ]
}

# --- too few processes -----------------------------------------------------------------------------------------------

@test "where a user may have few processes, fewer jobs run at a time, and all of them" {
	skip_if_sanitized
	need_user
	for limit in 6 6 6 7 7 7 8 8 8 10 14 20; do # again and again: workers that come and go are a race
		capture as_user prlimit --nproc=$limit ./spool -j64 echo < <(seq 40)
		echo "$limit processes"
		status_is 0
		err_is
		sort -n "$out" >sorted
		seq 40 | same - sorted
	done
}

@test "where a user may have no process more, each job fails and says why" {
	skip_if_sanitized
	need_user
	capture as_user prlimit --nproc=4 ./spool -j64 echo ::: a b
	status_is 2
	out_is
	err_has '^spool: job 1: cannot run echo: Resource temporarily unavailable$'
	err_has '^spool: job 2: cannot run echo: Resource temporarily unavailable$'
	capture as_user prlimit --nproc=2 ./spool -j64 echo ::: a b
	status_is 255
	out_is
	err_has '^spool: cannot start '
}

@test "in a control group with few processes fewer jobs run at a time, and all of them" {
	group=/sys/fs/cgroup/pids/spool-test.$$
	mkdir "$group" 2>/dev/null || {
		group=/sys/fs/cgroup/spool-test.$$
		mkdir "$group" 2>/dev/null || skip 'no control group can be made here'
	}
	echo 12 >"$group/pids.max" 2>/dev/null || {
		rmdir "$group"
		skip 'no limit on processes can be set here'
	}
	capture sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" spool -j64 echo < <(seq 40)
	wait_until 5 rmdir "$group" 2>/dev/null
	status_is 0
	err_is
	sort -n "$out" >sorted
	seq 40 | same - sorted
}

@test "a spawn that fails for want of resources is tried again when a job has ended" {
	skip_unless_preloaded
	for n in 1 2 3 4; do
		capture env LD_PRELOAD="$preload" FAIL_CALL=posix_spawn FAIL_AT=$n spool -k -j2 echo ::: a b c d
		status_is 0
		err_is
		out_is a b c d
	done
}

@test "workers that make room never leave all jobs to one that can't be started" {
	skip_unless_preloaded
	for spawns in 1 3 8; do
		for jobs in 6 40; do
			seq $jobs >list
			capture env LD_PRELOAD="$TEST_BUILD/tools/crowded_preload.so" CROWDED_SPAWNS=$spawns timeout 20 spool -j8 echo <list
			echo "$spawns refused spawns, $jobs jobs"
			status_is 0
			err_is
			sort -n "$out" >sorted
			same list sorted
		done
	done
}

# --- what fails ------------------------------------------------------------------------------------------------------

# The preloaded library works with this build: not a static one, not one with a sanitizer's own malloc.
skip_unless_preloaded() {
	FAIL_CALL=malloc FAIL_AT=1 FAIL_LOG=preloaded LD_PRELOAD=$preload spool true ::: a >/dev/null 2>&1 || true
	[[ -e preloaded ]] || skip 'this build can not be preloaded'
}

# held_together WORD...: a run after which every job has been printed, or the status and a message say that it has not.
held_together() {
	case $status in
	0) same expected "$out" && grep -v '^spool: cannot start the keeper' "$err" | same - expected_err ;;
	124 | 128 | 129 | 13? | 14?) false ;; # hung, or crashed
	*) [[ -s $err ]] ;;
	esac || {
		printf '%s, %s fails: status %s\n' "$*" "$FAIL_CALL $FAIL_AT" "$status"
		show_captured
		return 1
	}
}

# each_failure CALL MOST WORD...: spool WORD... with the first call failing, then with the second, until none fails.
each_failure() {
	local n most=$2

	export FAIL_CALL=$1 FAIL_AT
	shift 2
	for ((n = 1; n <= most; n++)); do
		rm -f failed
		FAIL_AT=$n
		capture env LD_PRELOAD="$preload" FAIL_LOG=failed timeout 20 spool "$@" <list
		held_together "$@" || return
		[[ -e failed ]] || break
	done
	echo "$FAIL_CALL: $n calls by spool $*"
	[[ $n -gt 1 ]]
}

# all_failures CALL MOST: the same for several ways of running.
all_failures() {
	skip_unless_preloaded
	seq 6 >list
	cp list expected
	: >expected_err
	each_failure "$1" "$2" -k -j2 echo
	each_failure "$1" "$2" -k -j3 --buffer 1 'echo {}'
	sed 's/.*/&\t&/' list >expected
	cp expected expected_err
	each_failure "$1" "$2" -j1 --line-buffer -k --tag 'echo {}; echo {} >&2'
	no_leftovers
	no_files_left
}

@test "whichever allocation fails, nothing hangs, crashes or is lost in silence" {
	all_failures malloc 400
}

@test "whichever thread can't be started, nothing hangs, crashes or is lost in silence" {
	all_failures pthread_create 10
}

@test "whichever pipe can't be made, nothing hangs, crashes or is lost in silence" {
	all_failures pipe2 20
}

@test "whichever spawn fails, nothing hangs, crashes or is lost in silence" {
	all_failures posix_spawn 10
}

@test "whichever read fails, nothing hangs, crashes or is lost in silence" {
	all_failures read 40
}

@test "when the keeper can't be started, the run says so or does without" {
	all_failures fork 3
}

@test "when from some call on all fail, nothing hangs, crashes or is lost in silence" {
	skip_unless_preloaded
	export FAIL_CALL FAIL_AT
	lines a b >expected
	: >expected_err
	for FAIL_CALL in malloc pthread_create pipe2 read posix_spawn; do
		for FAIL_AT in 1+ 2+ 3+ 5+ 10+ 20+ 30+ 40+ 50+; do
			rm -f failed
			capture env LD_PRELOAD="$preload" FAIL_LOG=failed timeout 20 spool -k -j2 echo ::: a b
			held_together
			[[ -e failed ]] || break
		done
	done
}

@test "one thread is enough: where no second worker can be started, the first does the work" {
	skip_unless_preloaded
	capture env LD_PRELOAD="$preload" FAIL_CALL=pthread_create FAIL_AT=3+ spool -k -j8 'echo {} {%}' ::: a b c
	status_is 0
	err_is
	out_is 'a 1' 'b 1' 'c 1'
}

@test "with little address space a run is complete or says why not" {
	skip_if_sanitized
	for kb in 2500 3000 3500 4000 5000 6000 8000 12000 20000 40000; do
		capture prlimit --as=${kb}000 timeout 20 spool -k -j3 'echo {}' ::: a b c
		echo "$kb kB: status $status"
		if [ "$status" -eq 0 ]; then
			out_is a b c
			err_is
		else
			[ -s "$err" ]
			[ "$status" -ne 124 ]
		fi
	done
	[ "$status" -eq 0 ]
}

# --- busy files, clocks and bare systems -----------------------------------------------------------------------------

@test "jobs that write a program and run it do not hold each other's files open" {
	capture spool -j8 'cp "$(command -v args)" tool.{}; ./tool.{} {} >/dev/null && printf "#!/bin/sh\necho {}\n" >script.{} &&
		chmod +x script.{} && ./script.{}' ::: {1..60}
	status_is 0
	err_is
	sort -n "$out" >sorted
	seq 60 | same - sorted
}

@test "a program that is busy for a moment is tried again, one that stays busy can't be run" {
	cp "$(command -v args)" tool
	exec 7>>tool
	capture spool ./tool ::: a b 7>&-
	status_is 126
	err_is 'spool: cannot run ./tool: Text file busy'
	exec 7>&-
	capture spool -k ./tool ::: a b
	status_is 0
	skip_unless_preloaded
	for n in 1 2; do
		capture env LD_PRELOAD="$preload" FAIL_CALL=posix_spawn FAIL_ERRNO=26 FAIL_AT=$n spool -k echo ::: a b
		status_is 0
		err_is
		out_is a b
	done
}

@test "durations and the grace do not see the time of day change" {
	skip_unless_preloaded
	jumping=$TEST_BUILD/tools/jumping_preload.so
	capture env LD_PRELOAD="$jumping" spool 'exit 3' ::: a
	status_is 1
	err_has '^  job 1: exit 3 after [0-9]\.[0-9]+ ?s: '
	gate started
	background env LD_PRELOAD="$jumping" spool --grace 100ms 'trap "" TERM; echo >started; while :; do sleep 1; done; : {}' \
		::: a >"$out" 2>"$err"
	await started
	kill "$pid"
	ended "$pid"
	status_is 143
	no_leftovers
}

@test "limits and deadlines do not see the time of day change" {
	local started=$SECONDS

	skip_unless_preloaded
	jumping=$TEST_BUILD/tools/jumping_preload.so
	capture env LD_PRELOAD="$jumping" spool -k --timeout 1 'echo {}; exec sleep {}' ::: 0 0.1 50
	status_is 1
	err_has '^  job 3: timed out after [1-9]\.[0-9]+ s: '
	capture env LD_PRELOAD="$jumping" spool --deadline 1 sleep ::: 50
	status_is 124
	capture env LD_PRELOAD="$jumping" spool --deadline 30 --timeout 20 sleep ::: 0.1
	status_is 0
	((SECONDS - started < 15))
}

@test "it works with a read-only root, without /proc, /dev/shm and /tmp, without HOME and as LANG=C" {
	skip_if_sanitized
	unshare -m true 2>/dev/null || skip 'no mount namespace can be made here'
	cp "$TEST_SPOOL" spool
	seq 20 >list
	cat >bare <<-'SCRIPT'
		mount --make-rprivate / && mount -t tmpfs -o ro none /dev/shm && mount -t tmpfs -o ro none /tmp &&
			{ mount -o remount,bind,ro / || :; } && mount -t tmpfs -o ro none /proc || exit 99
		exec env -i PATH=/usr/bin:/bin LANG=C ./spool "$@"
	SCRIPT
	for options in '' -k -u -j1 '--line-buffer'; do
		# shellcheck disable=SC2086 # a list of words
		capture unshare -m sh bare $options 'echo {}; [ -e /proc/self ] && echo proc' <list
		[ "$status" -ne 99 ] || skip 'nothing can be mounted here'
		status_is 20
		sort -n "$out" >sorted
		same list sorted
	done
	capture unshare -m sh bare echo ::: a
	status_is 0
	out_is a
	err_is
}
