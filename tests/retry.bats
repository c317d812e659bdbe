# Retries: what runs again, when, and what of it is seen.
load helper

# A job that fails until it has run as often as its value says. It leaves a line in the file "runs" for each run.
# shellcheck disable=SC2016 # for the job's shell
flaky='echo {} >>runs; echo "try $(grep -cx {} runs) of {}"; [ "$(grep -cx {} runs)" -ge {} ]'

# runs_are NUMBER...: jobs began to run in this order.
runs_are() {
	lines "$@" | same - runs
}

retried_times() {
	[[ $(grep -c '"event":"retry"' events) -eq $1 ]]
}

# --- how often -----------------------------------------------------------------------------------------------------

@test "--retries N: a job that fails runs N times in all" {
	capture spool -j1 --retries 3 'echo {} >>runs; exit {}' ::: 0 7
	status_is 1
	runs_are 0 7 7 7
	err_has '^spool: 1 of 2 jobs failed$'
	err_has '^  job 2: exit 7 after [0-9.]+ s, 3 tries: '
}

@test "it runs until it succeeds, and then it has" {
	capture spool -j1 --retries 3 "$flaky" ::: 1 2 3 4
	status_is 1
	runs_are 1 2 2 3 3 3 4 4 4
	out_is 'try 1 of 1' 'try 2 of 2' 'try 3 of 3' 'try 3 of 4'
}

@test "--retries 1 is once, --retries 0 without end" {
	capture spool -j1 --retries 1 "$flaky" ::: 2
	status_is 1
	runs_are 2
	rm runs
	capture spool -j1 --retries 0 "$flaky" ::: 12
	status_is 0
	out_is 'try 12 of 12'
	err_is
}

@test "a death by a signal and a command that is not found are failures like any" {
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -j1 --retries 2 ::: 'echo a >>runs; kill -9 $$' './nosuch'
	status_is 2
	runs_are a a
	err_has '^  job 1: SIGKILL after .*, 2 tries: '
	err_has '^  job 2: not started, 2 tries: \./nosuch$'
}

@test "a command word that no job can run is not tried again" {
	took 0 3000 spool --retries 3 --retry-delay 20 nosuch ::: a b
	status_is 127
	err_is 'spool: nosuch: command not found'
}

@test "an input that is too long for a command is not tried again" {
	head -c 200000 /dev/zero | tr '\0' x >list
	took 0 3000 spool --retries 3 --retry-delay 20 echo <list
	status_is 1
	err_has '^  job 1: not started'
	run ! grep -q tries "$err"
}

@test "an exit code of --ok-codes is a success: it is not tried again" {
	capture spool -j1 --retries 3 --ok-codes 4 'echo {} >>runs; exit {}' ::: 4 5
	status_is 1
	runs_are 4 5 5 5
}

@test "GNU parallel's --retries does the same" {
	need parallel
	capture spool --as parallel -j1 --retries 3 "$flaky" ::: 1 2 3 4
	cp runs ours
	cp "$out" printed
	local as_spool=$status
	rm runs
	capture parallel --will-cite -j1 --retries 3 "$flaky" ::: 1 2 3 4
	same ours runs
	same printed "$out"
	status_is "$as_spool"
}

@test "sem runs its command again too" {
	export SPOOL_SEM_DIR=$PWD/sems
	capture spool --as sem --fg --retries 3 'echo x >>runs; exit 1'
	status_is 1
	runs_are x x x
}

# --- after what ----------------------------------------------------------------------------------------------------

@test "--retry-on: only after these exit codes, signals, or a timeout" {
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -j1 --retries 2 --retry-on 3,6-7,TERM,timeout --timeout 1 'echo {#} >>runs; eval {}' ::: \
		'exit 3' 'exit 4' 'exit 7' 'kill -TERM $$' 'kill -INT $$' 'exec sleep 1000' 'exit 143'
	status_is 7
	runs_are 1 1 2 3 3 4 4 5 6 6 7
}

@test "without timeout or a signal in the list, neither is tried again" {
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -j1 --retries 2 --retry-on 124,137,143 --timeout 1 'echo {#} >>runs; eval {}' ::: \
		'exec sleep 1000' 'kill -KILL $$' 'exit 124' 'exit 137'
	runs_are 1 2 3 3 4 4
}

@test "a wrong list or delay is told, and what makes no sense without --retries" {
	capture spool --retries 2 --retry-on 1,FOO touch ::: ran
	status_is 255
	err_has '^spool: --retry-on 1,FOO: not a list of exit codes, signal names and timeout$'
	capture spool --retries 2 --retry-delay 1,2 touch ::: ran
	status_is 255
	err_has '^spool: --retry-delay 1,2: not a duration\[,exp\[,duration\]\]$'
	capture spool --retries x touch ::: ran
	status_is 255
	err_has '^spool: --retries x: not a number$'
	capture spool --retries 2 --retry-output some touch ::: ran
	status_is 255
	err_has '^spool: --retry-output some: not one of last, all$'
	capture spool --retry-delay 1 touch ::: ran
	status_is 255
	err_has '^spool: --retry-delay: needs --retries$'
	capture spool --retry-on 1 touch ::: ran
	status_is 255
	err_has '^spool: --retry-on: needs --retries$'
	capture spool --retr 2 touch ::: ran
	status_is 255
	err_has '^spool: --retr: ambiguous \(--retries, '
	[ ! -e ran ]
	capture spool --retri 2 touch ::: ran
	status_is 0
	[ -e ran ]
}

# --- when ----------------------------------------------------------------------------------------------------------

@test "--retry-delay: it waits for half of the time to all of it" {
	took 500 2500 spool --retries 2 --retry-delay 1 'echo {} >>runs; exit 1' ::: a
	status_is 1
	runs_are a a
}

@test "with exp it waits twice as long each time, but never longer than the last time given" {
	took 700 3000 spool --retries 4 --retry-delay 0.2,exp 'echo {} >>runs; exit 1' ::: a # 0.2 + 0.4 + 0.8
	runs_are a a a a
	took 0 2000 spool --retries 4 --retry-delay 60,exp,0.1 'echo {} >>runs; exit 1' ::: b
	runs_are a a a a b b b b
}

@test "a job that waits holds no slot: with -j1 others run meanwhile" {
	capture spool -j1 --retries 2 --retry-delay 2 'echo {} >>runs; exit {}' ::: 1 0 2 0
	status_is 2
	sort runs | same <(lines 0 0 1 1 2 2) -
	head -n 4 runs | same <(lines 1 0 2 0) -
}

@test "with -k its output stays in its place" {
	capture spool -j1 -k --retries 2 --retry-delay 2 'echo {} >>runs; echo {}; exit {}' ::: 1 0 2 0
	out_is 1 0 2 0
	head -n 4 runs | same <(lines 1 0 2 0) -
}

@test "a job that is due starts in a free slot, whatever else runs" {
	gate list go
	# shellcheck disable=SC2016 # for the job's shell
	background spool -j2 --retries 2 --retry-delay 0.2 -a list 'echo {} >>runs; [ {} != 1 ] && { read x <go; exit 0; }
		[ "$(grep -cx 1 runs)" = 1 ] && exit 1; echo >go' >"$out" 2>"$err"
	exec 7>list
	echo 1 >&7
	wait_until 10 grep -qx 1 runs
	echo 2 >&7
	exec 7>&-
	ended "$pid"
	status_is 0
	sort runs | same <(lines 1 1 2) -
}

@test "one that is due goes before those that never ran" {
	gate go
	background spool -j1 --retries 2 --retry-delay 1 'echo {} >>runs; [ {} != 2 ] || read x <go; exit {}' ::: 1 2 0 0 2>"$err"
	wait_until 10 grep -qx 2 runs
	sleep 1.5 # the first one is due
	open_gate go
	wait_until 10 grep -qx 0 runs
	head -n 3 runs | same <(lines 1 2 1) -
	open_gate go
	ended "$pid"
}

@test "the run does not end while jobs wait, however many slots there are, and then at once" {
	took 200 3000 spool -j8 --retries 3 --retry-delay 0.2 "$flaky" ::: 3 1 2
	status_is 0
	no_leftovers
}

@test "many jobs that fail and wait all come out, in order with -k" {
	seq 300 >list
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -k -j8 --retries 3 --retry-delay 0.05,exp -a list \
		'echo {}; mkdir a{} 2>/dev/null && exit $(({} % 3)); mkdir b{} 2>/dev/null && exit $(({} % 2)); :'
	status_is 0
	same list "$out"
	err_is
}

@test "--delay paces tries as it does jobs" {
	took 600 4000 spool -j2 --delay 0.2 --retries 4 'echo {} >>runs; exit 1' ::: a
	runs_are a a a a
}

@test "a job that was ended to make room has not had a try by that" {
	gate said go11 go21 go22 go23 go31 list # one for each run of each job
	listen said
	background spool -j2 --retries 2 -a list --limit '[ ! -e full ] || exit 2' \
		'echo {} >>runs; echo $$ >pid{}; echo {} >said; : <go{}$(grep -cx {} runs); [ {} != 2 ]' >"$out" 2>"$err"
	exec 7>list
	echo 1 >&7
	hear
	echo 2 >&7
	hear
	touch full
	echo 3 >&7
	exec 7>&-
	kill -USR1 "$pid"
	wait_until 5 pid_gone "$(<pid2)"
	rm full
	hear
	hear
	open_gate go22
	hear
	[ "$word" = 2 ]
	for i in 11 23 31; do open_gate "go$i"; done
	ended "$pid"
	status_is 1
	[ "$(grep -cx 2 runs)" -eq 3 ]
	err_has '^  job 2: exit 1 after .*, 2 tries: '
}

# --- what is seen --------------------------------------------------------------------------------------------------

@test "only what the last try has printed is shown, on both streams" {
	local mode

	for mode in -j2 -k -j1 --tag '-k -j2'; do
		rm -f runs
		# shellcheck disable=SC2086 # words
		capture spool $mode --summary never --retries 3 "echo begun {} >>tries; $flaky || { echo no {} >&2; exit 1; }" ::: 9
		sed 's/^9\t//' "$out" | same <(lines 'try 3 of 9') -
		sed 's/^9\t//' "$err" | same <(lines 'no 9') -
	done
}

@test "the last try is shown whole, however much the others printed" {
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -k -j2 --retries 2 'if mkdir d{} 2>/dev/null; then head -c 3000000 /dev/zero; exit 1; fi; seq {}' ::: 100000 7 300
	status_is 0
	{ seq 100000; seq 7; seq 300; } | same - "$out"
	no_files_left
}

@test "--retry-output all: every try is shown, one behind the other" {
	capture spool -k -j2 --retries 3 --retry-output all "$flaky" ::: 2 1 3
	status_is 0
	out_is 'try 1 of 2' 'try 2 of 2' 'try 1 of 1' 'try 1 of 3' 'try 2 of 3' 'try 3 of 3'
	rm runs
	capture spool -j3 --retries 3 --retry-delay 0.1 --retry-output all "$flaky" ::: 3 2 9
	status_is 1
	[ "$(grep -c 'of 2' "$out")" -eq 2 ]
	grep -A1 'try 1 of 2' "$out" | same <(lines 'try 1 of 2' 'try 2 of 2') -
}

@test "with --retry-output all and -k the job whose turn it is streams, try by try" {
	gate said go
	background spool -k -j1 --retries 2 --retry-output all 'echo one; echo >said; read x <go; exit 1' ::: a >"$out" 2>"$err"
	await said
	wait_until 5 test -s "$out"
	out_is one
	open_gate go
	await said
	wait_until 5 grep -c one "$out"
	open_gate go
	ended "$pid"
	out_is one one
}

@test "with -k nothing of a try is shown before it is known to be the last one" {
	gate said go
	background spool -k -j1 --retries 2 'echo out; echo >said; read x <go; exit 1' ::: a >"$out" 2>"$err"
	await said
	[ ! -s "$out" ]
	open_gate go
	await said # it can't run again, and so it streams
	wait_until 5 test -s "$out"
	out_is out
	open_gate go
	ended "$pid"
	out_is out
}

@test "lines and ungrouped output of all tries are shown; that of the last alone can't be had" {
	local mode

	for mode in --line-buffer -u; do
		rm -f runs
		capture spool "$mode" --retries 3 "$flaky" ::: 3
		out_is 'try 1 of 3' 'try 2 of 3' 'try 3 of 3'
		capture spool "$mode" --retries 3 --retry-output last echo ::: a
		status_is 255
		err_has '^spool: --retry-output last: '
	done
}

@test "with --tty the output of the last try is shown alone where that was asked for" {
	capture onpty spool --tty --summary never --retries 3 "$flaky" ::: 3 </dev/null
	tr -d '\r' <"$out" >got
	lines 'try 1 of 3' 'try 2 of 3' 'try 3 of 3' | same - got
	rm -f runs
	capture onpty spool --tty --summary never --retries 3 --retry-output last "$flaky" ::: 3 </dev/null
	tr -d '\r' <"$out" >got
	lines 'try 3 of 3' | same - got
}

@test "a line that waits to be printed survives a try" {
	# Many jobs that print much in lines, so that their output waits for others' while they fail and run again.
	# shellcheck disable=SC2016 # for the job's shell
	capture spool --line-buffer -j6 --retries 3 'seq -f "{} %.0f" 3000; [ $(({} % 3)) = 0 ]' ::: 1 2 3 4 5 6 7 8 9
	status_is 6
	[ "$(wc -l <"$out")" -eq $((3 * 3000 + 6 * 9000)) ]
	run ! grep -Evq '^[1-9] [0-9]+$' "$out"
}

@test "-v shows the command once, before the last try's output; -t before each" {
	capture spool -v --retries 3 "$flaky" ::: 3
	[ "$(grep -c 'try 3' "$out")" -eq 1 ]
	[ "$(wc -l <"$out")" -eq 2 ]
	tail -n 1 "$out" | same <(lines 'try 3 of 3') -
	rm runs
	capture spool -t --retries 3 "$flaky" ::: 3
	out_is 'try 3 of 3'
	[ "$(wc -l <"$err")" -eq 3 ]
}

@test "the job log has one record of a job, that of its last try" {
	capture spool -j1 --joblog log --retries 3 "$flaky" ::: 3 9
	cut -f 1,7,8 log | same <(lines $'Seq\tExitval\tSignal' $'1\t0\t0' $'2\t1\t0') -
	cut -f 6 log | same <(lines Receive 11 11) -
}

@test "the value on stdin is there again for each try" {
	# shellcheck disable=SC2016 # for the job's shell
	capture spool --retries 3 --stdin-value 'tee -a got; [ "$(wc -l <got)" -eq 3 ]' ::: value
	status_is 0
	lines value value value | same - got
	out_is value
}

# --- the end of a run ----------------------------------------------------------------------------------------------

@test "--fail-fast and --halt judge the last try only" {
	capture spool -j1 --fail-fast --retries 3 "$flaky" ::: 2 3 4 1
	status_is 1
	runs_are 2 2 3 3 3 4 4 4
	out_is 'try 2 of 2' 'try 3 of 3' 'try 3 of 4'
	err_has '^spool: 1 of 3 jobs failed, 1 not run$'
	rm runs
	capture spool -j1 --halt now,success=1 --retries 3 "$flaky" ::: 4 2 1
	status_is 0
	runs_are 4 4 4 2 2
}

@test "a halt ends the wait of others: they have failed by their last try, which is shown" {
	took 0 5000 spool -j1 -k --fail-fast --retries 2 --retry-delay 60 --retry-on 3 \
		'echo {}; echo {} >&2; exit {}' ::: 3 3 4 0
	status_is 4
	out_is 3 3 4
	err_has '^spool: 3 of 3 jobs failed, 1 not run$'
	err_has '^  job 1: exit 3 after [^,]*: '
	no_leftovers
}

@test "after a halt what still runs is not tried again" {
	gate go up
	background spool -j2 --joblog log --fail-fast --retries 2 --retry-on 3 \
		'echo {} >>runs; if [ {} = 3 ]; then echo >up; read x <go; else read x <up; fi; exit {}' ::: 3 4 >"$out" 2>"$err"
	wait_until 20 grep -q 'exit 4' log # it has ended, and that was judged
	open_gate go
	ended "$pid"
	status_is 4
	sort runs | same <(lines 3 4) -
}

@test "INT ends a wait at once; what the last try had printed is shown, and it counts as finished" {
	gate said
	background with default=INT pid=pid ending=ending spool -j1 --retries 5 --retry-delay 60 --joblog log \
		'[ {} = a ] && { echo out; exit 1; }; echo >said; exec sleep 1000' ::: a b c >"$out" 2>"$err"
	runner=$pid
	await said
	kill -INT "$(<pid)"
	ended "$runner" 5
	[ "$(<ending)" = 'signal 2' ]
	out_is out
	err_has '^spool: ended by SIGINT: 1 jobs finished, 1 cut off, 1 not run$'
	cut -f 1,7 log | same <(lines $'Seq\tExitval' $'1\t1') -
	no_leftovers
}

@test "INT in a wait when nothing else is left to do" {
	background with default=INT pid=pid ending=ending spool -j4 --retries 5 --retry-delay 60 --events events \
		'echo out; exit 1' ::: a b c d e >"$out" 2>"$err"
	runner=$pid
	wait_until 20 retried_times 5
	kill -INT "$(<pid)"
	ended "$runner" 5
	[ "$(<ending)" = 'signal 2' ]
	[ "$(grep -cx out "$out")" -eq 5 ]
	err_has '^spool: ended by SIGINT: 5 jobs finished, 0 cut off, 0 not run$'
}

@test "a deadline ends a wait" {
	took 1000 5000 spool --deadline 1 --retries 5 --retry-delay 60 'echo {}; exit {}' ::: 1 0
	status_is 124
	err_has '^spool: --deadline 1 has passed: 2 jobs finished, 0 cut off, 0 not run$'
	err_has '^spool: 1 of 2 jobs failed$'
	took 300 3000 spool -j1 --deadline 0.4 --retries 0 'exec sleep 1000' ::: 1 0
	status_is 124
}

@test "a reader that is gone ends a run that would try for ever" {
	rm -f ending
	timeout 20 sh -c 'with ending=ending "$@" | head -n 1' sh spool -u --retries 0 ::: 'yes; exit 1' >"$out" 2>"$err"
	out_is y
	wait_until 5 test -s ending
	no_leftovers
}

@test "each try has the whole time of --timeout" {
	took 1800 8000 spool --timeout 0.6 --retries 3 'echo {} >>runs; exec sleep 1000' ::: a
	status_is 1
	runs_are a a a
	err_has '^  job 1: timed out after [01]\.[0-9]* s, 3 tries: '
	no_leftovers
}

@test "timeouts, retries and order with few descriptors" {
	# shellcheck disable=SC2016 # for the inner shell
	took 1000 30000 sh -c 'ulimit -n 30 && exec "$@"' sh \
		spool -j8 --timeout 1 --retries 2 -k 'echo {}; sleep {}' ::: 1000 0 1001 0 1002 0 1003 0 1004 0
	status_is 5
	out_is 1000 0 1001 0 1002 0 1003 0 1004 0
	no_leftovers
	no_files_left
}

@test "a stopped run does not count as waiting" {
	gate up
	background with pid=pid spool --retries 2 --retry-delay 3 'echo {} >>runs; exit 1' ::: a >"$out" 2>"$err"
	runner=$pid
	wait_until 10 test -s runs
	kill -TSTP "$(<pid)"
	wait_until 10 is_stopped "$(<pid)"
	sleep 3.5
	kill -CONT "$(<pid)"
	sleep 0.2
	runs_are a
	ended "$runner"
	runs_are a a
}
