# What holds jobs back, and how many run at once while a run goes on.
load helper

# cpu_ticks PID: user and system time that a process has used, in hundredths.
cpu_ticks() {
	local fields

	fields=$(sed 's/.*) //' "/proc/$1/stat") || return
	# shellcheck disable=SC2086 # the fields
	set -- $fields
	echo $((${12} + ${13}))
}

# --- --delay -------------------------------------------------------------------------------------------------------

@test "with --delay a job starts no earlier than that after the last one started" {
	local begin took

	begin=$(date +%s%N)
	capture spool -j4 --delay 0.5 -k 'date +%s%N; : {}' ::: 1 2 3 4
	took=$((($(date +%s%N) - begin) / 1000000))
	status_is 0
	[ "$(wc -l <"$out")" -eq 4 ]
	# Each line is a moment after its start, so a gap may seem a little short.
	awk 'NR > 1 && $1 - last < 200000000 { bad = 1 } { last = $1 } END { exit bad }' "$out"
	[ "$took" -ge 1500 ]
	[ "$took" -lt 10000 ]
}

@test "with --delay jobs start in the order of the input, whoever is free" {
	capture spool -j8 --delay 0.4 'echo {#} >>starts; : {}' ::: {1..9}
	status_is 0
	seq 9 | same - starts
}

@test "--delay takes fractions of units, and 'auto' adapts it: 30% more after a failure, 10% less otherwise" {
	local took begin

	begin=$(date +%s%N)
	capture spool -j2 --delay 0.005m true ::: 1 2 3
	status_is 0
	took=$((($(date +%s%N) - begin) / 1000000))
	[ "$took" -ge 600 ]
	[ "$took" -lt 5000 ]
	capture spool -j1 --delay auto true ::: {1..50}
	status_is 0
	begin=$(date +%s%N)
	capture spool -j1 --delay 0.1auto false ::: 1 2 3 4 # waits 0.13, 0.169 and 0.22 s
	took=$((($(date +%s%N) - begin) / 1000000))
	status_is 4
	[ "$took" -ge 500 ]
	[ "$took" -lt 4000 ]
	begin=$(date +%s%N)
	capture spool -j1 --delay 0.1auto true ::: {1..12} # 0.09, 0.081 ... 0.62 s and not 1.1
	took=$((($(date +%s%N) - begin) / 1000000))
	status_is 0
	[ "$took" -ge 550 ]
	[ "$took" -lt 1050 ] || skip 'this machine is too slow to tell'
}

@test "a wrong delay, load or niceness is a usage error" {
	local value

	for value in '' x 1x auto1 1autos -1; do
		capture spool "--delay=$value" touch ::: ran
		status_is 255
		err_has '^spool: --delay .*: not a duration'
	done
	for value in '' x 1z psi psi: psi:cpu psi:cpu= psi:cpu=0 psi:cpu=101 psi:disk=1; do
		capture spool "--load=$value" touch ::: ran
		status_is 255
		err_has '^spool: --load .*: not '
	done
	for value in '' x 20 -21 1.5; do
		capture spool "--nice=$value" touch ::: ran
		status_is 255
		err_has '^spool: --nice .*: not a number from -20 to 19'
	done
	[ ! -e ran ]
}

@test "a stop or ^C ends the wait of --delay at once" {
	gate said
	background spool -j2 --delay 1h 'echo started >said; : {}' ::: 1 2 3 >"$out" 2>"$err"
	await said
	kill -TERM "$pid"
	ended "$pid" 3
	status_is 143
	capture timeout 10 spool -j2 --delay 1h --halt now,fail=1 false ::: 1 2 3
	status_is 1
	no_leftovers
}

@test "a dry run paces nothing" {
	capture timeout 10 spool -k -j2 --delay 1h --load 0 --dry-run echo ::: 1 2 3
	status_is 0
	out_is 'echo 1' 'echo 2' 'echo 3'
}

@test "jobs that wait for a delay use no CPU" {
	local before

	gate said
	background spool -j4 --delay 1h 'echo started >said; exec sleep 60; : {}' ::: 1 2 3 >"$out" 2>"$err"
	await said
	before=$(cpu_ticks "$pid")
	sleep 1.5
	[ $(($(cpu_ticks "$pid") - before)) -le 5 ]
	kill -TERM "$pid"
	ended "$pid"
}

# --- --load --------------------------------------------------------------------------------------------------------

@test "with --load nothing starts beside what runs while the load is too high, but one job always runs" {
	local busy

	gates 3
	(while :; do :; done) 3>&- 8>&- & # the load of this machine is at least one
	busy=$!
	background spool -j4 --load 1 "$hold" ::: 1 2 3 >"$out" 2>"$err"
	hears 1
	quiet 1.5
	open_gate go1
	hears 2 # at once, as it is the only one again
	open_gate go2
	hears 3
	open_gate go3
	ended "$pid"
	status_is 0
	kill "$busy"
}

@test "with --load jobs start while the load is low enough" {
	gates 2
	background spool -j2 --load 100000 "$hold" ::: 1 2 >"$out" 2>"$err"
	hears 1 2
	open_gate go1
	open_gate go2
	ended "$pid"
	status_is 0
	capture spool -j2 --load 90000% echo ::: 1
	status_is 0
}

@test "--load psi: looks at the pressure of the kernel, and is a usage error where that has none" {
	local what

	for what in cpu io memory; do
		if [[ -r /proc/pressure/$what ]]; then
			capture timeout 60 spool -j4 --load "psi:$what=0.01" echo ::: 1 2 3
			status_is 0
			[ "$(wc -l <"$out")" -eq 3 ]
		else
			capture spool --load "psi:$what=50" echo ::: 1 2 3
			status_is 255
			err_has 'no /proc/pressure'
		fi
	done
}

# --- --nice --------------------------------------------------------------------------------------------------------

@test "--nice runs the jobs at that niceness, but never above spool's own" {
	local own

	own=$(nice)
	capture spool --nice 7 'nice; : {}' ::: 1
	status_is 0
	out_is $((own > 7 ? own : 7))
	capture nice -n 5 spool --nice 0 'nice; : {}' ::: 1 2
	out_is $((own + 5)) $((own + 5))
	capture spool 'nice; : {}' ::: 1
	out_is "$own"
	[ "$(nice)" -eq "$own" ]
}

# --- how many at once ----------------------------------------------------------------------------------------------

@test "SIGUSR1 adds a slot at once, even when all input was read" {
	gates 3
	background spool -j1 "$hold" ::: 1 2 3 >"$out" 2>"$err"
	hears 1
	kill -USR1 "$pid"
	hears 2
	kill -USR1 "$pid"
	hears 3
	for i in 1 2 3; do open_gate "go$i"; done
	ended "$pid"
	status_is 0
}

@test "SIGUSR1 adds a slot at once while spool waits for more input" {
	gates 2
	gate list
	background spool -j1 -a list "$hold" >"$out" 2>"$err"
	exec 7>list
	echo 1 >&7
	echo 2 >&7
	hears 1
	kill -USR1 "$pid"
	hears 2
	exec 7>&-
	open_gate go1
	open_gate go2
	ended "$pid"
	status_is 0
}

@test "SIGUSR2 takes a slot away when a job ends, but never the last one" {
	gates 4
	background spool -j2 "$hold" ::: 1 2 3 4 >"$out" 2>"$err"
	hears 1 2
	for _ in 1 2 3; do
		kill -USR2 "$pid"
		wait_until 5 nothing_pends "$pid" # or it would be merged with the next
	done
	open_gate go1
	quiet
	open_gate go2
	hears 3
	quiet
	open_gate go3
	hears 4
	open_gate go4
	ended "$pid"
	status_is 0
}

@test "slots go and come again" {
	gates 6
	background spool -j2 "$hold" ::: 1 2 3 4 5 6 >"$out" 2>"$err"
	hears 1 2
	kill -USR2 "$pid"
	wait_until 5 nothing_pends "$pid"
	sleep 0.05
	open_gate go1
	quiet
	kill -USR1 "$pid"
	hears 3
	kill -USR1 "$pid"
	hears 4
	open_gate go2
	hears 5
	for i in 3 4 5; do open_gate "go$i"; done
	hears 6
	open_gate go6
	ended "$pid"
	status_is 0
}

@test "USR1 and USR2 in a storm change no result" {
	local i

	seq 3000 >list
	background spool -j3 -k -a list echo >"$out" 2>"$err"
	wait_until 10 test -s "$out"
	for i in {1..400}; do
		kill -USR1 "$pid" && kill -USR2 "$pid" && kill -USR2 "$pid" && kill -USR1 "$pid" || break
	done 2>"$BATS_TEST_TMPDIR/seen/kill"
	ended "$pid" 60
	status_is 0
	same list "$out"
}

@test "USR1 and USR2 that were ignored at the start stay ignored" {
	gates 2
	background sh -c 'trap "" USR1 USR2; exec spool "$@"' sh -j1 "$hold" ::: 1 2 >"$out" 2>"$err"
	hears 1
	kill -USR1 "$pid"
	quiet
	open_gate go1
	hears 2
	kill -USR2 "$pid"
	open_gate go2
	ended "$pid"
	status_is 0
}

@test "-j FILE is read, and read again whenever a job ends" {
	gates 8
	echo 1 >width
	background spool -j width "$hold" ::: 1 2 3 4 5 6 7 8 >"$out" 2>"$err"
	hears 1
	echo 3 >width
	open_gate go1
	hears 2 3 4
	echo 1 >width
	open_gate go2
	quiet
	open_gate go3
	quiet
	echo nonsense >width # changes nothing
	open_gate go4
	hears 5
	rm width # nor does this
	open_gate go5
	hears 6
	echo 2 >width
	open_gate go6
	hears 7 8
	open_gate go7
	open_gate go8
	ended "$pid"
	status_is 0
}

@test "a -j FILE that holds no number is a usage error" {
	echo many >width
	capture spool -j width touch ::: ran
	status_is 255
	err_has '^spool: -j width: a file that holds no number of jobs'
	echo 150% >width
	capture spool -j ./width echo ::: 1
	status_is 0
	out_is 1
	[ ! -e ran ]
}

# --- --limit -------------------------------------------------------------------------------------------------------

@test "--limit CMD is asked before a job starts beside others: 0 starts it, 1 does not" {
	gates 3
	touch full
	background spool -j3 --limit 'echo x >>asked; [ ! -e full ]' "$hold" ::: 1 2 3 >"$out" 2>"$err"
	hears 1 # one always runs
	quiet 1.3
	[ -e asked ]
	[ "$(wc -l <asked)" -le 4 ]
	rm full
	hears 2 3 # within a second or so
	for i in 1 2 3; do open_gate "go$i"; done
	ended "$pid"
	status_is 0
	out_is
	err_is
}

# A run in which job 2 is ended for job 3 and runs again: one_is_evicted OPTION...
one_is_evicted() {
	gates 3
	gate list
	background spool -j2 -a list "$@" --limit '[ ! -e full ] || exit 2' \
		'echo $$ >pid{}; echo begun {}; echo {} >said; : <go{}; echo done {}' >"$out" 2>"$err"
	exec 7>list
	echo 1 >&7
	hears 1
	echo 2 >&7
	hears 2
	touch full
	echo 3 >&7
	exec 7>&-
	kill -USR1 "$pid"
	wait_until 5 pid_gone "$(<pid2)" # more than one may go, never the only one
	quiet 1.5
	kill -0 "$(<pid1)"
	rm full
	hears 2 3
	for i in 1 2 3; do open_gate "go$i"; done
	ended "$pid"
	status_is 0
	err_is
}

@test "--limit CMD that exits with 2 ends the youngest job, which runs again later and counts once" {
	one_is_evicted
	sort "$out" >sorted
	lines 'begun 1' 'begun 2' 'begun 3' 'done 1' 'done 2' 'done 3' | same - sorted
}

@test "with -k, what an ended job had printed is not shown, even of the one whose turn it was" {
	one_is_evicted -k
	out_is 'begun 1' 'done 1' 'begun 2' 'done 2' 'begun 3' 'done 3'
}

@test "a job that ignores TERM is ended by KILL when it has to make room" {
	gates 2
	background spool -j1 --grace 0.2 --limit 'exit 2' \
		'trap "" TERM; echo $$ >pid{}; echo {} >said; while [ ! -e over ]; do sleep 0.05; done' ::: 1 2 >"$out" 2>"$err"
	hears 1
	quiet
	touch over # alone it is never ended
	hears 2
	ended "$pid"
	status_is 0
}

@test "an ended run leaves a job that had to make room ended" {
	gates 3
	background spool -j1 --limit '[ ! -e full ] || exit 2' 'echo $$ >pid{}; echo {} >said; : <go{}' ::: 1 2 3 >"$out" 2>"$err"
	hears 1
	kill -USR1 "$pid"
	hears 2
	touch full
	kill -USR1 "$pid"
	wait_until 5 pid_gone "$(<pid2)"
	kill -TERM "$pid"
	ended "$pid" 5
	status_is 143
	err_has 'ended by SIGTERM'
	no_leftovers
}

@test "a stop ends the command of --limit too, and nothing is left" {
	gates 2
	gate asked
	background spool -j2 --limit 'echo asked >asked; exec sleep 60' "$hold" ::: 1 2 >"$out" 2>"$err"
	hears 1
	await asked
	kill -TERM "$pid"
	ended "$pid" 5
	status_is 143
	no_leftovers
}

@test "--limit 'load N' and 'mem SIZE' are GNU parallel's words for what --load and --memfree do" {
	capture spool --limit 'load 100000' echo ::: 1 2
	status_is 0
	capture spool --limit 'mem 1k' -k echo ::: 1 2
	status_is 0
	out_is 1 2
	capture spool --limit 'mem x' echo ::: 1 2
	status_is 255
	err_has '^spool: --limit mem x: not a size'
}

# --- --memfree, --memsuspend ---------------------------------------------------------------------------------------

@test "with --memfree a job starts beside others only while so much memory is free, and one always runs" {
	gates 2
	background spool -j2 --memfree 1000T "$hold" ::: 1 2 >"$out" 2>"$err"
	hears 1
	quiet 1.3
	open_gate go1
	hears 2
	open_gate go2
	ended "$pid"
	status_is 0
	background spool -j2 --memfree 1k "$hold" ::: 1 2 >"$out" 2>"$err"
	hears 1 2
	open_gate go1
	open_gate go2
	ended "$pid"
	status_is 0
}

@test "with --memsuspend only one job runs when less memory than that is free" {
	gates 2
	background spool -j2 --memsuspend 1000T "$hold" ::: 1 2 >"$out" 2>"$err"
	hears 1
	quiet 1.3
	open_gate go1
	hears 2
	open_gate go2
	ended "$pid"
	status_is 0
}

@test "with --memsuspend the youngest jobs are suspended below twice that, and go on when there is room" {
	local free i

	[[ -r /proc/meminfo ]] || skip 'there is no /proc/meminfo'
	free=$(awk '/^MemAvailable/ { print int($2 * 0.8) }' /proc/meminfo) # so two of them may run
	gates 3
	background spool -j1 --memsuspend "${free}K" 'echo $$ >pid{}; echo {} >said; : <go{}' ::: 1 2 3 >"$out" 2>"$err"
	hears 1
	for i in 2 3; do
		kill -USR1 "$pid"
		IFS= read -r -t 5 word <&8 || {
			kill -KILL "$pid"
			skip 'a control group allows less memory than the machine has'
		}
	done
	wait_until 5 is_stopped "$(<pid3)"
	run ! is_stopped "$(<pid1)"
	open_gate go1
	wait_until 10 eval '! is_stopped "$(<pid3)"'
	open_gate go2
	open_gate go3
	ended "$pid"
	status_is 0
}

@test "a wrong size is a usage error" {
	local value

	for value in '' x 0 1x -1; do
		capture spool "--memfree=$value" touch ::: ran
		status_is 255
		err_has '^spool: --memfree .*: not a size'
		capture spool "--memsuspend=$value" touch ::: ran
		status_is 255
		err_has '^spool: --memsuspend .*: not a size'
	done
	[ ! -e ran ]
}
