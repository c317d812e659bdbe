# Nothing hangs: a run is over when its jobs are, and an end that was asked for waits for nobody.
load helper

all_modes=(--group --keep-order --line-buffer --ungroup --jobs=1 '--keep-order --tag')

# in_time COMMAND...: what takes longer than this hangs; then the status is 124.
in_time() {
	case $TEST_KIND in
	asan | tsan) timeout 100 "$@" ;;
	*) timeout 20 "$@" ;;
	esac
}

# await_all GATE N: wait until N lines have come through.
await_all() {
	timeout 20 head -n "$2" <>"$1" >/dev/null 3>&- || {
		printf 'not %d lines came through %s\n' "$2" "$1"
		return 1
	}
}

has_lines() {
	[[ $(wc -l <"$1") -ge $2 ]]
}

# milliseconds: of the clock on the wall.
milliseconds() {
	local now=$EPOCHREALTIME

	echo $((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# cpu_ticks PID: processor time used so far, all threads.
cpu_ticks() {
	local fields

	read -ra fields <"/proc/$1/stat" && echo $((fields[13] + fields[14]))
}

# --- waiting for the end of a job ----------------------------------------------------------------------------------

@test "a job is over when it has exited, whoever holds its output open" {
	local mode started took

	for mode in "${all_modes[@]}"; do
		started=$(milliseconds)
		# shellcheck disable=SC2086 # several words
		capture in_time spool -j4 $mode ::: 'sleep 60 & echo 1 both' 'sleep 60 >/dev/null & echo 2 stderr' \
			'sleep 60 2>/dev/null & echo 3 stdout' 'setsid sleep 60 & echo 4 session'
		took=$(($(milliseconds) - started))
		status_is 0
		sed 's/.*\t//' "$out" | sort | same <(lines '1 both' '2 stderr' '3 stdout' '4 session') -
		err_is
		((took < 15000)) || {
			printf '%s: took %d ms\n' "$mode" "$took"
			return 1
		}
	done
}

@test "a process that a job left lives on, and what it writes after the grace meets a closed pipe" {
	gate go told
	cat >leave <<-'E'
		{ trap '' PIPE; read x <go; echo late 2>/dev/null || echo closed >told; } &
		echo now
	E
	capture in_time spool sh ::: leave
	status_is 0
	out_is now
	open_gate go
	await told
	[[ $word == closed ]]
}

@test "an ended run leaves nothing of a job, whatever its tree of processes looks like" {
	local shell

	gate up
	for shell in sh bash; do
		background spool -j4 $shell -c ::: 'echo >up; sleep 60; true' '(echo >up; sleep 60)' \
			'echo >up; sleep 60 | cat' 'sleep 60 & echo >up; wait' >"$out" 2>"$err"
		await_all up 4
		kill -TERM "$pid"
		ended "$pid" 10
		status_is 143
		no_leftovers
	done
}

@test "no job inherits the pipe of another" {
	local plain

	capture seen fds
	plain=$(sed '1,3d; s/, [0-9]*$//; s/^/2000 /' "$out") # what is open here by chance
	seq 2000 >list
	capture in_time spool -j64 -a list seen fds
	status_is 0
	err_is
	sed 's/, [0-9]*$//' "$out" | sort | uniq -c | sed 's/^ *//' |
		same - <(lines '2000 fd 0: device for reading' '2000 fd 1: pipe for writing' \
			'2000 fd 2: pipe for writing' ${plain:+"$plain"})
}

@test "every short job is reported while long ones run" {
	local i

	gate go
	for ((i = 1; i <= 1000; i++)); do
		((i % 250 != 1)) || echo 'read x <go'
		echo "/bin/echo $i"
	done >commands
	background spool -j64 -a commands >"$out" 2>"$err"
	wait_until 30 has_lines "$out" 1000
	exec 7<>go
	printf '\n\n\n\n' >&7
	ended "$pid"
	status_is 0
	exec 7>&-
	sort -n "$out" | same <(seq 1000) -
	err_is
}

@test "a job may write more than a pipe holds to one stream while nothing comes on the other" {
	local mode

	for mode in --group --keep-order --line-buffer --ungroup --jobs=1; do
		capture in_time spool "$mode" ::: 'head -c 5000000 /dev/zero >&2; echo end'
		status_is 0
		out_is end
		head -c 5000000 /dev/zero | same - "$err"
		capture in_time spool "$mode" ::: 'head -c 5000000 /dev/zero; echo end >&2'
		status_is 0
		err_is end
		head -c 5000000 /dev/zero | same - "$out"
	done
}

@test "fewer jobs than slots, one job, none at all and an empty line are runs like others" {
	local mode slots n

	for mode in --group --keep-order --line-buffer --ungroup; do
		for slots in 1 64; do
			for n in 0 1 3; do
				seq "$n" >list
				capture in_time spool "$mode" "-j$slots" -a list echo
				status_is 0
				sort -n "$out" | same list -
				err_is
			done
			echo >list
			capture in_time spool "$mode" "-j$slots" -a list
			status_is 0
			out_is
			capture in_time spool "$mode" "-j$slots" -a list printf '<%s>\n'
			status_is 0
			out_is '<>'
			err_is
		done
	done
}

@test "a job that is stopped is not over, costs nothing, and ends when it is continued" {
	local before

	gate told
	background spool -j2 ::: "echo \$\$ >told; kill -STOP \$\$; echo continued" \
		'true; echo 2' 'true; echo 3' 'true; echo 4' >"$out" 2>"$err"
	await told
	wait_until 20 is_stopped "$word"
	wait_until 20 has_lines "$out" 3
	lines 2 3 4 | same - "$out"
	before=$(cpu_ticks "$pid")
	sleep 1.5 # no synchronising: time for a loop to show itself
	(($(cpu_ticks "$pid") - before < 20))
	kill -0 "$pid"
	kill -CONT "$word"
	ended "$pid"
	status_is 0
	out_is 2 3 4 continued
	err_is
}

@test "a job that is stopped does not outlive an ending signal" {
	gate told
	background spool --grace 60s ::: "echo \$\$ >told; kill -STOP \$\$; sleep 60" >"$out" 2>"$err"
	await told
	wait_until 20 is_stopped "$word"
	kill -TERM "$pid"
	ended "$pid" 10
	status_is 143
	no_leftovers
}

# --- input -----------------------------------------------------------------------------------------------------------

@test "the first job starts when the first line has come, and a pause in the middle of a line loses nothing" {
	local part

	gate in
	background sh -c 'exec spool <in >"$1" 2>"$2"' sh "$out" "$err"
	exec 7>in
	printf 'echo a\n' >&7
	wait_until 20 has_lines "$out" 1
	for part in e ch 'o ' b $'\necho' ' c'; do
		printf '%s' "$part" >&7
		sleep 0.05 # no synchronising: so that it is read in pieces
	done
	exec 7>&-
	ended "$pid"
	status_is 0
	sort "$out" | same - <(lines a b c)
}

@test "a list that is still being written can be followed" {
	local spool tail

	gate in
	echo 1 >list
	background sh -c 'exec spool echo <in >"$1" 2>"$2"' sh "$out" "$err"
	spool=$pid
	background sh -c 'exec tail -f list >in'
	tail=$pid
	wait_until 20 has_lines "$out" 1
	echo 2 >>list
	wait_until 20 has_lines "$out" 2
	kill "$tail"
	ended "$spool"
	status_is 0
	out_is 1 2
}

@test "an ending signal does not wait for input" {
	local signal

	gate in
	for signal in TERM INT HUP; do
		exec 7<>in
		background with default=INT sh -c 'exec spool --grace 60s cat <in >"$1" 2>"$2" 7>&-' sh "$out" "$err"
		echo /dev/null >&7
		wait_until 20 eval '! read -t 0 -u 7' # it was read
		kill "-$signal" "$pid"
		ended "$pid" 10
		status_is $((128 + $(kill -l "$signal")))
		exec 7>&-
	done
}

@test "a command that cannot be run ends the run without waiting for more input" {
	gate in
	exec 7<>in
	echo 1 >&7
	capture in_time sh -c 'exec spool nosuch <in 7>&-'
	status_is 127
	err_is 'spool: nosuch: command not found'
	echo 1 >&7
	capture in_time sh -c 'exec spool / <in 7>&-'
	status_is 126
	exec 7>&-
}

@test "a dry run returns, whatever else was asked for" {
	capture in_time spool --dry-run -u --line-buffer --group -k --tag --tagstring '{#}' -t -v -p -o --tty --explain \
		-j 0 -r -d , --wd / --buffer 1 --grace 0 --tmpdir / --exit-code xargs --process-slot-var N -q cat ::: a,b
	status_is 0
	out_is $'1\tcat a' $'2\tcat b'
}

# --- output ----------------------------------------------------------------------------------------------------------

@test "two runs at once, a run in a run, one in a session of its own and one with an empty environment end as any" {
	local first

	need setsid
	seq 200 >list
	background spool -j4 -a list echo >other 2>&1
	first=$pid
	capture in_time spool -j4 -a list echo
	status_is 0
	sort -n "$out" | same list -
	ended "$first" 60
	status_is 0
	sort -n other | same list -
	capture in_time spool -k -j2 'spool -k -j2 echo {} ::: 1 2' ::: a b
	status_is 0
	out_is 'a 1' 'a 2' 'b 1' 'b 2'
	capture in_time setsid --wait spool -k echo ::: a b </dev/null
	status_is 0
	out_is a b
	capture in_time env -i "$(command -v spool)" -k ::: 'echo a' 'echo b' </dev/null
	status_is 0
	out_is a b
}

@test "process substitutions as stdout and stderr get everything and their end" {
	gate a b
	background bash -c 'spool ::: "echo out; echo err >&2" > >(cat >a) 2> >(cat >b)'
	timeout 20 cat a >got.out 3>&- &
	timeout 20 cat b >got.err 3>&-
	wait $!
	ended "$pid"
	status_is 0
	lines out | same - got.out
	lines err | same - got.err
}

# reader_gone MODE COMMANDS: spool MODE reads what COMMANDS print, and head takes one line from its stdout and goes.
reader_gone() {
	rm -f ending
	capture in_time with default=PIPE bash -c 'eval "$2" | with ending=ending spool $1 2>err | head -n 1
		echo "${PIPESTATUS[@]}"' bash "$1" "$2"
	{ same /dev/null err && no_leftovers; } || {
		printf 'in the mode %s\n' "$1"
		return 1
	}
}

@test "when the reader of stdout is gone spool dies of SIGPIPE, quietly, in every mode" {
	local mode

	for mode in "${all_modes[@]}"; do
		reader_gone "$mode" 'yes "echo x"'
		[[ $mode == *--tag ]] || out_is x '141 141 0'
		[[ $mode != *--tag ]] || out_is $'echo x\tx' '141 141 0'
		[[ $(<ending) == 'signal 13' ]]
	done
}

@test "when the reader of stdout is gone a job that prints without end is ended" {
	local mode

	for mode in --keep-order --line-buffer --ungroup --jobs=1; do
		reader_gone "$mode" 'echo yes'
		out_is y '0 141 0'
	done
	reader_gone '--keep-order --tag' 'echo yes'
	out_is $'yes\ty' '0 141 0'
}

@test "when the reader of stdout is gone the jobs that run are ended, though input and other jobs are silent" {
	local mode

	gate in up go
	exec 7<>in
	for mode in --group --keep-order --line-buffer --jobs=3; do
		lines 'echo >up; read x <go; seq 100000' 'echo >up; sleep 60' "trap '' TERM; echo >up; sleep 60 & wait; wait" >&7
		background in_time with default=PIPE bash -c 'spool -j3 --grace 0.2s $1 <in 2>err 7>&- | head -n 1
			echo "${PIPESTATUS[@]}"' bash "$mode" >"$out"
		await_all up 3
		open_gate go
		ended "$pid"
		out_is 1 '141 0'
		same /dev/null err
		no_leftovers
	done
	exec 7>&-
}

@test "where SIGPIPE was ignored at the start, a reader that is gone means status 255, as quietly" {
	local mode

	for mode in "${all_modes[@]}"; do
		capture in_time bash -c 'yes "echo x" 2>yes.err |
			with ignore=PIPE ending=ending spool $1 2>err | head -n 1' bash "$mode"
		[[ $(<ending) == 'exit 255' ]]
		same /dev/null err
		no_leftovers
	done
}

@test "when the reader of stdout is gone and a halt was met, spool dies of SIGPIPE as well" {
	local i

	for ((i = 0; i < 5; i++)); do
		in_time with ending=ending spool -j3 --halt now,success=1 'head -c 300000 /dev/zero; : {}' ::: 1 2 3 2>"$err" |
			head -c 10 >/dev/null
		wait_until 10 test -s ending
		[[ $(<ending) == 'signal 13' ]]
		rm ending
	done
}

@test "a reader that reads nothing does not keep an ending signal from ending the run" {
	local mode

	gate told
	for mode in --group --keep-order --line-buffer --jobs=1; do
		gate "blocked.$mode"
		exec 7<>"blocked.$mode"
		background spool "$mode" -j2 --grace 0.3s ::: 'seq 100000 & echo >told; wait' \
			'seq 100000 & echo >told; wait' 2>"$err" >&7 7>&-
		await told
		kill -TERM "$pid"
		ended "$pid" 10
		status_is 143
		no_leftovers
		exec 7>&-
	done
}

# --- stopping ------------------------------------------------------------------------------------------------------

@test "^Z gives the prompt back at any moment, of a spawn too, and fg goes on with the run" {
	local stops=200 i

	gate in never stopped
	cat >sender <<-'E'
		# sender SPOOL STOPS YES: stop the run in the foreground, wait until the shell has seen it, and again.
		exec 8<>never
		for ((i = 0; i < $2; i++)); do
			# it is no shell that ignores the signal any more, it goes on, and the terminal is its own: fg has done all it does
			while read -r _ name state _ group _ _ terminal _ <"/proc/$1/stat" &&
				[[ $name != '(spool)' || $state == T || $terminal != "$group" ]]; do
				read -r -t 0.001 -u 8
			done
			read -r -t "0.00$((RANDOM % 10))" -u 8 # a random moment
			kill -TSTP -- "-$1" || exit
			read -r status <stopped
			echo "$status" >>statuses
		done
		kill "$3" # end of input
		timeout 20 cat stopped >>statuses
	E
	{
		cat <<-'E'
			yes "$(printf %0500d 0)" >in &
			yes=$!
			spool -j4 echo {#} <in >out 2>err &
			bash sender $! $1 $yes &
		E
		for ((i = 0; i <= stops; i++)); do # a stop ends a loop, so this is none
			echo 'fg %2 >/dev/null; echo $? >stopped'
		done
		echo wait
	} >session
	capture timeout 60 onpty bash --norc --noprofile -i session "$stops" </dev/null
	status_is 0
	uniq -c statuses | sed 's/^ *//' | same - <(lines '200 148' '1 0')
	sort -n out | same <(seq "$(wc -l <out)") -
	same /dev/null err
}
