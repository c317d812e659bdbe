# What is shown while a run runs: on a terminal (a pane of tmux) under the output, elsewhere as lines or not at all.
load helper

setup() {
	test_setup
	export TERM=xterm
	unset CI NO_COLOR CLICOLOR_FORCE FORCE_COLOR
}

teardown() {
	[[ ! -S $BATS_TEST_TMPDIR/tmux ]] || pane kill-server 2>/dev/null || :
	test_teardown
}

pane() {
	tmux -u -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@" 3>&-
}

# open_pane COLUMNS ROWS: a terminal with a shell in it.
open_pane() {
	need tmux
	pane new-session -d -x "$1" -y "$2" "env PS1='$ ' bash --norc --noprofile -i"
	pane_shows '^\$'
}

typed() {
	pane send-keys -l "$1"
	pane send-keys Enter
}

press() {
	pane send-keys "$1"
}

screen() {
	pane capture-pane -p | sed 's/ *$//' | awk '{ all = all $0 "\n"; if ($0 != "") shown = all } END { printf "%s", shown }'
}

screen_has() {
	screen | grep -Eq -e "$1"
}

# pane_shows PATTERN: waits for it, and tells what is there instead.
pane_shows() {
	wait_until 20 screen_has "$1" || {
		screen
		return 1
	}
}

# screen_is LINE...: all that is there, but for times, rates and how long a bar is. A frame may be half drawn: it waits.
screen_is() {
	lines "$@" >want
	wait_until 20 screen_is_wanted || same want got
}

screen_is_wanted() {
	screen | sed -E 's,[0-9.]+/(s|min),R,; s/, [0-9]+s/, T/; s/ETA [0-9]+s/ETA T/; s/^ *[0-9]+s job/T job/; s/\[[#-]+\]/[BAR]/' >got
	cmp -s want got
}

@test "under the output stands how far the run is, and nothing is left of it in the end" {
	gate 1 2 3
	open_pane 80 24
	typed "clear; spool -j2 --delay 0.1 --progress 'read x <\$1; echo \$1 \$x' ::: 1 2 3"
	pane_shows '^0/3 done, 0 failed, 2 running'
	pane_shows 'job 2: .*sh 2$'
	screen_is '0/3 done, 0 failed, 2 running, T [BAR] 0%' \
		"T job 1: /bin/sh -c 'read x <\$1; echo \$1 \$x' sh 1" \
		"T job 2: /bin/sh -c 'read x <\$1; echo \$1 \$x' sh 2"
	open_gate 2 first
	pane_shows 'job 3: '
	screen_is '2 first' '1/3 done, 0 failed, 2 running, R, T, ETA T [BAR] 33%' \
		"T job 1: /bin/sh -c 'read x <\$1; echo \$1 \$x' sh 1" \
		"T job 3: /bin/sh -c 'read x <\$1; echo \$1 \$x' sh 3"
	open_gate 3 second
	pane_shows '^3 second'
	open_gate 1 third
	pane_shows '^\$'
	screen_is '2 first' '3 second' '1 third' '$'
}

@test "it follows the size of the window" {
	gate 1 2
	open_pane 80 24
	typed "clear; spool -j2 --delay 0.1 --progress 'echo \$1; read x <\$1' ::: 1 2"
	pane_shows 'job 2: .*sh 2$'
	pane resize-window -x 90 -y 20
	pane_shows '^0/2 done, .* \[-{30}\] 0%'
	screen_is '0/2 done, 0 failed, 2 running, T [BAR] 0%' \
		"T job 1: /bin/sh -c 'echo \$1; read x <\$1' sh 1" "T job 2: /bin/sh -c 'echo \$1; read x <\$1' sh 2"
	pane resize-window -x 30 -y 20
	pane_shows "^0/2 done, 0 failed, 2 running\$"
	screen_is '0/2 done, 0 failed, 2 running' "T job 1: /bin/sh -c 'ec" "T job 2: /bin/sh -c 'ec"
	pane resize-window -x 30 -y 4
	wait_until 20 lacks 'job 2: '
	screen_is '0/2 done, 0 failed, 2 running' "T job 1: /bin/sh -c 'ec"
	open_gate 1
	pane_shows '^1$'
	open_gate 2
	pane_shows '^\$'
	screen_is 1 2 '$'
}

lacks() {
	! screen_has "$1"
}

@test "^Z takes it away until the run goes on" {
	gate 1
	open_pane 80 24
	typed "clear; spool --progress 'read x <\$1; echo \$x' ::: 1"
	pane_shows 'job 1: '
	press C-z
	pane_shows '^\$'
	screen_is "" "[1]+  Stopped                 spool --progress 'read x <\$1; echo \$x' ::: 1" '$'
	typed fg
	pane_shows 'job 1: '
	screen_has '^0/1 done, 0 failed, 1 running'
	open_gate 1 word
	pane_shows '^word'
	pane_shows '^\$$'
	screen_is "" "[1]+  Stopped                 spool --progress 'read x <\$1; echo \$x' ::: 1" '$ fg' \
		"spool --progress 'read x <\$1; echo \$x' ::: 1" word '$'
}

@test "in the background nothing is drawn" {
	gate 1 2
	open_pane 80 24
	typed "clear; spool -j1 --progress 'read x <\$1; echo \$x' ::: 1 2 &"
	open_gate 1 word
	pane_shows '^word|^\$ word'
	lacks done,
	typed fg
	pane_shows '^1/2 done'
	open_gate 2 other
	pane_shows '^other'
	wait_until 20 lacks done,
}

@test "^C leaves nothing of it" {
	gate 1
	open_pane 80 24
	typed "clear; spool --progress 'echo \$1 >&2; exec sleep 60' ::: 1"
	pane_shows 'job 1: '
	press C-c
	pane_shows '^\$'
	typed 'echo status $?'
	pane_shows '^status 130'
	screen_is 1 'spool: ended by SIGINT: 0 jobs finished, 1 cut off, 0 not run' '' '$ echo status $?' 'status 130' '$'
}

@test "a second ^C leaves nothing of it either" {
	gate 1 2
	open_pane 80 24
	typed "clear; spool --progress --grace 60 'exec 2>/dev/null; trap \"echo >2\" INT; echo >2; while :; do read x <\$1; done' ::: 1"
	await 2
	pane_shows '^0/1 done'
	press C-c
	await 2
	sleep 0.3 # sooner it would be the same ^C
	screen_has '^0/1 done'
	press C-c
	pane_shows '^\$'
	typed 'echo status $?'
	pane_shows '^status 130'
	screen_is '' '$ echo status $?' 'status 130' '$'
}

@test "a closed pipe leaves nothing of it" {
	gate 1
	open_pane 80 24
	typed "clear; yes | spool -j2 --progress echo | { : <1; }; echo status \${PIPESTATUS[1]}"
	pane_shows '^[0-9]+/[0-9]+\+ done'
	open_gate 1
	pane_shows '^status 141'
	screen_is 'status 141' '$'
}

@test "messages of spool stand above it" {
	gate 1
	open_pane 80 24
	typed "clear; spool -j2 --progress ::: 'read x <1' ./nosuch"
	pane_shows '^spool: .*nosuch'
	pane_shows '^1/2 done, 1 failed, 1 running'
	screen | grep -B1 '^1/2 done' | grep 'nosuch'
	open_gate 1
	pane_shows '^\$'
	[ "$(screen | grep -c done,)" -eq 0 ]
}

@test "a line that is not finished goes on where it was" {
	gate a1 a2 b1 b2
	open_pane 80 24
	typed "clear; spool -j2 -k --progress 'printf abc; read x <a\$1; printf \"\$x\"; read x <b\$1; echo \$x' ::: 1 2"
	pane_shows 'job 2: '
	pane_shows '^abc$'
	open_gate a1 def
	pane_shows '^abcdef$'
	pane_shows '^0/2 done'
	open_gate b1 ghi
	pane_shows '^abcdefghi$'
	open_gate a2 x
	open_gate b2 y
	pane_shows '^\$'
	screen_is abcdefghi abcxy '$'
}

@test "--bar is one line, --eta is that without the bar" {
	gate 1
	open_pane 80 24
	typed "clear; spool --bar 'read x <\$1' ::: 1"
	pane_shows '^0/1 done, 0 failed, 1 running, ([2-9]|[1-9][0-9])s'
	screen_is '0/1 done, 0 failed, 1 running, T [BAR] 0%'
	open_gate 1
	pane_shows '^\$'
	typed "clear; spool --eta 'read x <\$1' ::: 1"
	pane_shows '^0/1 done, 0 failed, 1 running, ([2-9]|[1-9][0-9])s'
	screen_is '0/1 done, 0 failed, 1 running, T'
	open_gate 1
	pane_shows '^\$'
}

@test "the end of the input is not waited for" {
	gate a b c input
	open_pane 80 24
	typed "clear; { echo a; echo b; read x <input; echo c; } | spool -j1 --bar 'echo {}; read x <{}'"
	pane_shows '^0/2\+ done, 0 failed, 1 running'
	pane_shows '^a$'
	open_gate input
	pane_shows '^0/3 done, .*%$'
	for i in a b c; do open_gate "$i"; done
	pane_shows '^\$'
	screen_is a b c '$'
}

@test "what is in the names of jobs does no harm" {
	gate 1
	open_pane 60 24
	printf 'a\nb\033[2J\377\0' >list
	typed "clear; spool -0 -a list --progress 'read x <1; : {}'"
	pane_shows 'job 1: '
	screen | grep -q 'a?b?\[2J?'
	open_gate 1
	pane_shows '^\$'
	screen_is '$'
}

@test "it is drawn at most ten times a second, however much happens" {
	local frames start=$SECONDS

	capture onpty sh -c 'seq 3000 | spool -j4 --progress echo; printf "=%s=\n" $?' </dev/null
	frames=$(grep -aoc 'done, 0 failed' "$out" || :)
	((frames <= 10 * (SECONDS - start + 2)))
	grep -aq '=0=' "$out"
	tr -d '\r' <"$out" | sed 's/\x1b\[[0-9]*[A-Za-z]/\n/g' | grep -aE '^[0-9]+$' | sort -n | same - <(seq 3000)
}

@test "windows without columns, and of one or twenty, are no harm" {
	local columns

	for columns in 0 1 2 20; do
		capture onpty sh -c "stty cols $columns rows 3; spool -j2 --progress 'sleep 0.3; echo {}' ::: 1 2 3; echo =\$?=" </dev/null
		grep -aq '=0=' "$out"
		grep -aq '^.*3' "$out"
	done
}

@test "where stderr is no terminal nothing is shown" {
	local option

	for option in --progress --bar --eta; do
		capture spool -k "$option" echo ::: a b
		status_is 0
		out_is a b
		err_is
	done
}

@test "--progress=plain is a line now and then, and one at the end" {
	capture spool -k --progress=plain 'echo {}; exit $(({} == 2))' ::: 1 2 3
	status_is 1
	out_is 1 2 3
	grep -Eqx 'spool: 3 done, 1 failed, 0 running, 3 in all, [0-9]+s' "$err"
	gate 1 2 3
	background spool -j1 --progress=plain 'read x <{}' ::: 1 2 3 2>"$err"
	open_gate 1
	wait_until 20 grep -Eq '^spool: 1 done, 0 failed, [01] running, 3 in all, ' "$err"
	open_gate 2
	open_gate 3
	ended "$pid"
	tail -n 1 "$err" | grep -Eq '^spool: 3 done, 0 failed, 0 running, 3 in all, '
}

@test "a terminal that can't be drawn on gets plain lines, and so does one that jobs write to" {
	TERM=dumb capture onpty spool --progress true ::: 1 </dev/null
	tr -d '\r' <"$out" | grep -Eqx 'spool: 1 done, 0 failed, 0 running, 1 in all, [0-9]+s'
	CI=true capture onpty spool --bar true ::: 1 </dev/null
	tr -d '\r' <"$out" | grep -Eqx 'spool: 1 done, 0 failed, 0 running, 1 in all, [0-9]+s'
	capture onpty spool -u --progress echo ::: 1 </dev/null
	tr -d '\r' <"$out" | sed 's/, [0-9]*s$//' >got
	lines 1 'spool: 1 done, 0 failed, 0 running, 1 in all' | same - got
}
