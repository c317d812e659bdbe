# In the place of xargs and of GNU parallel: the names, the defaults, the messages and the statuses of each.
# shellcheck disable=SC2154,SC2016,SC1003,SC1083 # the helper's variables, scripts for jobs, backslashes, braces
load helper

setup() {
	test_setup
	export SHELL=/bin/sh
	unset PARALLEL_SHELL
	cat >"$BATS_TEST_TMPDIR/bin/show" <<-'END'
		#!/bin/sh
		[ $# -eq 0 ] || printf '<%s>' "$@"
		echo
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/show"
}

xargs_is() {
	capture spool --as xargs "$@"
}

parallel_is() {
	capture spool --as parallel "$@"
}

x() {
	head -c "$1" /dev/zero | tr '\0' x
}

# --- names -----------------------------------------------------------------------------------------------------------

@test "a link's name says which tool it is, and --as says it too" {
	mkdir links
	ln -s "$TEST_SPOOL" links/xargs
	ln -s "$TEST_SPOOL" links/parallel
	capture links/xargs show < <(echo "a 'b c'")
	status_is 0
	out_is '<a><b c>'
	capture links/parallel -k show '>x' ::: 'a b'
	status_is 0
	out_is
	same - x <<<'<a b>'
	capture bash -c "exec -a xargs \"\$0\" show" "$TEST_SPOOL" < <(echo a b)
	out_is '<a><b>'
	capture links/xargs nosuchcommand < <(echo a)
	err_has '^xargs: nosuchcommand: '
	xargs_is show < <(echo "a 'b c'")
	out_is '<a><b c>'
	capture spool --as=xargs show < <(echo "a b")
	out_is '<a><b>'
	capture spool --as spool show < <(echo "a b")
	out_is '<a b>'
	capture spool --as make show
	status_is 255
	err_has '^spool: --as make: not one of '
}

# --- xargs: words ----------------------------------------------------------------------------------------------------

@test "xargs: words end at blanks and newlines, quotes and backslashes keep them" {
	xargs_is show < <(printf ' a\tb\n\n c  \n')
	status_is 0
	out_is '<a><b><c>'
	xargs_is show < <(printf '%s\n' "'a b' \"c  d\" e\\ f g'h i'\"j\"" '"" '"''" '"it'"'"'s" '"'"'"'"'" '\\ \" \a')
	out_is "<a b><c  d><e f><gh ij><><><it's><\"><\\><\"><a>"
	xargs_is show < <(printf 'a\\\nb c')
	out_is $'<a\nb><c>'
}

@test "xargs: a quote that is never closed is an error, after what came before it has run" {
	xargs_is -n1 show < <(lines "a b" "c 'd" "e' f")
	status_is 1
	out_is '<a>' '<b>' '<c>'
	err_is 'xargs: unmatched single quote; by default quotes are special to xargs unless you use the -0 option'
	xargs_is show < <(printf '"a')
	status_is 1
	err_is 'xargs: unmatched double quote; by default quotes are special to xargs unless you use the -0 option'
}

@test "xargs: -0 and -d take everything else as data" {
	xargs_is -0 show < <(printf "a b\\0'c\\0\\0\\\\d\n\\0")
	out_is '<a b><'"'"'c><><\d' '>'
	xargs_is -d , show < <(printf 'a b,c"\n,')
	out_is '<a b><c"' '>'
	xargs_is -d '\n' show < <(lines 'a b' '' "c'd")
	out_is "<a b><><c'd>"
}

@test "xargs: the command is echo where there is none, and a line is filled" {
	xargs_is < <(lines a 'b  c' d)
	status_is 0
	out_is 'a b c d'
	xargs_is -n2 < <(lines a b c)
	out_is 'a b' c
	seq 30000 >list
	xargs_is echo <list
	# 131072 bytes by default, the environment not counted.
	[ "$(head -n 1 "$out" | wc -c)" -le 131072 ]
	[ "$(head -n 1 "$out" | wc -c)" -gt 131050 ]
	tr ' ' '\n' <"$out" | same list -
}

@test "xargs: without input the command runs once, with -r not at all" {
	xargs_is show x </dev/null
	status_is 0
	out_is '<x>'
	xargs_is show x < <(printf ' \n\t\n')
	out_is '<x>'
	xargs_is -r show x </dev/null
	status_is 0
	out_is
	xargs_is -I {} show {} </dev/null
	out_is
}

@test "xargs: -E and -e end the input at a word, which quotes do not hide" {
	local options

	for options in '-E END' -EEND -eEND --eof=END; do
		# shellcheck disable=SC2086 # a list of words
		xargs_is $options show < <(echo "a 'b c' END d")
		out_is '<a><b c>'
	done
	xargs_is show < <(echo a _ b)
	out_is '<a><_><b>'
	xargs_is -e show < <(echo a END b)
	out_is '<a><END><b>'
	xargs_is -0 -E a show < <(printf 'b\0a\0c\0')
	out_is '<b><a><c>'
	err_has '^xargs: warning: the -E option has no effect if -0 or -d is used\.$'
}

@test "xargs: -I replaces in each line, -i does with {}, nothing else is a replacement string" {
	xargs_is -I {} show a{}b {} {.} {#} < <(lines '  x y ' "'z  w'" '' q)
	out_is '<ax y b><x y ><{.}><{#}>' '<az  wb><z  w><{.}><{#}>' '<aqb><q><{.}><{#}>'
	xargs_is -i show {}{} < <(lines a)
	out_is '<aa>'
	xargs_is -iX show X{} < <(lines a)
	out_is '<a{}>'
	xargs_is --replace=X show X < <(lines a)
	out_is '<a>'
	xargs_is show {} < <(echo a b)
	out_is '<{}><a><b>'
}

@test "xargs: -L counts lines, and a blank at the end of one continues it" {
	xargs_is -L1 show < <(lines 'a b' 'c ' d '' e)
	out_is '<a><b>' '<c><d>' '<e>'
	xargs_is -l show < <(lines 'a\ ' b "'c '" "d\\\\ " e)
	out_is '<a ><b>' '<c >' '<d\><e>'
	xargs_is -l -0 show < <(printf 'a \0b\0')
	out_is '<a >' '<b>'
	xargs_is -L 2 show < <(lines a b c)
	out_is '<a><b>' '<c>'
	xargs_is -l show < <(lines 'a b' c)
	out_is '<a><b>' '<c>'
	xargs_is --max-lines=2 show < <(lines a b c)
	out_is '<a><b>' '<c>'
}

@test "xargs: -s and -x: what does not fit" {
	xargs_is -s 11 show < <(seq 5)
	status_is 0
	out_is '<1><2><3>' '<4><5>'
	xargs_is -s 10 show < <(lines a "$(x 20)")
	status_is 1
	err_is 'xargs: argument line too long'
	xargs_is -n3 -s 9 show < <(seq 5)
	status_is 0
	out_is '<1><2>' '<3><4>' '<5>'
	xargs_is -n3 -s 9 -x show < <(seq 5)
	status_is 1
	out_is
	err_has '^xargs: argument l'
	xargs_is -s 3 show </dev/null
	status_is 1
	out_is
}

# --- xargs: options that exclude each other, and wrong ones --------------------------------------------------------

@test "xargs: of -n, -L and -I the last counts, and a warning says so" {
	xargs_is -n2 -L1 show < <(lines 'a b c' d)
	status_is 0
	out_is '<a><b><c>' '<d>'
	err_is 'xargs: warning: options --max-args and -L are mutually exclusive, ignoring previous --max-args value'
	xargs_is -L1 -n2 show < <(lines 'a b c' d)
	out_is '<a><b>' '<c><d>'
	err_is 'xargs: warning: options --max-lines and --max-args/-n are mutually exclusive, ignoring previous --max-lines value'
	xargs_is -I {} -n2 show {} < <(lines 'a b')
	out_is '<{}><a><b>'
	err_is 'xargs: warning: options --replace and --max-args/-n are mutually exclusive, ignoring previous --replace value'
	xargs_is -n2 -I {} show {} < <(lines 'a b')
	out_is '<a b>'
	err_is 'xargs: warning: options --max-args and --replace/-I/-i are mutually exclusive, ignoring previous --max-args value'
	xargs_is -I {} -n1 show {} < <(lines 'a b')
	out_is '<a b>'
	err_is
}

@test "xargs: a wrong option or number is an error of its own, status 1" {
	local words

	for words in '-n 0' '-n x' '-L 0' '-P x' '-P -1' '-s x' --nosuch -Q; do
		# shellcheck disable=SC2086 # a list of words
		xargs_is $words touch ran < <(echo a)
		status_is 1
		out_is
		err_has '^xargs: '
		[ ! -e ran ]
	done
	xargs_is -a nosuch touch ran
	status_is 1
	err_has '^xargs: .*nosuch'
	[ ! -e ran ]
}

# --- xargs: statuses -------------------------------------------------------------------------------------------------

@test "xargs: 123 when a command failed, and the others run" {
	xargs_is -n1 sh -c 'echo $0; exit $0' < <(echo 0 1 5 0)
	status_is 123
	out_is 0 1 5 0
	err_is
}

@test "xargs: 124 when one says 255, which ends the run" {
	xargs_is -n1 sh -c 'echo $0; exit $0' < <(echo 0 255 1)
	status_is 124
	out_is 0 255
	err_is 'xargs: sh: exited with status 255; aborting'
}

@test "xargs: 125 when one was killed, which ends the run" {
	xargs_is -n1 sh -c 'echo $0; kill -KILL $$' < <(echo a b)
	status_is 125
	out_is a
	err_is 'xargs: sh: terminated by signal 9'
}

@test "xargs: a failed command outranks an error of the input behind it" {
	xargs_is -n1 false < <(lines a "b'")
	status_is 123
	err_is 'xargs: unmatched single quote; by default quotes are special to xargs unless you use the -0 option'
	xargs_is -n1 sh -c 'kill -KILL $$' < <(lines a "b'")
	status_is 125
	xargs_is -n1 -s 20 sh -c 'exit 1' < <(lines a "$(x 20)")
	status_is 123
}

@test "xargs: 126 and 127 when it can't be run or is not there" {
	: >file
	xargs_is -n1 ./file < <(echo a b)
	status_is 126
	err_has '^xargs: .*\./file: Permission denied$'
	xargs_is -n1 nosuchcommand < <(echo a b)
	status_is 127
	err_has '^xargs: .*nosuchcommand: '
	[ "$(wc -l <"$err")" -eq 1 ]
	xargs_is / < <(echo a)
	status_is 126
}

# --- xargs: stdin ----------------------------------------------------------------------------------------------------

@test "xargs: a seekable stdin stands behind what was used" {
	lines a b x c d >file
	rest() {
		{
			spool --as xargs "$@" || :
			cat
		} <file
	}
	capture rest -n1 -E x echo
	out_is a b c d
	capture rest -n1 sh -c 'echo $0; [ $0 != b ] || exit 255'
	out_is a b x c d
	capture rest -n2 sh -c 'echo $0; exit 255'
	out_is a x c d
	capture rest -n1 nosuchcommand
	out_is b x c d
	capture rest echo
	out_is 'a b x c d'
	capture rest -d '\n' -n1 sh -c 'echo $0; [ $0 != x ] || exit 255'
	out_is a b x c d
	seq 100000 >file
	capture rest -n1 sh -c 'echo $0; [ $0 != 3 ] || exit 255'
	same file "$out"
}

@test "xargs: jobs have no stdin, with -a they have that of xargs" {
	xargs_is -n1 sh -c 'cat; echo $0' < <(echo a b)
	out_is a b
	echo a b >list
	xargs_is -a list sh -c 'cat; echo $0 $1' < <(echo hello)
	out_is hello 'a b'
	xargs_is --arg-file=list show < <(echo hello)
	out_is '<a><b>'
}

@test "xargs: -o gives them the terminal" {
	lines a >list
	capture onpty spool --as xargs -a list -o sh -c 'tty; read x; echo "$x $0"' < <(echo typed)
	status_is 0
	out_has '^/dev/'
	out_has '^typed a'
}

# --- xargs: looking --------------------------------------------------------------------------------------------------

@test "xargs: -t shows each command as a shell would take it" {
	xargs_is -t show "it's" < <(printf 'a\0b c\0$e\0\0' | tr '\0' '\n' | spool --as xargs -d '\n' printf '"%s"\n')
	status_is 0
	out_is "<it's><a><b c><\$e><>"
	eval "$(cat "$err")" >again
	same again "$out"
}

@test "xargs: -p asks for each command on the terminal, and runs it on yes" {
	echo a b c >list
	capture onpty spool --as xargs -a list -n1 -p echo ran < <(lines y n Yes)
	status_is 0
	tr -d '\r' <"$out" >seen # the terminal echoes the answers in between, sooner or later
	for value in a b c; do
		[[ $(grep -o "echo ran $value?\.\.\." seen) == "echo ran $value?..." ]]
	done
	sed 's/.*?\.\.\.//' seen | grep '^ran' >"$out"
	out_is 'ran a' 'ran c'
}

@test "xargs: --show-limits tells the limits, then runs" {
	xargs_is --show-limits echo ran < <(echo a)
	status_is 0
	out_is 'ran a'
	err_has 'environment.* [0-9]+ bytes'
	err_has "131071|131072"
}

# --- xargs: several at once ------------------------------------------------------------------------------------------

@test "xargs: one command at a time, with -P so many" {
	gate up hold
	xargs_is -n1 sh -c '[ ! -e busy ] || echo two; touch busy; echo $0; rm busy' < <(echo a b c)
	out_is a b c
	echo a b c >list
	exec 9<>hold
	background spool --as xargs -a list -P3 -n1 sh -c 'echo $0 >up; read x <hold; echo $0' >"$out" 2>"$err"
	listen up
	hear
	hear
	hear
	lines '' '' '' >&9
	ended "$pid"
	status_is 0
	sort "$out" | same <(lines a b c) -
}

@test "xargs: --process-slot-var names the slot" {
	xargs_is -n1 --process-slot-var=SLOT sh -c 'echo $SLOT $0' < <(echo a b)
	out_is '0 a' '0 b'
	echo a b >list
	gate up hold
	exec 9<>hold
	background spool --as xargs -a list -P2 -n1 --process-slot-var=SLOT sh -c 'echo $SLOT >up; read x <hold; echo $SLOT' >"$out"
	listen up
	hear
	hear
	lines '' '' >&9
	ended "$pid"
	sort "$out" | same <(lines 0 1) -
}

@test "xargs: output is not held back" {
	gate up hold
	echo a >list
	background spool --as xargs -a list sh -c 'echo first; echo >up; read x <hold; echo second' >"$out"
	await up
	[ "$(<"$out")" = first ]
	open_gate hold
	ended "$pid"
	out_is first second
}

@test "xargs: there is no summary, and no value is put anywhere else" {
	xargs_is -n1 false < <(echo a b)
	status_is 123
	err_is
	xargs_is --summary=always -n1 false < <(echo a b)
	status_is 123
	[ -s "$err" ]
}

# --- parallel --------------------------------------------------------------------------------------------------------

@test "parallel: the words are joined and a shell runs them" {
	parallel_is -k echo {} '$((1+1))' '|' tr 2 x ::: a b
	status_is 0
	out_is 'a x' 'b x'
	parallel_is -k 'echo {} | tr a-z A-Z' ::: a 'b c'
	out_is A 'B C'
	parallel_is -k echo a '>' {} ::: 'file name'
	out_is
	same - 'file name' <<<a
}

@test "parallel: the shell is \$PARALLEL_SHELL, else \$SHELL" {
	cat >shell <<-'END'
		#!/bin/sh
		echo "shell: $*"
	END
	chmod +x shell
	PARALLEL_SHELL=$PWD/shell SHELL=/bin/false parallel_is -k echo ::: a
	status_is 0
	out_is 'shell: -c echo a'
	SHELL=$PWD/shell parallel_is -k echo ::: a
	out_is 'shell: -c echo a'
	PARALLEL_SHELL=/bin/bash parallel_is -k 'echo ${BASH_VERSION:+bash} {}' ::: a
	out_is 'bash a'
}

@test "parallel: a job knows its number, its slot and who runs it" {
	parallel_is -k -j1 'echo $PARALLEL_SEQ $PARALLEL_JOBSLOT {}; [ "$PARALLEL_PID" = $PPID ] && echo ours' ::: a b
	status_is 0
	out_is '1 1 a' ours '2 1 b' ours
}

@test "parallel: values are quoted in place" {
	local values=('a b' "it's" '' 'x;y' '$H' '"q"' '\' '*' '~' $'a\nb' '#' 'é')

	parallel_is -k show ::: "${values[@]}"
	status_is 0
	for value in "${values[@]}"; do
		printf '<%s>\n' "$value"
	done | same - "$out"
	# Quotes of the template end where the value's begin.
	parallel_is -k --dry-run echo '"{}"' "'{}'" '\{}' ::: 'a b'
	out_is "echo \"'a b'\" ''a b'' \\'a b'"
}

@test "parallel: --dry-run and -v show the command as it is run" {
	parallel_is -k --dry-run echo ::: 'a b' "it's" '' abc-/.1
	status_is 0
	out_is "echo 'a b'" "echo 'it'\"'\"'s'" "echo ''" 'echo abc-/.1'
	parallel_is -k -v echo ::: 'a b' c
	out_is "echo 'a b'" 'a b' 'echo c' c
	parallel_is -k -t echo ::: 'a b'
	out_is 'a b'
	err_is "echo 'a b'"
}

@test "parallel: a tag of several values repeats the word as a command does" {
	parallel_is -k -j1 -X --tagstring '{}x' echo ::: a b
	status_is 0
	out_is $'ax bx\ta b'
	parallel_is -k --tag echo ::: a ::: b c
	out_is $'a b\ta b' $'a c\ta c'
}

@test "parallel: -q quotes the words of the command" {
	parallel_is -k -q show 'a  b' '$HOME' ';' {} ::: "it's"
	status_is 0
	out_is "<a  b><\$HOME><;><it's>"
	parallel_is -k --dry-run -q echo 'a  b' ::: c
	out_is "echo 'a  b' c"
}

@test "parallel: the status counts the failures, and there is no summary" {
	parallel_is -k 'exit {}' ::: 0 3 0 255
	status_is 2
	out_is
	err_is
	parallel_is -k false < <(seq 150)
	status_is 101
	err_is
	parallel_is -k --summary=always false ::: a
	status_is 1
	[ -s "$err" ]
}

@test "parallel: whole commands come from the input" {
	parallel_is -k < <(lines 'echo a  b' 'echo "c  d" | tr c C')
	status_is 0
	out_is 'a b' 'C  d'
	parallel_is -k ::: 'echo $((1+2))'
	out_is 3
}

@test "parallel: jobs have no stdin" {
	parallel_is -k -j1 'cat; echo {}' ::: a b < <(echo hello)
	out_is a b
	parallel_is -k -j1 'cat; echo {}' < <(lines a b)
	out_is a b
	lines a b >list
	parallel_is -k -j1 -a list 'cat; echo {}' < <(echo hello)
	out_is a b
}

@test "parallel: options of GNU parallel that mean nothing here are taken" {
	parallel_is --will-cite --gnu -k echo ::: a
	status_is 0
	out_is a
	err_is
}
