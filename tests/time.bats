# Time: limits for jobs and for the run, what they end and how, and what is said of it.
load helper

# A job that says so on stdout and never ends by itself.
idle='echo up; exec sleep 1000'

# --- a limit for each job ------------------------------------------------------------------------------------------

@test "a job that runs longer than --timeout is ended and has failed; what it had printed is shown" {
	took 1000 4000 spool --timeout 1 sh -c "$idle" ::: a
	status_is 1
	out_is up
	err_has '^spool: 1 of 1 jobs failed$'
	err_has "^  job 1: timed out after [1-3]\\.[0-9]+ s: sh -c '$idle' a\$"
	no_leftovers
}

@test "a limit of 0.3 seconds fires within 30 milliseconds" {
	local try ms

	skip_if_sanitized
	# The job measures itself: from its start to the signal. What the machine is busy with is not spool's: best of five.
	# shellcheck disable=SC2016 # for the job's shell
	for try in 1 2 3 4 5; do
		capture spool --timeout 0.3 --summary never bash -c 'start=${EPOCHREALTIME/./}
			trap "echo \$(((\${EPOCHREALTIME/./} - start) / 1000)); exit 1" TERM
			sleep 1000 &
			wait' ::: a
		ms=$(<"$out")
		((ms < 270 || ms > 330)) || return 0
	done
	printf 'it took %s ms at try %d\n' "$ms" "$try"
	((ms > 330)) || skip 'the shell starts too slowly to tell'
	return 1
}

@test "the limit is each job's own, from its start" {
	took 2000 8000 spool -j1 --timeout 1 sh -c 'exec sleep {}' ::: 1000 0 1000
	status_is 2
	err_has '^  job 1: timed out after [1-4]\.'
	err_has '^  job 3: timed out after [1-4]\.'
}

@test "a job that is quick enough is not touched, however many there are" {
	seq 500 >list
	capture spool -k -j4 --timeout 20 -a list echo
	status_is 0
	same list "$out"
	err_is
}

@test "--timeout 0 is no limit" {
	capture spool --timeout 0 sh -c 'sleep 0.1' ::: a
	status_is 0
	capture spool --timeout 0% sh -c 'sleep 0.1' ::: a
	status_is 0
}

@test "a timed-out job has status 124" {
	capture spool --timeout 0.1 --exit-code first sleep ::: 1000
	status_is 124
	# shellcheck disable=SC2016 # for the job's shell
	capture spool --timeout 0.1 --exit-code max sh -c 'exec $1' sh ::: false 'sleep 1000'
	status_is 124
	capture spool --timeout 0.1 --exit-code xargs sleep ::: 1000
	status_is 124
	capture spool --timeout 0.1 --halt soon,fail=1 -j1 sleep ::: 1000 0
	status_is 124
	capture spool --timeout 0.1 --halt now,fail=1 -j2 sleep ::: 1000 1001
	status_is 124
	capture spool --timeout 0.1 --halt now,done=1 -j1 sleep ::: 1000 1001
	status_is 124
	capture spool --timeout 0.1 sleep ::: 1000 1001
	status_is 2
	no_leftovers
}

@test "whatever it makes of the signal, it has timed out" {
	# shellcheck disable=SC2016 # for the job's shell
	capture spool --timeout 1 --exit-code first sh -c 'trap "echo bye; exit 0" TERM; while :; do sleep 0.01; done' ::: a
	status_is 124
	out_is bye
	err_has '^  job 1: timed out after '
	capture spool --timeout 0.1 --ok-codes 0-255 --exit-code first sleep ::: 1000
	status_is 124
}

@test "the whole process group is ended, whoever holds the pipes" {
	local shell script

	for shell in sh bash; do
		for script in 'sleep 20; true' '(sleep 20)' 'sleep 20 | cat' 'sleep 20 & wait' '(sleep 20; sleep 20) & sleep 20'; do
			took 500 4000 spool --timeout 0.5 "$shell" -c "echo up; $script" ::: a
			status_is 1
			out_is up
			no_leftovers
		done
	done
}

@test "a grandchild that ignores TERM is killed after the grace, and holds the job no longer" {
	# shellcheck disable=SC2016 # for the job's shell
	took 1300 5000 spool --timeout 1 --grace 0.3 sh -c \
		'(trap "" TERM; echo deaf; while :; do sleep 1; done) & echo up; wait' ::: a
	status_is 1
	no_leftovers
	# One that holds no pipe goes with its leader.
	took 300 2500 spool --timeout 0.3 --grace 10 sh -c \
		'(trap "" TERM; exec sleep 1000) >/dev/null 2>&1 & exec sleep 1000' ::: a
	no_leftovers
}

@test "what has left the process group of a timed-out job is ended too" {
	need setsid
	[ -r /proc/self/environ ] || skip 'no /proc to look at'
	took 300 5000 spool --timeout 0.3 --grace 0.5 sh -c 'setsid sleep 1000 >/dev/null 2>&1 & exec sleep 1001' ::: a
	status_is 1
	no_leftovers
}

@test "a job that is stopped times out like any other" {
	# shellcheck disable=SC2016 # for the job's shell
	took 300 2500 spool --timeout 0.3 --grace 20 sh -c 'kill -STOP $$' ::: a
	status_is 1
	no_leftovers
}

@test "with -u a job times out as well" {
	took 1000 5000 spool -u --timeout 1 sh -c "$idle" ::: a
	status_is 1
	out_is up
	no_leftovers
}

@test "with -k timed-out jobs keep their place" {
	capture spool -k -j3 --timeout 1 'echo {}; test {} = b || exec sleep 1000' ::: a b c
	status_is 2
	out_is a b c
}

@test "a daemon that a successful job left is no business of its limit" {
	capture spool --timeout 2 ::: 'sleep 1000 >/dev/null 2>&1 & echo $! >daemon; echo done'
	status_is 0
	out_is 'done'
	kill -0 "$(<daemon)"
}

@test "a stopped run does not count" {
	gate up
	rm -f pid ending
	background with default=TSTP,CONT new=group pid=pid ending=ending spool --timeout 1.5 \
		sh -c 'echo >up; sleep 0.8; echo ended' ::: a >"$out" 2>"$err"
	runner=$pid
	await up
	kill -TSTP "$(<pid)"
	sleep 2 # longer than the limit
	kill -CONT "$(<pid)"
	ended "$runner"
	[ "$(<ending)" = 'exit 0' ] || { cat ending; show_captured; return 1; }
	out_is ended
}

# --- a limit that is learned ---------------------------------------------------------------------------------------

@test "--timeout N% is a part of the median of the jobs that have succeeded" {
	took 1000 8000 spool -j1 --timeout 300% --exit-code first sleep ::: 0.2 0.2 0.2 1000
	status_is 124
	err_has '^  job 4: timed out after (0\.[6-9][0-9]|[1-7]\.[0-9]+) s: '
}

@test "without a successful job N% is no limit, and failed jobs teach nothing" {
	capture spool -j1 --timeout 100% sh -c 'exit 1' ::: a b
	status_is 2
	capture spool -j1 --timeout 300% ::: false false 'sleep 0.3'
	status_is 2
	err_has '2 of 3 jobs failed'
}

@test "jobs that run already are measured by what is learned meanwhile" {
	took 300 3000 spool -j2 --timeout 200% --exit-code first ::: 'sleep 1000' 'sleep 0.2' 'sleep 0.2'
	status_is 124
	err_has '^  job 1: timed out after '
}

# --- signals -------------------------------------------------------------------------------------------------------

@test "--termseq says which signals, and when" {
	# shellcheck disable=SC2016 # for the job's shell
	deaf='for s in HUP INT TERM; do trap "echo $s" $s; done; while :; do sleep 0.02; done'

	took 2500 9000 spool --timeout 1 --termseq HUP,500,INT,500,TERM,500,KILL,25 sh -c "$deaf" ::: a
	status_is 1
	out_is HUP INT TERM
	no_leftovers
	capture spool --timeout 0.1 --termseq KILL sh -c "$deaf" ::: a
	out_is
	capture spool --timeout 1 --termseq 2,500 sh -c "$deaf" ::: a # what is left then is killed
	out_is INT
	capture spool --deadline 1 --termseq INT,500,HUP,500 sh -c "$deaf" ::: a
	status_is 124
	out_is INT HUP
	no_leftovers
}

@test "--termseq holds for --halt now too, and a signal to spool goes first" {
	# shellcheck disable=SC2016 # for the job's shell
	deaf='for s in HUP INT TERM; do trap "echo $s" $s; done; echo >up; while :; do sleep 0.02; done'

	gate up
	background with default=HUP,INT,TERM spool -k -j2 --halt now,fail=1 --termseq HUP,500,INT,500 \
		::: "$deaf" 'read x <up; exit 3' >"$out" 2>"$err"
	ended "$pid"
	status_is 3
	out_is HUP INT
	rm -f pid ending
	background with default=HUP,INT,TERM pid=pid ending=ending spool --termseq HUP,500,INT,500 ::: "$deaf" >"$out" 2>"$err"
	runner=$pid
	await up
	kill -TERM "$(<pid)"
	ended "$runner"
	out_is TERM INT
	[ "$(<ending)" = 'signal 15' ]
	no_leftovers
}

@test "a signal to spool while a job is timing out ends the run" {
	gate up
	rm -f pid ending
	# shellcheck disable=SC2016 # for the job's shell
	background with default=INT pid=pid ending=ending spool --timeout 1 --grace 5 \
		sh -c 'trap "echo >up" TERM; while :; do sleep 0.02; done' ::: a >"$out" 2>"$err"
	runner=$pid
	await up
	kill -INT "$(<pid)"
	ended "$runner"
	[ "$(<ending)" = 'signal 2' ]
	err_has '^spool: ended by SIGINT: 1 jobs finished, 0 cut off, 0 not run$'
	err_has '^  job 1: timed out after '
	no_leftovers
}

# --- a limit for the run -------------------------------------------------------------------------------------------

@test "--deadline ends the run: nothing more starts, what runs is ended, all is printed and that is said" {
	took 1000 5000 spool -j2 --deadline 1 'echo {}; exec sleep {}' ::: 0 1000 1001 1002
	status_is 124
	sort "$out" | same <(lines 0 1000 1001) -
	err_is 'spool: --deadline 1 has passed: 1 jobs finished, 2 cut off, 1 not run'
	no_leftovers
}

@test "--deadline does not wait for input" {
	gate list
	exec 7<>list
	took 300 2500 spool --deadline 0.3 echo <list
	status_is 124
	out_is
	err_is 'spool: --deadline 0.3 has passed: 0 jobs finished, 0 cut off, 0 not run, and the input was not read to its end'
	exec 7>&-
}

@test "a run that is done before its deadline knows nothing of it" {
	capture spool --deadline 20 echo ::: a b
	status_is 0
	err_is
	capture spool --deadline 20 false ::: a b
	status_is 2
	capture spool --deadline 0 sh -c 'sleep 0.1' ::: a
	status_is 0
}

@test "after a deadline all is printed, however long its reader takes" {
	gate up
	rm -f ending
	# shellcheck disable=SC2016 # for the inner shell
	background sh -c 'exec with ending=ending spool -j2 --deadline 1 --grace 0.1 "$@" >up' sh \
		::: 'head -c 300000 /dev/zero; exec sleep 1000' 2>"$err"
	exec 7<up
	sleep 2.5 # longer than the deadline, the grace, and the time for printing
	wc -c <&7 >count
	exec 7<&-
	ended "$pid"
	[ "$(<ending)" = 'exit 124' ]
	[ "$(<count)" -eq 300000 ]
}

@test "jobs that TERM does not end are killed after the grace" {
	took 1400 5000 spool --deadline 1 --grace 0.4 sh -c 'trap "" TERM; while :; do sleep 1; done' ::: a
	status_is 124
	no_leftovers
}

@test "the limit with --delay, and with few descriptors" {
	took 2000 9000 spool -j2 --timeout 1 --delay 0.5 'echo {}; exec sleep 20' ::: a b c
	status_is 3
	[[ $(sort "$out" | tr -d '\n') == abc ]]
	skip_if_sanitized
	capture prlimit --nofile=30:30 timeout 60 spool -j64 -k --timeout 1 'echo {}; test $(({} % 4)) != 0 || exec sleep 20' ::: {1..30}
	status_is 7
	out_is {1..30}
}

# --- what is a failure, and what it ends ---------------------------------------------------------------------------

@test "--fail-fast starts nothing after the first failure, and its status is the job's" {
	capture spool -j1 --fail-fast ::: true 'exit 3' 'touch ran'
	status_is 3
	[ ! -e ran ]
	capture spool -j1 --fail-fast=soon ::: 'exit 4' 'touch ran'
	status_is 4
	[ ! -e ran ]
	err_has '^spool: 1 of 1 jobs failed, 1 not run$'
}

@test "--fail-fast with -j1 starts not one job more, every time" {
	local i runs=200

	case $TEST_KIND in asan | tsan) runs=20 ;; esac
	for ((i = 0; i < runs; i++)); do
		printf '%s\n' 'exit 1' 'touch ran' | spool -j1 --fail-fast 2>/dev/null && false
		[[ ! -e ran ]]
	done
}

@test "--fail-fast acts on a failure that comes after successes" {
	gate go up
	capture spool -j3 --fail-fast=now ::: true 'read x <go; exit 4' 'echo >up; exec sleep 1000' 'read x <up; echo >go; sleep 1000'
	status_is 4
	no_leftovers
}

@test "--fail-fast lets the running jobs finish" {
	gate go
	capture spool -j2 --fail-fast ::: 'read x <go; echo finished' 'echo >go; exit 3'
	status_is 3
	out_is finished
}

@test "--fail-fast=now ends what runs, and the status is never that of a job that was ended" {
	gate up
	capture spool -j2 --fail-fast=now ::: 'echo up; echo >up; exec sleep 1000' 'read x <up; exit 3'
	status_is 3
	out_is up
	no_leftovers
}

@test "--ok-codes are success: for the status, the summary and what ends a run" {
	capture spool -j1 --ok-codes 1,3-5 'exit {}' ::: 0 1 2 3 4 5 6
	status_is 2
	err_has '^spool: 2 of 7 jobs failed$'
	err_has '^  job 3: exit 2 '
	err_has '^  job 7: exit 6 '
	capture spool -j1 --ok-codes 1 --fail-fast 'echo {}; exit {}' ::: 1 2 0
	status_is 2
	out_is 1 2
	capture spool -j1 --ok-codes 1 --halt now,success=1 'echo {}; exit {}' ::: 2 1 0
	status_is 0
	out_is 2 1
	capture spool --ok-codes 143 ::: 'kill -TERM $$' # a signal is no exit code
	status_is 1
	printf 'a\n' >text
	capture spool --ok-codes 1 grep {} text ::: b
	status_is 0
}

@test "wrong values are refused before anything runs" {
	for option in '--timeout x' '--timeout 5%%' '--deadline 1y' '--termseq NOSUCH,1' '--termseq TERM,x' '--ok-codes 256' \
		'--ok-codes 1,' '--fail-fast=later'; do
		# shellcheck disable=SC2086 # an option and its value
		capture spool $option touch ::: ran
		status_is 255
		[ ! -e ran ]
	done
}
