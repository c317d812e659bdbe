# The summary of failures: what failed, how, how long it took, what it printed last, the line to paste to run it again.
load helper

# told LINE...: stderr from the summary on is exactly this, with T for times.
told() {
	sed -n '/^spool: [0-9]* of/,$p' "$err" | sed -E 's/ after [0-9hm. ]+s?([,:]|$)/ after T\1/' >"$BATS_TEST_TMPDIR/seen/told"
	lines "$@" | same - "$BATS_TEST_TMPDIR/seen/told"
}

# pasted: what the line of the only job that failed does.
pasted() {
	sed -nE '/^  job /,/^    \| |^  job 2/ { /^    \| /d; s/^  job 1: [^:]*: //; p; }' "$err" >line
	bash line
}

@test "a failed job's line has its number, state, time and command, and its last three lines stand under it" {
	capture spool -j2 -k ::: 'seq 5; exit 3' 'echo fine' false 'kill $$; echo never'
	told 'spool: 3 of 4 jobs failed' '  job 1: exit 3 after T: (seq 5; exit 3)' '    | 3' '    | 4' '    | 5' \
		'  job 3: exit 1 after T: false' '  job 4: SIGTERM after T: kill $$; echo never'
}

@test "the last lines are those of standard error where there are any" {
	capture spool ::: 'echo out; echo bad >&2; exit 1'
	told 'spool: 1 of 1 jobs failed' '  job 1: exit 1 after T: (echo out; echo bad >&2; exit 1)' '    | bad'
	capture spool ::: 'echo out; echo " " >&2; exit 1'
	told 'spool: 1 of 1 jobs failed' '  job 1: exit 1 after T: (echo out; echo " " >&2; exit 1)' '    | out'
	spool 'echo out; echo bad >&2; exit 1 #' ::: x >file 2>&1 || true
	tail -n 2 file | same - <(lines '    | out' '    | bad')
}

@test "they are the same in every mode in which output passes through spool" {
	local mode

	for mode in --group -k -j1 -j4 --line-buffer '-k -j1' '--tag' '--quiet-ok' '--show=none' '--buffer 4K'; do
		# shellcheck disable=SC2086 # options
		capture spool $mode 'seq 20000; exit 2 #' ::: x
		tail -n 3 "$err" | same - <(lines '    | 19998' '    | 19999' '    | 20000')
	done
	capture spool -u 'seq 5; exit 2 #' ::: x
	[[ $(wc -l <"$err") -eq 2 ]]
}

@test "with -k they are those of the job, whoever was shown live before it, and begins live or not" {
	gate go one
	background spool -k -j3 ::: 'echo 1; read x <go; exit 1' 'echo 2; echo >one; exit 2' 'echo 3' >"$out" 2>"$err"
	await one
	wait_until 20 grep -q 1 "$out"
	open_gate go
	ended "$pid"
	told 'spool: 2 of 3 jobs failed' '  job 1: exit 1 after T: (echo 1; read x <go; exit 1)' '    | 1' \
		'  job 2: exit 2 after T: (echo 2; echo >one; exit 2)' '    | 2'
	capture spool -j1 ::: 'echo 1; exit 1' 'exit 2' 'echo 3' 'exit 4' 'echo 5; exit 5'
	told 'spool: 4 of 5 jobs failed' '  job 1: exit 1 after T: (echo 1; exit 1)' '    | 1' '  job 2: exit 2 after T: (exit 2)' \
		'  job 4: exit 4 after T: (exit 4)' '  job 5: exit 5 after T: (echo 5; exit 5)' '    | 5'
	rm go one
	gate go one
	background spool -k -j2 ::: 'read x <go' 'echo a; echo >one; read x <one; echo b; exit 2' >"$out" 2>"$err"
	await one
	open_gate go
	wait_until 20 grep -q a "$out"
	open_gate one
	ended "$pid"
	tail -n 2 "$err" | same - <(lines '    | a' '    | b')
}

@test "a long last line is cut at its front, and blank lines are not counted" {
	capture spool ::: 'head -c 100000 /dev/zero | tr "\0" x; exit 1'
	[[ $(tail -n 1 "$err" | tr -d x) == '    | ...' ]]
	[[ $(tail -n 1 "$err" | wc -c) -lt 520 ]]
	capture spool ::: 'printf "1\n\n\n2\n  \n\n3\n\n4\n\n"; exit 1'
	[[ $(tail -n 3 "$err") == $'    | 2\n    | 3\n    | 4' ]]
}

@test "nothing in them reaches the terminal but text" {
	# shellcheck disable=SC2016 # for the job
	capture spool ::: 'printf "\033[31mred\033[0m \033]0;title\a50%%\r100%%\r\n\b\001\302\233x\377é\n"; exit 1'
	tail -n 3 "$err" | same - <(printf '    | %s\n' 'red 50%' '100%' $'x\xef\xbf\xbdé')
	run ! grep -q "$(printf '[\001\b\r\033]')" "$err"
}

@test "only the first ten failed jobs are described, and successful ones not at all" {
	capture spool -k -j4 'echo {}; test {} -gt 12' ::: {1..14}
	[[ $(grep -c '^  job ' "$err") -eq 10 && $(grep -c '^    | ' "$err") -eq 10 ]]
	[[ $(tail -n 1 "$err") == '  and 2 more' ]]
	capture spool true ::: 1 2 3
	err_is
}

@test "the line runs the job again when it is pasted, in the directory of --wd" {
	local dir

	for dir in here "it's here" -x "$PWD/there"; do
		mkdir -p -- "$dir"
		echo "in ${dir##*/}" >"./${dir#"$PWD"/}/file"
		capture spool --wd "$dir" 'cat file; echo {}; exit 3' ::: "it's; a \$value"
		status_is 1
		status=0
		CDPATH=/:/tmp pasted >again || status=$?
		[[ $status -eq 3 ]]
		same "$out" again
		same <(lines "in ${dir##*/}" "it's; a \$value") again
	done
	capture spool --wd '{//}' 'pwd; false #' ::: here/x
	err_has ': cd ./here && '
}

@test "a command of several lines stays exact, and -v's line of it is not taken for output" {
	capture spool -v 'echo a
		exit 3 #' ::: x
	status=0
	pasted >again || status=$?
	[[ $status -eq 3 && $(<again) == a ]]
	[[ $(grep -c '^    | ' "$err") -eq 1 ]]
	capture spool -v false ::: x
	told 'spool: 1 of 1 jobs failed' '  job 1: exit 1 after T: false x'
}

@test "it says how often a job ran when that is more than once, and shows the last run" {
	capture spool --retries 3 'echo x >>runs; wc -l <runs; exit 4 #' ::: a
	told 'spool: 1 of 1 jobs failed' "$(grep '^  job 1: exit 4 after' "$err" | sed -E 's/ after [^,]*/ after T/')" '    | 3'
	err_has '^  job 1: exit 4 after [^,]*, 3 tries: '
}

@test "--summary=always says also that none failed, --summary=never nothing" {
	capture spool --summary always true ::: 1 2 3
	status_is 0
	err_is 'spool: 3 jobs, none failed'
	capture spool --summary never 'echo bad >&2; exit 1 #' ::: 1 2 3
	status_is 3
	err_is bad bad bad
}
