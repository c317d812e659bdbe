# Nothing is left behind: whatever ends a run, its jobs end with it, and whoever waits for spool sees why.
load helper

modes=(--group --keep-order --line-buffer --ungroup --jobs=1)

# --- a run in the background ---------------------------------------------------------------------------------------

# launch ARG...: spool ARG... in a process group of its own; its pid is in the file pid, its end in the file ending.
launch() {
	rm -f pid ending
	background with default=INT,QUIT,TERM,HUP,TSTP new=group pid=pid ending=ending \
		spool "$@" >"$out" 2>"$err"
	runner=$pid
}

# hear_from N: wait until N jobs have written a line to the gate `up`.
hear_from() {
	timeout 30 head -n "$1" <>up >/dev/null 3>&- || {
		printf 'not %d jobs came up\n' "$1"
		return 1
	}
}

# jobs_up N: the same for the run that was launched; spool's pid is in $spool_pid.
jobs_up() {
	hear_from "$1" || return
	spool_pid=$(<pid)
}

# died_of NUMBER [SECONDS]: the run ends by that signal, and nothing of it is left.
died_of() {
	over "signal $1" "${2:-20}"
}

# over ENDING [SECONDS]
over() {
	ended "$runner" "${2:-20}" && no_leftovers 5 || return
	# ThreadSanitizer leaves a file of its own when its process is killed at the start.
	[[ $TEST_KIND == tsan ]] || no_files_left || return
	[[ $(<ending) == "$1" ]] || {
		printf 'it ended by %s, not by %s\n' "$(<ending)" "$1"
		show_captured
		return 1
	}
}

milliseconds() {
	local now=$EPOCHREALTIME

	echo $((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# took_between FROM TO MILLISECONDS
took_between() {
	[[ $3 -ge $1 && $3 -le $2 ]] || {
		printf 'it took %d ms, not %d to %d\n' "$3" "$1" "$2"
		return 1
	}
}

is_not_stopped() {
	[[ $(state_of "$1") == [RSD] ]]
}

# only_marked PID...: of what this test started these alone still run.
only_marked() {
	[[ $(marked | sort) == $(printf '%s\n' "$@" | sort) ]]
}

# find_keeper: leaves the pid of the run's keeper, which takes its name a moment after the start, in $keeper.
find_keeper() {
	wait_until 10 look_for_keeper
}

look_for_keeper() {
	keeper=$(ps -o pid= -o args= --ppid "$spool_pid" | sed -n 's/^ *\([0-9]*\) spool-keeper *$/\1/p')
	[[ -n $keeper ]]
}

# number_of SIGNAL
number_of() {
	kill -l "$1"
}

# A job that tells when it is up, and does nothing until it is ended.
idle='echo >up; while :; do sleep 0.05; done; : {}'

# --- an ending signal ----------------------------------------------------------------------------------------------

@test "INT, TERM, HUP and QUIT, to spool alone or to its group: every job gets that signal, and spool dies of it" {
	local signal target

	gate up
	for signal in INT TERM HUP QUIT; do
		for target in '' -; do
			rm -f got
			launch -j2 "trap 'echo {} $signal >>got; exit' $signal; $idle" ::: a b
			jobs_up 2
			kill -s "$signal" -- "$target$spool_pid"
			died_of "$(number_of $signal)"
			same <(lines "a $signal" "b $signal") <(sort got)
		done
	done
}

@test "spool dies of the signal every time, and never exits instead" {
	local runs=60 i bad=0

	case $TEST_KIND in asan | tsan) runs=15 ;; esac
	gate up
	for ((i = 0; i < runs; i++)); do
		rm -f pid
		background with default=TERM pid=pid ending=ending \
			spool ': {}; echo >up; exec sleep 1000' ::: a 2>"$err"
		read -r _ <up
		kill -TERM "$(<pid)"
		wait "$pid" || true
		[ "$(<ending)" = 'signal 15' ] || bad=$((bad + 1))
	done
	[ "$bad" = 0 ]
}

@test "a signal at any moment ends the run, and leaves nothing" {
	local i list

	list=$(seq 100)
	for i in 0 0.001 0.002 0.004 0.007 0.010 0.015 0.020 0.030 0.050; do
		rm -f pid
		# shellcheck disable=SC2086 # a list of values
		launch -j8 ': {}; sleep 1000 & sleep 1000' ::: $list
		wait_until 10 test -s pid
		sleep "$i"
		kill -TERM "$(<pid)"
		died_of 15
	done
}

@test "after an ending signal nothing more is started, and no more input is read" {
	local signal

	gate up
	for signal in INT TERM; do
		rm -f ran
		launch -j2 "echo {} >>ran; $idle" ::: a b c d e f
		jobs_up 2
		kill -s "$signal" "$spool_pid"
		died_of "$(number_of $signal)"
		same <(lines a b) <(sort ran)
	done
}

@test "what jobs had printed when the signal came is printed, in every mode, once" {
	local mode expected

	gate up
	for mode in "${modes[@]}"; do
		rm -f ran
		launch -j2 "$mode" ::: 'echo one; : >ran' \
			'until [ -e ran ]; do sleep 0.02; done; echo two; echo >up; while :; do sleep 0.05; done'
		jobs_up 1
		kill -TERM "$spool_pid"
		died_of 15
		same <(lines one two) <(sort "$out")
	done
}

@test "a job that failed before the signal is told of, as after any run" {
	gate up
	launch -j1 ::: 'exit 3' "$idle"
	jobs_up 1
	kill -TERM "$spool_pid"
	died_of 15
	err_has '^  job 1: exit 3 after [^:]+: \(exit 3\)$'
}

@test "a job that the same signal reaches before spool tells it, as ^C may, is cut off and not done" {
	local sig i

	for sig in INT TERM; do
		for i in {1..10}; do
			launch -j1 --retries 2 --joblog log sh -c "kill -$sig \$SPOOL_PID \$\$; sleep 30" ::: a
			died_of "$(kill -l "$sig")"
			err_has '0 jobs finished, 1 cut off'
			[[ $(wc -l <log) -eq 1 ]]
		done
	done
}

@test "a job that ignores the signal is killed when the grace is over, with all that it started" {
	local start

	gate up
	launch -j2 --grace 0.4 "trap '' INT TERM; (trap '' INT TERM; sleep 1000) & $idle" ::: a b
	jobs_up 2
	start=$(milliseconds)
	kill -TERM "$spool_pid"
	died_of 15
	took_between 390 2500 $(($(milliseconds) - start))
}

@test "the grace is two seconds unless it is given" {
	local start

	gate up
	launch "trap '' TERM; $idle" ::: a
	jobs_up 1
	start=$(milliseconds)
	kill -TERM "$spool_pid"
	died_of 15
	took_between 1990 4500 $(($(milliseconds) - start))
}

@test "a job that tidies up has the grace for it, and the run ends as soon as it is done" {
	local start

	gate up
	launch --grace 30 "trap 'sleep 0.2; echo tidied; exit' TERM; $idle" ::: a
	jobs_up 1
	start=$(milliseconds)
	kill -TERM "$spool_pid"
	died_of 15
	took_between 190 5000 $(($(milliseconds) - start))
	out_is tidied
}

@test "a process that ignores the signal is killed though the job that started it is gone" {
	local redirection mode

	gate up
	for redirection in '' '>/dev/null 2>&1'; do
		for mode in --group --ungroup; do
			launch --grace 0.3 "$mode" \
				"(trap '' TERM; echo >up; while :; do sleep 0.05; done) $redirection & : {}; wait" ::: a
			jobs_up 1
			kill -TERM "$spool_pid"
			died_of 15
		done
	done
}

@test "a second signal kills at once" {
	local signal tree start

	need setsid
	gate up
	for signal in INT TERM; do
		for tree in 'sh -c "$1"' 'setsid sh -c "$1"'; do
			[[ $tree != setsid* || -e /proc/self/environ ]] || continue # what left its group is found there
			launch --grace 30 "trap '' INT TERM; $tree; : {}" ::: "$idle"
			jobs_up 1
			kill -s "$signal" "$spool_pid"
			wait_until 5 nothing_pends "$spool_pid"
			sleep 0.15 # what comes sooner is the same one
			start=$(milliseconds)
			kill -s "$signal" "$spool_pid"
			died_of "$(number_of $signal)"
			took_between 0 8000 $(($(milliseconds) - start))
		done
	done
}

@test "a second signal kills at once while jobs are still being started, and leaves none" {
	local i list

	skip_if_sanitized 'starting jobs takes too long'
	list=$(seq 100)
	for i in 0.010 0.030 0.050 0.080; do
		rm -f pid
		# shellcheck disable=SC2086 # a list of values
		launch -j100 --grace 0.5 ': {}; sleep 1000 & sleep 1000' ::: $list
		wait_until 10 test -s pid
		sleep "$i"
		kill -INT "$(<pid)"
		sleep 0.12 # what comes sooner is the same one
		kill -INT "$(<pid)" 2>/dev/null || true
		died_of 2
	done
}

@test "a repeat within 100 ms is the same signal: the job has its grace" {
	local try first

	gate up go
	for try in 1 2 3 4 5 6 7 8 9 10; do
		launch --grace 20 "trap 'echo >up; read x <go; echo tidied; exit' INT; $idle" ::: a
		jobs_up 1
		first=$(milliseconds)
		kill -INT "$spool_pid"
		jobs_up 1
		kill -INT "$spool_pid"
		[ $(($(milliseconds) - first)) -gt 80 ] || break
		ended "$runner" # too slow to tell
	done
	open_gate go
	died_of 2
	out_is tidied
}

@test "signals that were ignored at the start stay ignored, by spool and by its jobs" {
	local signal

	gate up go
	for signal in INT TERM HUP QUIT TSTP; do
		rm -f pid ending
		background with default=INT,QUIT,TERM,HUP,TSTP ignore=$signal new=group pid=pid ending=ending \
			spool 'echo >up; read x <go; seen signals; : {}' ::: a >"$out" 2>"$err"
		runner=$pid
		jobs_up 1
		kill -s "$signal" -- "-$spool_pid"
		kill -s "$signal" "$spool_pid"
		open_gate go
		over 'exit 0'
		out_has "^ignored: $(number_of $signal)\$"
	done
}

@test "nohup and a hangup: the run goes on" {
	gate up go
	need nohup
	background nohup with pid=pid ending=ending spool 'echo >up; read x <go; echo done {}' ::: a >"$out" 2>"$err"
	runner=$pid
	jobs_up 1
	kill -HUP "$spool_pid"
	open_gate go
	over 'exit 0'
	out_is 'done a'
}

@test "signals that were blocked at the start end the run all the same" {
	gate up
	rm -f pid ending
	background with block=all pid=pid ending=ending spool --grace 0.3 'echo >up; exec sleep 1000; : {}' ::: a \
		>"$out" 2>"$err"
	runner=$pid
	jobs_up 1
	kill -TERM "$spool_pid"
	died_of 15
}

@test "QUIT leaves no core of spool" {
	ulimit -S -c unlimited 2>/dev/null || skip 'core files are forbidden here'
	# Who waits sees whether there was a core: here that is another spool. It is no matter of spool's jobs.
	# shellcheck disable=SC2016 # for the job's shell
	capture with default=QUIT spool ::: 'kill -QUIT $$'
	err_has 'SIGQUIT \(core dumped\)' || skip 'core files go elsewhere here'
	# shellcheck disable=SC2016 # for the job's shell
	capture with default=QUIT spool ::: \
		"exec spool sh -c 'trap : QUIT; kill -QUIT \$PPID; sleep 0.2' ::: a"
	status_is 1
	err_has '^  job 1: SIGQUIT after '
	[ ! -e core ] || rm core
}

@test "signals that spool does not take end it as they end any program, and its jobs with it" {
	local signal

	ulimit -S -c 0
	skip_if_sanitized 'a sanitizer takes signals of its own'
	gate up
	for signal in ALRM ABRT SEGV VTALRM; do
		launch --grace 0.1 "$idle" ::: a
		jobs_up 1
		kill -s "$signal" "$spool_pid"
		died_of "$(number_of $signal)"
	done
}

@test "processes that spool did not start, and daemons that a successful job left, get no signal" {
	gate up
	rm -f pid ending
	# shellcheck disable=SC2016 # for the inner shells
	background with default=INT,QUIT,TERM new=group pid=pid ending=ending \
		sh -c 'sleep 1000 & echo $! >sibling; exec spool -j1 ::: "$@"' sh \
		'sleep 1000 >/dev/null 2>&1 & echo $! >daemon' "$idle" >"$out" 2>"$err"
	runner=$pid
	jobs_up 1
	kill -TERM "$spool_pid"
	ended "$runner"
	[ "$(<ending)" = 'signal 15' ]
	is_not_stopped "$(<sibling)"
	is_not_stopped "$(<daemon)"
	kill "$(<sibling)" "$(<daemon)"
	no_leftovers
}

@test "a storm of signals that mean nothing to spool changes nothing" {
	local n=1000

	case $TEST_KIND in asan | tsan) n=200 ;; esac
	seq $n >list
	rm -f pid ending
	background with pid=pid ending=ending spool -k -j3 -a list 'echo {}; exit $(({} % 2))' >"$out" 2>"$err"
	runner=$pid
	wait_until 10 test -s pid
	while kill -WINCH "$(<pid)" && kill -CHLD "$(<pid)" && kill -CONT "$(<pid)" && kill -URG "$(<pid)"; do
		[ ! -e ending ] || break
	done 2>/dev/null
	over "exit $((n / 2 > 100 ? 101 : n / 2))"
	same list "$out"
	err_has "^spool: $((n / 2)) of $n jobs failed\$"
}

# --- a reader that reads nothing -----------------------------------------------------------------------------------

# full_pipe NAME: a FIFO that nobody reads and that takes no byte more; descriptor 8 keeps it so.
full_pipe() {
	mkfifo "$1"
	exec 8<>"$1"
	dd if=/dev/zero of="$1" oflag=nonblock bs=512 2>/dev/null || true
}

@test "a reader that reads nothing keeps the end away no longer than the grace, in every mode" {
	local mode start

	full_pipe pipe
	gate up
	for mode in "${modes[@]}"; do
		background with default=TERM pid="pid$mode" ending="ending$mode" spool "$mode" --grace 1 \
			::: "echo x; $idle" 'echo y' >pipe 2>/dev/null 8>&-
		echo "$pid" >"runner$mode"
	done
	hear_from 4 # with --ungroup the job itself can't write
	for mode in "${modes[@]}"; do
		wait_until 10 test -s "pid$mode"
		kill -TERM "$(<"pid$mode")"
	done
	for mode in "${modes[@]}"; do
		wait_until 10 pid_gone "$(<"runner$mode")" || {
			printf 'with %s it still runs\n' "$mode"
			return 1
		}
		[ "$(<"ending$mode")" = 'signal 15' ]
	done
	no_leftovers
}

@test "a second signal does not wait for a reader at all" {
	local start

	full_pipe pipe
	gate up
	rm -f pid ending
	background with default=TERM pid=pid ending=ending spool -k --grace 60 "echo x; $idle" ::: a >pipe 2>"$err" 8>&-
	runner=$pid
	jobs_up 1
	kill -TERM "$spool_pid"
	wait_until 5 nothing_pends "$spool_pid"
	sleep 0.15 # what comes sooner is the same one
	start=$(milliseconds)
	kill -TERM "$spool_pid"
	died_of 15
	took_between 0 5000 $(($(milliseconds) - start))
}

@test "a stderr that nobody reads does not keep an ending signal from ending the run" {
	full_pipe pipe
	gate up
	rm -f pid ending
	background with default=TERM pid=pid ending=ending spool --grace 0.5 ::: 'echo x >&2; exit 1' "$idle" \
		>"$out" 2>pipe 8>&-
	runner=$pid
	jobs_up 1
	kill -TERM "$spool_pid"
	died_of 15
}

# --- stop and continue ---------------------------------------------------------------------------------------------

@test "TSTP stops the jobs and spool, CONT continues them" {
	gate up go-a go-b
	launch -j2 'echo $$ >>pids; echo >up; read x <go-{}; echo done {}' ::: a b
	jobs_up 2
	kill -TSTP "$spool_pid"
	wait_until 10 is_stopped "$spool_pid"
	for job in $(<pids); do
		wait_until 10 is_stopped "$job"
	done
	kill -CONT "$spool_pid"
	wait_until 10 is_not_stopped "$spool_pid"
	for job in $(<pids); do
		wait_until 10 is_not_stopped "$job"
	done
	open_gate go-a
	open_gate go-b
	over 'exit 0'
	same <(lines 'done a' 'done b') <(sort "$out")
}

@test "TSTP to the group stops the jobs with all that they started" {
	gate up
	launch '(exec sh -c "echo \$\$ >>pids; while :; do :; done") & echo $$ >>pids; echo >up; wait; : {}' ::: a
	jobs_up 1
	wait_until 10 eval '[ $(wc -l <pids) = 2 ]'
	kill -TSTP -- "-$spool_pid"
	wait_until 10 is_stopped "$spool_pid"
	for job in $(<pids); do
		wait_until 10 is_stopped "$job"
	done
	kill -CONT -- "-$spool_pid"
	wait_until 10 is_not_stopped "$spool_pid"
	kill -TERM "$spool_pid"
	died_of 15
}

@test "the pause does not count against the grace" {
	gate up go
	launch --grace 2 "trap 'echo >up; read x <go; echo tidied; exit' TERM; $idle" ::: a
	jobs_up 1
	kill -TERM "$spool_pid"
	jobs_up 1
	kill -TSTP "$spool_pid"
	wait_until 10 is_stopped "$spool_pid"
	sleep 2.2 # the pause that must not count
	kill -CONT "$spool_pid"
	wait_until 10 is_not_stopped "$spool_pid"
	open_gate go
	died_of 15
	out_is tidied
}

@test "CONT right after TSTP leaves nothing stopped" {
	local i

	gate up go
	for ((i = 0; i < 30; i++)); do
		launch 'echo >up; read x <go; echo {}' ::: a
		jobs_up 1
		kill -TSTP "$spool_pid"
		kill -CONT "$spool_pid"
		{ open_gate go && ended "$runner" 10; } || {
			printf 'try %d: spool is in state %s\n' "$i" "$(state_of "$spool_pid")"
			return 1
		}
		out_is a
	done
	over 'exit 0'
}

@test "stopped and continued again and again, a run is complete" {
	local i n=600

	case $TEST_KIND in asan | tsan) n=100 ;; esac
	seq $n >list
	launch -k -j4 -a list 'echo {}; exit $(({} == 7))'
	wait_until 10 test -s pid
	for ((i = 0; i < 40; i++)); do
		kill -TSTP "$(<pid)" || break
		wait_until 10 eval 'is_stopped $(<pid) || [ -e ending ]' || return
		kill -CONT "$(<pid)" || break
	done 2>/dev/null
	over 'exit 1'
	same list "$out"
}

@test "where nobody could continue it, TSTP stops neither spool nor a job for good" {
	gate up go
	rm -f pid ending
	# Leader of a session: its group has no parent that could do job control.
	background with default=TSTP new=session pid=pid ending=ending \
		spool 'echo >up; read x <go; echo done {}' ::: a >"$out" 2>"$err"
	runner=$pid
	jobs_up 1
	kill -TSTP "$spool_pid"
	open_gate go
	over 'exit 0'
	out_is 'done a'
}

@test "an ending signal ends a run that is stopped as soon as it is continued" {
	gate up
	launch -j2 "$idle" ::: a b
	jobs_up 2
	kill -TSTP "$spool_pid"
	wait_until 10 is_stopped "$spool_pid"
	kill -TERM "$spool_pid"
	kill -CONT "$spool_pid"
	died_of 15
}

@test "an ending signal ends a job that somebody stopped" {
	gate up
	launch --grace 30 "echo \$\$ >job; $idle" ::: a
	jobs_up 1
	kill -STOP "$(<job)"
	wait_until 10 is_stopped "$(<job)"
	kill -TERM "$spool_pid"
	died_of 15
}

# --- the keeper ----------------------------------------------------------------------------------------------------

@test "a SIGKILL of spool ends its jobs and all in their groups, in every mode, and leaves no file" {
	local mode

	gate up
	for mode in "${modes[@]}"; do
		launch -j2 --grace 0.1 --buffer 1 "$mode" \
			"echo {}; echo {}; sleep 1000 & (sleep 1000 & echo >up; sleep 1000) & wait" ::: a b
		case $mode in
		--jobs=1) jobs_up 1 ;;
		*) jobs_up 2 ;;
		esac
		kill -KILL "$spool_pid"
		died_of 9
	done
}

@test "a SIGKILL of spool at any moment, of many spawns too, leaves nothing" {
	local i list

	list=$(seq 60)
	for i in 0 0.003 0.006 0.010 0.020 0.040; do
		rm -f pid
		# shellcheck disable=SC2086 # a list of values
		launch -j50 --grace 0.1 ': {}; sleep 1000 & sleep 1000' ::: $list
		wait_until 10 test -s pid
		sleep "$i"
		kill -KILL "$(<pid)"
		died_of 9 || {
			printf 'after %s s\n' "$i"
			return 1
		}
	done
}

@test "processes of a job that made groups or sessions of their own end with the run" {
	local signal tree

	[ -e /proc/self/environ ] || skip 'no /proc here'
	need setsid
	gate up
	for tree in 'timeout 1000 sh -c "$1"' 'setsid sh -c "$1"' 'setsid -f sh -c "$1"; wait; sleep 1000' \
		'bash -mc "sh -c \"\$1\" & wait" bash "$1"'; do
		for signal in TERM KILL; do
			launch --grace 0.5 "$tree; : {}" ::: "trap '' HUP; $idle"
			jobs_up 1
			kill -s "$signal" "$spool_pid"
			died_of "$(number_of $signal)" || {
				printf 'after %s, for the job %s\n' "$signal" "$tree"
				return 1
			}
		done
	done
}

@test "no process that is older than the run is taken for one of a job, whatever its environment says" {
	local signal

	gate up
	for signal in TERM KILL; do
		rm -f pid ending
		# What is left of an earlier run under the same pid looks like this.
		# shellcheck disable=SC2016 # for the inner shell
		background with default=TERM pid=pid ending=ending sh -c \
			'SPOOL_PID=$$ SPOOL_SEQ=1 sleep 1000 & echo $! >older; sleep 0.1; exec spool --grace 0.1 "$@"' \
			sh "$idle" ::: a >"$out" 2>"$err"
		runner=$pid
		jobs_up 1
		kill -s "$signal" "$spool_pid"
		ended "$runner"
		wait_until 5 only_marked "$(<older)"
		kill "$(<older)"
	done
}

@test "the keeper sends TERM first, and KILL after the grace" {
	local start

	gate up
	# Where its stderr went nobody reads any more.
	launch -j3 --grace 1.5 ::: "exec 2>/dev/null; trap 'echo TERM >tidied; exit' TERM; $idle" \
		"trap '' TERM; $idle" "(trap '' TERM; $idle) & wait"
	jobs_up 3
	start=$(milliseconds)
	kill -KILL "$spool_pid"
	ended "$runner"
	no_leftovers 5
	took_between 1490 6000 $(($(milliseconds) - start))
	[ "$(<tidied)" = TERM ]
}

@test "the keeper ends jobs that are stopped" {
	gate up
	launch -j2 --grace 0.5 "echo \$\$ >>pids; $idle" ::: a b
	jobs_up 2
	kill -TSTP "$spool_pid"
	wait_until 10 is_stopped "$spool_pid"
	kill -KILL "$spool_pid"
	died_of 9
	launch -j2 --grace 0.5 "echo \$\$ >stopped; $idle" ::: a
	jobs_up 1
	kill -STOP "$(<stopped)"
	kill -KILL "$spool_pid"
	died_of 9
}

@test "the keeper ends no process that spool did not start and no daemon that a successful job left" {
	gate up
	rm -f pid ending
	# shellcheck disable=SC2016 # for the inner shells
	background with default=INT,QUIT,TERM new=group pid=pid ending=ending \
		sh -c 'sleep 1000 & echo $! >sibling; exec spool -j1 --grace 0.2 ::: "$@"' sh \
		'sleep 1000 >/dev/null 2>&1 & echo $! >daemon' "$idle" >"$out" 2>"$err"
	runner=$pid
	jobs_up 1
	kill -KILL "$spool_pid"
	ended "$runner"
	wait_until 5 only_marked "$(<sibling)" "$(<daemon)"
	is_not_stopped "$(<sibling)"
	is_not_stopped "$(<daemon)"
	kill "$(<sibling)" "$(<daemon)"
	no_leftovers
}

@test "a spool in a job of a spool that is killed ends its own jobs" {
	gate up
	# shellcheck disable=SC2016 # for the inner shells
	launch --grace 0.5 'spool -j2 --grace 0.5 ::: "$1" "$1"; : {}' ::: "(trap '' TERM; $idle) & $idle"
	jobs_up 4
	kill -KILL "$spool_pid"
	ended "$runner"
	no_leftovers 5
	# And one that takes no TERM itself, and so is killed as well.
	launch --grace 0.3 'trap "" TERM; exec spool -j2 --grace 0.3 ::: "$1" "$1"; : {}' ::: "$idle"
	jobs_up 2
	kill -KILL "$spool_pid"
	ended "$runner"
	no_leftovers 5
}

@test "the keeper has a session and a name of its own and no descriptor but its pipe, and is gone after the run" {
	local keeper

	gate up go
	launch 'echo >up; read x <go; : {}' ::: a
	jobs_up 1
	find_keeper
	[ "$(ps -o sid= -o pgid= -p "$keeper" | xargs)" = "$keeper $keeper" ]
	[ "$(tr -d '\0' <"/proc/$keeper/cmdline")" = spool-keeper ]
	[ "$(find "/proc/$keeper/fd" -type l | wc -l)" = 1 ]
	find "/proc/$keeper/fd" -lname 'pipe:*' | grep -q .
	open_gate go
	over 'exit 0'
	! kill -0 "$keeper" 2>/dev/null
}

@test "the keeper outlives what is meant for spool" {
	local keeper signal

	gate up
	launch --grace 0.2 "$idle" ::: a
	jobs_up 1
	find_keeper
	for signal in INT TERM HUP QUIT PIPE ALRM USR1 USR2 TSTP; do
		kill -s "$signal" "$keeper"
	done
	kill -KILL "$spool_pid"
	died_of 9
}

@test "a run whose keeper was killed is complete" {
	gate up go
	launch -k ::: 'echo >up; read x <go; echo a' 'echo b'
	jobs_up 1
	find_keeper
	kill -KILL "$keeper"
	open_gate go
	over 'exit 0'
	out_is a b
}

@test "a run that ends in any way takes its keeper with it" {
	capture spool true ::: a
	no_leftovers
	capture spool false ::: a
	no_leftovers
	capture spool nosuch ::: a
	no_leftovers
	capture spool true </dev/null
	no_leftovers
	capture spool -a nosuch true
	no_leftovers
	capture spool --dry-run true ::: a
	no_leftovers
}

# --- as process 1 --------------------------------------------------------------------------------------------------

need_namespaces() {
	need unshare
	unshare -pf --mount-proc true 2>/dev/null || skip 'no pid namespace can be made here'
}

# launch_as_1 ARG...: spool ARG... as process 1; jobs_up finds its pid out here.
launch_as_1() {
	rm -f pid ending
	background with default=INT,QUIT,TERM,HUP pid=unshare ending=ending unshare -pf --mount-proc spool "$@" \
		>"$out" 2>"$err"
	runner=$pid
}

jobs_up_under_1() {
	hear_from "$1" || return
	spool_pid=$(ps -o pid= --ppid "$(<unshare)" | tr -d ' ')
}

@test "as process 1 spool runs jobs as ever" {
	need_namespaces
	capture unshare -pf --mount-proc spool -k 'echo {}; exit {}' ::: 0 1 2
	status_is 2
	out_is 0 1 2
}

@test "as process 1 spool dies of no signal: the status is 128 + its number, and jobs have had the signal" {
	local signal

	need_namespaces
	gate up
	for signal in TERM INT HUP QUIT; do
		rm -f got
		launch_as_1 "trap 'echo $signal >got; exit' $signal; $idle" ::: a
		jobs_up_under_1 1
		kill -s "$signal" "$spool_pid"
		over "exit $((128 + $(number_of $signal)))"
		[ "$(<got)" = "$signal" ]
	done
}

@test "as process 1 spool reaps orphans" {
	need_namespaces
	gate go
	# shellcheck disable=SC2016 # for the jobs' shell
	capture timeout 60 unshare -pf --mount-proc spool -j1 ::: \
		'(sh -c "echo \$\$ >orphan; read x <go" &) >/dev/null 2>&1; until [ -s orphan ]; do sleep 0.02; done' \
		'o=$(cat orphan); echo >go; until [ ! -d /proc/$o ]; do sleep 0.02; done; echo gone'
	status_is 0
	out_is gone
}

@test "as process 1 spool reaps orphans while it is busy: they do not pile up" {
	local n=1000

	need_namespaces
	case $TEST_KIND in asan | tsan) n=200 ;; esac
	cat >leave <<-'EOF'
		#!/bin/sh
		(true &)
		case $1 in
		*00) ps -eo stat= | grep -c '^Z' ;;
		esac
		exit 0
	EOF
	chmod +x leave
	seq $n >list
	capture timeout 100 unshare -pf --mount-proc spool -j2 -a list ./leave
	status_is 0
	awk '$1 > 60 { print "zombies: " $1; bad = 1 } END { exit bad || NR == 0 }' "$out"
}

# --- on a terminal -------------------------------------------------------------------------------------------------

# on_terminal COMMAND...: runs on a new terminal, whose screen is $out; `type` types there.
on_terminal() {
	rm -f pid
	[ -p keys ] || mkfifo keys
	exec 9<>keys
	background with default=INT,QUIT,TERM,HUP,TSTP onpty "$@" <keys >"$out" 2>"$err" 9>&-
	terminal=$pid
}

type_keys() {
	printf "$1" >&9
}

screen_has() {
	wait_until 20 grep -Eq -e "$1" "$out" || {
		show_captured
		return 1
	}
}

# terminal_over STATUS
terminal_over() {
	ended "$terminal"
	status_is "$1"
	no_leftovers
}

@test "^C on the terminal ends the run: every job gets INT, and spool dies of it" {
	gate up
	on_terminal spool -j2 "trap 'echo {} INT >>got; exit' INT; $idle" ::: a b
	hear_from 2
	type_keys '\003'
	terminal_over 130
	same <(lines 'a INT' 'b INT') <(sort got)
}

@test "when the terminal goes away the run ends" {
	gate up
	on_terminal with pid=pid spool -j2 "$idle" ::: a b
	jobs_up 2
	kill -KILL "$terminal"
	ended "$terminal"
	no_leftovers 5
}

@test "a job that is stopped because it wants the terminal is told of, and the others go on" {
	on_terminal spool -j2 ::: 'read x </dev/tty; echo got-$x' 'echo other'
	screen_has 'spool: job 1 is stopped: it wants the terminal \(SIGTTIN\)'
	screen_has other
	type_keys '\003'
	terminal_over 130
}

@test "a job that wants the terminal and a stderr that nobody reads: an ending signal ends the run all the same" {
	full_pipe pipe
	# shellcheck disable=SC2016 # for the inner shells
	on_terminal with pid=pid sh -c \
		'exec 2>pipe; exec spool --grace 0.5 "echo \$\$ >job; read x </dev/tty; : {}" ::: a' 8>&-
	wait_until 20 test -s job
	wait_until 20 is_stopped "$(<job)"
	sleep 1.5 # by then spool has looked, and would be stuck in telling
	kill -TERM "$(<pid)"
	terminal_over 143
}

@test "--tty gives the terminal to the job" {
	local option

	for option in --tty '-o -j1' --open-tty; do
		# shellcheck disable=SC2086 # several words
		on_terminal spool $option \
			'stty -echo; stty echo; read x; echo got-$x-{}; read y </dev/tty; echo and-$y' ::: a
		type_keys 'one\ntwo\n'
		terminal_over 0
		out_has got-one-a
		out_has and-two
	done
}

@test "--tty without a terminal is an error, and nothing runs" {
	capture with new=session spool --tty touch ::: ran
	status_is 255
	err_has '^spool: cannot open /dev/tty: '
	[ ! -e ran ]
}

@test "--tty: ^C reaches the job and spool, whichever is quicker, and a TERM for spool alone the job, too" {
	local i

	gate up
	for ((i = 0; i < 12; i++)); do
		on_terminal with pid=pid spool --tty "trap 'echo INT >got; exit' INT; $idle" ::: a
		jobs_up 1
		type_keys '\003'
		terminal_over 130
		[ "$(<got)" = INT ]
	done
	on_terminal with pid=pid spool --tty "trap 'echo TERM >got; exit' TERM; $idle" ::: a
	jobs_up 1
	kill -TERM "$spool_pid"
	terminal_over 143
	[ "$(<got)" = TERM ]
}

no_sleep_marked() {
	local process

	for process in $(marked); do
		! grep -qsx sleep "/proc/$process/comm" || return
	done
}

@test "--tty: what the job started ends with the run, too" {
	local signal

	gate up next
	for signal in TERM KILL; do
		# The shell above lives on: its end would hang up on them all.
		# shellcheck disable=SC2016 # for the inner shells
		on_terminal bash -c \
			'with pid=pid spool --tty --grace 0.5 "sleep 1000 & sleep 1000 & echo >up; wait; : {}" ::: a
			read x <next'
		jobs_up 1
		kill -s "$signal" "$spool_pid"
		wait_until 10 no_sleep_marked
		open_gate next
		terminal_over 0
	done
}

@test "-p asks on the terminal before each job, and runs it for an answer that begins with y" {
	on_terminal spool -p -j1 touch ::: a b c d
	screen_has 'touch a\?\.\.\.'
	[ ! -e a ]
	type_keys 'y\n'
	screen_has 'touch b\?\.\.\.'
	type_keys 'n\n'
	screen_has 'touch c\?\.\.\.'
	type_keys '\n'
	screen_has 'touch d\?\.\.\.'
	type_keys 'Yes\n'
	terminal_over 0
	[ -e a ] && [ ! -e b ] && [ ! -e c ] && [ -e d ]
}

@test "-p asks on the terminal when the values come from elsewhere" {
	lines a b >list
	on_terminal sh -c 'exec spool -p -j1 touch <list'
	type_keys 'y\nn\n'
	terminal_over 0
	[ -e a ] && [ ! -e b ]
}

@test "-p: ^C ends the run while it asks" {
	on_terminal spool -p -j2 touch ::: a b
	screen_has 'touch [ab]\?\.\.\.'
	type_keys '\003'
	terminal_over 130
	[ ! -e a ] && [ ! -e b ]
}

@test "-p without a terminal is an error, and nothing runs" {
	capture with new=session spool -p touch ::: ran
	status_is 255
	err_has '^spool: cannot ask before running: cannot open /dev/tty: '
	[ ! -e ran ]
}
