# The exit status tells how the run went, and the summary on stderr which jobs failed.
load helper

modes=(--group --keep-order --line-buffer --ungroup --jobs=1)

# summary: what spool itself said, times left out.
summary() {
	grep -E '^(spool: |  job |  and )' "$err" | sed -E 's/ after [0-9hm. ]+s?:/ after T:/'
}

summary_is() {
	summary >"$BATS_TEST_TMPDIR/seen/summary"
	lines "$@" | same - "$BATS_TEST_TMPDIR/seen/summary" || {
		show_captured
		return 1
	}
}

# pasteable_command: the command of the only job that the summary names.
pasteable_command() {
	sed -nE '/^  job /,$ { s/^  job 1: [^:]*: //; p; }' "$err"
}

# fails_with N FAILURES: so many jobs fail among three that don't, and the status is N.
fails_with() {
	{ echo true && yes false | head -n "$2" && echo true && echo true; } >list
	capture spool -j4 <list
	status_is "$1" || {
		printf 'when %d jobs fail\n' "$2"
		return 1
	}
	err_has "^spool: $2 of $(($2 + 3)) jobs failed\$"
}

# each_place STATUS PATTERN COMMAND: the command fails alone, first, last and in the middle; so says the status.
each_place() {
	local list

	for list in "$3" "$3 true true" "true true $3" "true $3 true"; do
		# shellcheck disable=SC2086 # a list of words
		capture with default=INT,QUIT spool -j2 ::: $list
		{ status_is "$1" && err_has "$2"; } || {
			printf 'for: spool -j2 ::: %s\n' "$list"
			return 1
		}
	done
}

# A program that is gone once it has run.
make_vanishing() {
	printf '#!/bin/sh\nrm -f "$0"\n%s\n' "$1" >vanishing
	chmod +x vanishing
}

# spool_failing CALL NUMBER COMMAND...: the call of that number fails in spool.
spool_failing() {
	local call=$1 at=$2

	shift 2
	rm -f happened
	capture env LD_PRELOAD="$TEST_BUILD/tools/failing_preload.so" FAIL_CALL="$call" FAIL_AT="$at" \
		FAIL_LOG="$PWD/happened" "$@"
	[[ -e happened ]] || skip 'calls of this build cannot be made to fail'
}

# --- 0, 1..100, 101 ------------------------------------------------------------------------------------------------

@test "a shell that is not there stops the run with 127" {
	capture spool -k --shell-path /nosuch/sh 'echo {}; :' ::: a b c
	status_is 127
	out_is
	err_is 'spool: /nosuch/sh: command not found'
	capture spool -k --shell-path /nosuch/sh < <(lines 'echo a; :' 'echo b')
	status_is 127
}

@test "0: every job ran and succeeded" {
	local mode

	for mode in "${modes[@]}"; do
		capture spool "$mode" echo ::: a
		status_is 0
		out_is a
		err_is
	done
	capture spool true ::: 1 2 3
	status_is 0
	err_is
}

@test "0: an empty input runs nothing" {
	capture spool false </dev/null
	status_is 0
	out_is
	err_is
}

@test "1 to 100: that many jobs failed" {
	local n numbers='1 2 3 50 99 100'

	case $TEST_KIND in asan | tsan) numbers='1 2 100' ;; esac
	for n in $numbers; do
		fails_with "$n" "$n"
	done
}

@test "101: more than 100 jobs failed, and the status never wraps to 0" {
	local n numbers='101 102 128 255 256 257 512'

	case $TEST_KIND in asan | tsan) numbers='101 256' ;; esac
	for n in $numbers; do
		fails_with 101 "$n"
	done
}

@test "whichever job ends first, a failure is never lost" {
	local runs=150 i bad=0

	case $TEST_KIND in asan | tsan) runs=20 ;; esac
	for ((i = 0; i < runs; i++)); do
		printf 'true\nfalse\n' | spool -j2 2>/dev/null && bad=1
		printf 'false\ntrue\n' | spool -j2 2>/dev/null && bad=1
		spool -kj2 ::: true false 2>/dev/null && bad=1
	done
	[ "$bad" = 0 ]
}

@test "the status is the same in every output mode" {
	local mode

	for mode in "${modes[@]}"; do
		capture spool "$mode" ::: 'exit 3' true 'echo a' false 'kill $$'
		status_is 3
		out_is a
	done
}

@test "a job's exit code, whatever it is, makes one failure, alone, first, last or in the middle" {
	local code

	for code in 1 2 100 101 123 124 125 126 127 128 130 137 143 254 255; do
		printf '#!/bin/sh\nexit %d\n' "$code" >job
		chmod +x job
		each_place 1 "^  job [123]: exit $code after [^:]+: \./job\$" ./job
	done
}

@test "a job's death by a signal makes one failure, alone, first, last or in the middle" {
	local signal

	ulimit -S -c 0
	for signal in TERM KILL SEGV PIPE HUP INT QUIT ABRT USR1; do
		# shellcheck disable=SC2016 # for the job's shell
		printf '#!/bin/sh\nkill -%s $$\n' "$signal" >job
		chmod +x job
		each_place 1 "^  job [123]: SIG$signal after [^:]+: \./job\$" ./job
	done
}

@test "a job's own 126 or 127 is a failure like any other: the run goes on" {
	capture spool -k sh -c 'echo $0; exit 127' ::: a b c
	status_is 3
	out_is a b c
	summary_is 'spool: 3 of 3 jobs failed' "  job 1: exit 127 after T: sh -c 'echo \$0; exit 127' a" \
		"  job 2: exit 127 after T: sh -c 'echo \$0; exit 127' b" \
		"  job 3: exit 127 after T: sh -c 'echo \$0; exit 127' c"
	capture spool -k sh -c 'echo $0; exit 126' ::: a b c
	status_is 3
	out_is a b c
}

@test "where SIGCHLD was ignored at the start, no exit code is lost" {
	seq 300 >list
	capture with ignore=CHLD spool -j4 --exit-code max sh -c 'exit 3' <list
	status_is 3
	err_has '^spool: 300 of 300 jobs failed$'
	capture with ignore=CHLD spool sh -c 'exit 3' ::: a
	status_is 1
}

@test "a child that spool did not start is neither waited for nor counted" {
	gate over
	# shellcheck disable=SC2016 # for the inner shell
	capture timeout 20 sh -c '(: <over; exit 9) & exec spool -j2 true ::: a b'
	status_is 0
	err_is
	open_gate over
	capture sh -c '(exit 9) & exec spool -j2 sh -c "exit 3" ::: a b'
	status_is 2
	err_has '^spool: 2 of 2 jobs failed$'
}

# --- 126, 127 ------------------------------------------------------------------------------------------------------

@test "127: the command word that all jobs share is not found, and nothing more is started" {
	local word

	for word in nosuch ./nosuch /nosuch/program; do
		capture spool -j2 "$word" ::: 1 2 3 4 5 6 7 8
		status_is 127
		out_is
		err_is "spool: $word: command not found"
	done
	seq 1000 >list
	capture spool nosuch <list
	status_is 127
	err_is 'spool: nosuch: command not found'
}

@test "126: the command word that all jobs share cannot be run, and nothing more is started" {
	local word

	mkdir directory
	echo 'touch ran' >file
	printf '#!/nosuch/interpreter\ntouch ran\n' >script
	chmod 644 file
	chmod 755 script
	for word in ./directory ./file; do
		capture spool -j2 "$word" ::: 1 2 3 4 5 6 7 8
		status_is 126
		out_is
		err_is "spool: cannot run $word: Permission denied"
	done
	capture spool -j2 ./script ::: 1 2 3 4 5 6 7 8
	status_is 126
	out_is
	err_is 'spool: ./script: its interpreter was not found'
	[ ! -e ran ]
}

@test "126, not 127: the file is in PATH, but not executable" {
	mkdir bin
	echo true >bin/found
	PATH=$PWD/bin:$PATH
	capture spool found ::: 1 2 3
	status_is 126
	err_is 'spool: cannot run found: Permission denied'
}

# fleeting NAME COMMAND N [M]: programs of that name in first, then in second of PATH; they tell where they are, and when their
# argument is N, or M, do the command to themselves.
fleeting() {
	local dir last=$3

	for dir in first second; do
		mkdir $dir
		printf '#!/bin/sh\necho "%s $1"\n[ "$1" -ne %s ] || %s "$0"\n' $dir "$last" "$2" >$dir/"$1"
		chmod +x $dir/"$1"
		last=${4:-0}
	done
	PATH=$PWD/first:$PWD/second:$PATH
}

@test "a command that leaves its directory is looked for again, in all of PATH" {
	fleeting moving rm 4 7
	capture spool -j1 moving ::: {1..9}
	status_is 127
	out_is 'first '{1..4} 'second '{5..7}
	err_is 'spool: moving: command not found'
}

@test "one that is no longer executable is passed over for the next in PATH" {
	fleeting changing 'chmod -x' 3
	capture spool -j1 changing ::: {1..5}
	status_is 0
	out_is 'first '{1..3} 'second '{4..5}
}

@test "where PATH depends on the directory, each job finds its own" {
	local dir

	mkdir a b
	for dir in a b; do
		printf '#!/bin/sh\necho "%s $1"\n' "$dir" >$dir/own
		chmod +x $dir/own
	done
	PATH=.:$PATH
	capture spool -k -j1 --wd {1} own {2} ::: a a a b b ::: 1
	status_is 0
	out_is 'a 1' 'a 1' 'a 1' 'b 1' 'b 1'
}

@test "a few commands by turns, and more than are kept in mind, each find their own" {
	local i

	mkdir bin
	for i in {1..9}; do
		printf '#!/bin/sh\necho "%s $1"\n' "$i" >bin/command$i
		chmod +x bin/command$i
	done
	PATH=$PWD/bin:$PATH
	for _ in 1 2 3; do
		printf 'command%s x\n' 1 2 1 2 1 {1..9} 9 9
	done >list
	capture spool -k -j2 <list
	status_is 0
	sed 's/^command//' list | same - "$out"
}

@test "when the command word turns out to be missing, jobs that run finish and are printed" {
	gate list up go
	make_vanishing 'echo begun >up; read x <go; echo finished'
	background timeout 60 spool -j2 -a list ./vanishing >"$out" 2>"$err"
	exec 7>list
	echo 1 >&7
	await up
	lines 2 3 4 >&7
	exec 7>&-
	wait_until 10 grep -q . "$err" || true
	open_gate go
	ended "$pid"
	status_is 127
	out_is finished
	err_has '^spool: \./vanishing: command not found$'
}

@test "a job that failed before the command word was missing is told of as well" {
	make_vanishing 'exit 3'
	capture spool -j1 ./vanishing ::: 1 2 3
	status_is 127
	err_has '^spool: \./vanishing: command not found$'
	err_has '^  job 1: exit 3 after [^:]+: \./vanishing 1$'
}

@test "where the word differs from job to job, a missing one fails that job alone" {
	mkdir directory
	capture spool -k {} ::: pwd nosuch ./directory pwd
	status_is 2
	out_is "$PWD" "$PWD"
	summary_is 'spool: job 2: nosuch: command not found' \
		'spool: job 3: cannot run ./directory: Permission denied' 'spool: 2 of 4 jobs failed' \
		'  job 2: not started: nosuch' '  job 3: not started: ./directory'
	lines 'echo a' 'nosuch 1' 'echo b' ./nosuch >list
	capture spool -k <list
	status_is 2
	out_is a b
}

@test "a word that differs and is missing fails its job, alone, first, last or in the middle" {
	mkdir directory
	echo >file
	printf '#!/nosuch/interpreter\n' >script
	chmod +x script
	each_place 1 '^  job [123]: not started: nosuch$' nosuch
	each_place 1 '^  job [123]: not started: \./directory$' ./directory
	each_place 1 '^  job [123]: not started: \./file$' ./file
	each_place 1 '^spool: job [123]: \./script: its interpreter was not found$' ./script
}

@test "where only the shell can tell, a missing command fails that job alone" {
	capture spool -k 'echo {}; nosuch' ::: a b
	status_is 2
	out_is a b
	err_has '^spool: 2 of 2 jobs failed$'
	err_has '^  job 1: exit 127 after '
	lines 'echo a' 'nosuch; exit 127' 'echo b' >list
	capture spool -k <list
	status_is 1
	out_is a b
}

# --- 255 -----------------------------------------------------------------------------------------------------------

@test "255: a usage error, and nothing has run" {
	capture spool --nosuch touch ::: ran
	status_is 255
	capture spool -j touch ::: ran
	status_is 255
	[ ! -e ran ]
}

@test "255: an input that is missing or cannot be read, and the message names it" {
	mkdir directory
	capture spool -a nosuch touch ran
	status_is 255
	err_is 'spool: cannot open nosuch: No such file or directory'
	capture spool touch ran :::: directory
	status_is 255
	err_has '^spool: cannot [a-z]+ directory: Is a directory$'
	[ ! -e ran ]
}

@test "255: input that breaks off, though every job that ran succeeded" {
	printf 'a\nb\0\nc\n' >list
	capture spool -k echo <list
	status_is 255
	out_is a
	err_has '^spool: line 2 of standard input holds a NUL byte'
}

@test "255: output was lost, whatever the jobs and --exit-code say" {
	local mode code

	[ -e /dev/full ] || skip 'no /dev/full here'
	for mode in --group --keep-order --line-buffer --jobs=1; do
		for code in 0 3; do
			status=0
			spool "$mode" --exit-code max 'echo {}; exit '$code ::: 1 2 >/dev/full 2>"$err" || status=$?
			status_is 255
			err_has '^spool: cannot write standard output: No space left on device$'
		done
		status=0
		spool "$mode" 'echo {} >&2' ::: 1 2 >"$out" 2>/dev/full || status=$?
		status_is 255
	done
}

@test "255: a thread that is needed cannot be started, and the message says so" {
	local n

	skip_if_sanitized 'a sanitizer starts threads of its own'
	for n in 1 2; do
		spool_failing pthread_create "$n" spool echo ::: a b
		status_is 255
		err_has '^spool: cannot start a thread: '
		no_leftovers
	done
}

# --- death by a signal ---------------------------------------------------------------------------------------------

@test "when the reader of stdout is gone spool dies of SIGPIPE without a word, and no job is left" {
	local mode

	for mode in "${modes[@]}"; do
		yes 'echo a; sleep 0.01' 2>/dev/null |
			timeout 20 with ending=ending default=PIPE spool "$mode" 2>"$err" | head -n 1 >"$out"
		[ "$(<ending)" = 'signal 13' ]
		out_is a
		[ "$mode" = --ungroup ] || err_is # there the jobs have words of their own
		no_leftovers
	done
}

@test "when the reader of stdout is gone and SIGPIPE was ignored the status is 255, without a word" {
	yes 'echo a; sleep 0.01' 2>/dev/null |
		timeout 20 with ending=ending ignore=PIPE spool 2>"$err" | head -n 1 >"$out"
	[ "$(<ending)" = 'exit 255' ]
	out_is a
	err_is
	no_leftovers
}

# --- --exit-code ---------------------------------------------------------------------------------------------------

# rules COUNT XARGS FIRST MAX COMMAND...: the status by each rule.
rules() {
	local rule expected=("${@:1:4}") i=0

	shift 4
	for rule in count xargs first max; do
		capture spool -j1 --exit-code "$rule" "$@"
		status_is "${expected[i++]}" || {
			printf 'for: spool --exit-code %s' "$rule"
			printf ' %q' "$@"
			printf '\n'
			return 1
		}
	done
}

@test "--exit-code count, xargs, first, max: by each the status of a run without a failure is 0" {
	rules 0 0 0 0 true ::: 1 2 3
	capture spool --exit-code xargs false </dev/null
	status_is 0
}

@test "--exit-code count is the default: how many jobs failed" {
	capture spool --exit-code count 'exit {}' ::: 0 5 7
	status_is 2
	seq 150 >list
	capture spool --exit-code count false <list
	status_is 101
}

@test "--exit-code xargs: 123 a job failed, 124 with 255, 125 by a signal, 126 and 127 could not be run" {
	ulimit -S -c 0
	rules 1 123 1 1 'exit {}' ::: 0 1 0
	rules 3 123 254 254 'exit {}' ::: 254 126 127
	rules 2 124 3 255 'exit {}' ::: 3 255
	rules 1 125 143 143 'kill -TERM $$; : {}' ::: 1
	rules 2 125 137 255 ::: 'kill -KILL $$' 'exit 255'
	rules 126 126 126 126 / ::: 1 2
	rules 127 127 127 127 nosuch ::: 1 2
	rules 2 127 126 127 {} ::: / true nosuch
}

@test "--exit-code first is the status of the job that failed first" {
	rules 3 123 7 200 'exit {}' ::: 0 7 200 9
	rules 2 125 137 143 'kill -{} $$' ::: KILL TERM
	rules 2 127 127 127 {} ::: nosuch false
	# The second job is over before the first.
	capture spool -j2 --joblog log --exit-code first ::: 'until grep "exit [4]" log; do sleep 0.02; done; exit 3' 'exit 4'
	status_is 4
}

@test "--exit-code max is the highest status of any job, and is not cut at 101" {
	rules 3 123 9 200 'exit {}' ::: 9 200 11
	rules 2 125 143 143 ::: 'kill $$' 'exit 100'
	rules 2 123 1 102 'exit {}' ::: 1 102
}

# --- the summary ---------------------------------------------------------------------------------------------------

@test "the summary tells how many jobs failed, and of the first ten number, exit code, time and command" {
	seq 0 12 >list
	capture spool -j1 sh -c 'exit {}' <list
	status_is 12
	out_is
	summary_is 'spool: 12 of 13 jobs failed' \
		"  job 2: exit 1 after T: sh -c 'exit 1'" "  job 3: exit 2 after T: sh -c 'exit 2'" \
		"  job 4: exit 3 after T: sh -c 'exit 3'" "  job 5: exit 4 after T: sh -c 'exit 4'" \
		"  job 6: exit 5 after T: sh -c 'exit 5'" "  job 7: exit 6 after T: sh -c 'exit 6'" \
		"  job 8: exit 7 after T: sh -c 'exit 7'" "  job 9: exit 8 after T: sh -c 'exit 8'" \
		"  job 10: exit 9 after T: sh -c 'exit 9'" "  job 11: exit 10 after T: sh -c 'exit 10'" \
		'  and 2 more'
	same "$BATS_TEST_TMPDIR/seen/summary" <(sed -E 's/ after [0-9.]+ s:/ after T:/' "$err")
}

@test "ten failures are shown whole, without more" {
	capture spool -j1 false ::: 1 2 3 4 5 6 7 8 9 10
	status_is 10
	[ "$(grep -c '^  job [0-9]*: exit 1 after ' "$err")" = 10 ]
	[ "$(wc -l <"$err")" = 11 ]
}

@test "the summary names the signal, and says when there was a core" {
	ulimit -S -c 0
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -j1 'kill -{} $$' ::: TERM SEGV
	status_is 2
	err_has '^  job 1: SIGTERM after '
	err_has '^  job 2: SIGSEGV after '
	ulimit -S -c unlimited 2>/dev/null || skip 'core files are forbidden here'
	# shellcheck disable=SC2016 # for the job's shell
	capture spool -j1 'kill -SEGV $$' ::: a
	[ -n "$(find . -name 'core*')" ] || skip 'core files go elsewhere here'
	err_has '^  job 1: SIGSEGV \(core dumped\) after '
}

@test "the time in the summary is how long the job ran" {
	local before=$EPOCHREALTIME after

	capture spool 'sleep 0.3; exit 1' ::: a
	after=$EPOCHREALTIME
	sed -nE 's/.* exit 1 after ([0-9.]+) s: .*/\1/p' "$err" | awk -v most="$before $after" '
		{ split(most, at, " "); exit !($1 >= 0.29 && $1 <= at[2] - at[1]) }
		END { if (NR != 1) exit 1 }'
}

@test "the command in the summary is quoted so that it can be pasted" {
	local value
	local -a values=('a b' "it's" '$HOME' '`date`' '\' '"' '*' '' '-n' '~' '#' '!' '{}' '&' ';' $'tab\there'
		$'new\nline' $'\303\274' $'\377' 'a=b' '%s' "'" "''")

	printf '#!/bin/sh\nprintf "[%%s]" "$@" >>"$SEEN"\nexit 1\n' >record
	chmod +x record
	for value in "${values[@]}"; do
		rm -f spools pasted
		SEEN=spools capture spool -j1 -0 ./record 'a  b' {} "it's {}" < <(printf '%s\0' "$value")
		status_is 1
		SEEN=pasted bash -c "$(pasteable_command)" || true
		same spools pasted || {
			printf 'for the value %q\n' "$value"
			return 1
		}
	done
}

@test "a script in the summary can be pasted, with its values" {
	local value

	for value in 'a b' "it's" '$HOME' '*' ''; do
		rm -f got
		capture spool -j1 'printf "[%s]" {} "{}" '"'{}'"' >got; exit 3' ::: "$value"
		status_is 1
		mv got spools
		bash -c "$(pasteable_command); exit" || true
		same spools got || {
			printf 'for the value %q\n' "$value"
			return 1
		}
	done
}

@test "the summary stands behind all that the jobs wrote" {
	capture spool -j1 'echo {} >&2; exit 1' ::: a b
	status_is 2
	[ "$(head -n 2 "$err")" = $'a\nb' ]
	[ "$(sed -n 3p "$err")" = 'spool: 2 of 2 jobs failed' ]
	spool -j1 'echo {}; exit 1' ::: a b >both 2>&1 || true
	[ "$(head -n 2 both)" = $'a\nb' ]
}

@test "without a failure there is no summary" {
	capture spool 'echo {} >&2' ::: a
	status_is 0
	err_is a
}

@test "where stderr is closed the status is the same" {
	capture with close=2 spool false ::: a b
	status_is 2
	capture with close=2 spool nosuch ::: a b
	status_is 127
}

# --- halting ---------------------------------------------------------------------------------------------------------

@test "--halt soon,fail=1 with -j1: not one more job starts, and the status is the job's own" {
	capture spool -j1 --halt soon,fail=1 'echo {#}; exit {}' ::: 0 7 0
	status_is 7
	out_is 1 2
	err_has '^spool: 1 of 2 jobs failed, 1 not run$'
}

@test "--halt now says how many jobs it ended, and how many did not run" {
	gate ready never
	capture spool -j2 --halt now,fail=1 'case {} in 1) read x <ready; exit 1 ;; *) echo >ready; read x <never ;; esac' ::: 1 2 3 4
	status_is 1
	err_has '^spool: 1 of 1 jobs failed, 1 cut off, 2 not run$'
}

@test "a run that is stopped counts what it has not run: in lists, in files, and in what it had read" {
	seq 1000 >list
	capture spool -j1 --fail-fast 'exit {1}' ::: 0 1 0 ::: 1 2 3 4
	status_is 1
	err_has '^spool: 1 of 5 jobs failed, 7 not run$'
	capture spool -j1 --fail-fast -a list false
	err_has '^spool: 1 of 1 jobs failed, 999 not run$'
	capture spool -j1 --fail-fast -n 3 false <list
	err_has '^spool: 1 of 1 jobs failed, 333 not run$'
	capture spool -j1 --fail-fast -m false ::: a b c d
	status_is 1
	exec 7< <(seq 5)
	wait_until 20 pid_gone $!
	capture spool -j1 --fail-fast false <&7
	exec 7<&-
	err_has '^spool: 1 of 1 jobs failed, 4 not run$'
	seq 5000 >list
	capture spool -j2 --halt now,success=1 --summary always 'exit 1{}' ::: 1 2 3
	status_is 3
	capture spool -j1 --fail-fast -a list false
	err_has '^spool: 1 of 1 jobs failed, 4999 not run$'
}

@test "where more might come from a pipe it says so, and does not wait" {
	gate list
	exec 7<>list
	seq 5 >&7
	capture spool -j1 --fail-fast 'exit {}' <list
	status_is 1
	err_has '^spool: 1 of 1 jobs failed, 4 not run, and the input was not read to its end$'
	exec 7>&-
}

@test "standard input is left behind what was run, however much of it was counted" {
	seq 1000 >list
	{
		capture spool -j1 --fail-fast '[ {} != 3 ]'
		status_is 1
		err_has '^spool: 1 of 3 jobs failed, 997 not run$'
		read -r next
	} <list
	[ "$next" = 4 ]
}

@test "--halt soon lets what runs finish and prints it" {
	mkfifo gate begun
	{
		wait_until 20 grep -q 'exit 3' log # it has ended, and that was judged
		open_gate gate
	} 3>&- &
	capture spool -j2 --joblog log --halt soon,fail=1 sh -c {} ::: 'echo >begun; read x <gate; echo finished' \
		'read x <begun; exit 3' 'echo never'
	status_is 3
	out_is finished
}

@test "--halt now ends what runs, still prints what it had printed, and is not failed by it" {
	mkfifo ready hold
	capture spool -j2 --halt now,fail=1 sh -c {} ::: 'echo begun; echo >ready; read x <hold' 'read x <ready; exit 4' 'echo never'
	status_is 4
	out_is begun
	err_has '^spool: 1 of 1 jobs failed, 1 cut off, 1 not run$'
}

@test "--halt with success=N is a success, whatever failed before" {
	capture spool -j1 --halt now,success=2 'exit {}' ::: 1 0 1 0 1
	status_is 0
}

@test "--halt with N above 1: the number that failed" {
	capture spool -j1 --halt soon,fail=2 'exit {}' ::: 5 0 5 0
	status_is 2
	capture spool -j1 --halt soon,done=3 'exit {}' ::: 5 0 5 0
	status_is 2
}

@test "--halt with a percentage: that of all jobs" {
	capture spool -j1 --halt soon,fail=20% 'echo {#}; exit {}' ::: 0 1 0 1 0 0 0 0 0 0
	status_is 20
	out_is 1 2 3 4
	capture spool -j1 --halt soon,fail=50% 'exit {}' ::: 0 1 0 # even when it was not met
	status_is 34
	capture spool -j1 --halt now,success=50% 'exit {}' ::: 1 1
	status_is 100
	capture spool -j1 --halt soon,fail=90% --exit-code max 'exit {}' ::: 0 3
	status_is 3
}

@test "--halt takes the numbers of old, and refuses what is no condition" {
	capture spool -j1 --halt 1 'exit {}' ::: 0 6 7
	status_is 6
	capture spool -j1 --halt -1 'exit {}' ::: 6 0 7
	status_is 0
	capture spool --halt later,fail=1 true ::: a
	status_is 255
	err_has '^spool: --halt later,fail=1: not '
}
