# Several sources and how they combine, columns, replacement strings, and how many values a job gets.
# shellcheck disable=SC2154,SC2016,SC1003,SC1083 # the helper's variables, scripts for jobs, backslashes, braces
load helper

# jobs_are JOB...: what was printed by `show`, one job a line, each argument in <>.
jobs_are() {
	lines "$@" | same - "$out"
}

setup() {
	test_setup
	cat >"$BATS_TEST_TMPDIR/bin/show" <<-'END'
		#!/bin/sh
		[ $# -eq 0 ] || printf '<%s>' "$@"
		echo
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/show"
}

# other_than FILE FILE: they differ.
other_than() {
	! cmp -s "$1" "$2"
}

# x COUNT: so many letters.
x() {
	head -c "$1" /dev/zero | tr '\0' x
}

# --- several sources -------------------------------------------------------------------------------------------------

@test "several sources give every combination, and the last varies fastest" {
	capture spool -k show ::: a b ::: 1 2
	status_is 0
	err_is
	jobs_are '<a><1>' '<a><2>' '<b><1>' '<b><2>'
	capture spool -k show {2}-{1} ::: a b ::: 1 2 ::: x y
	jobs_are '<1-a>' '<1-a>' '<2-a>' '<2-a>' '<1-b>' '<1-b>' '<2-b>' '<2-b>'
}

@test "lists, files and stdin combine in the order they are given" {
	lines 1 2 >digits
	lines x y >letters
	capture spool -k show ::: a b :::: digits letters
	jobs_are '<a><1><x>' '<a><1><y>' '<a><2><x>' '<a><2><y>' '<b><1><x>' '<b><1><y>' '<b><2><x>' '<b><2><y>'
	capture spool -k -a digits -a letters show ::: a
	jobs_are '<1><x><a>' '<1><y><a>' '<2><x><a>' '<2><y><a>'
	capture spool -k show :::: - ::: a b <digits
	jobs_are '<1><a>' '<1><b>' '<2><a>' '<2><b>'
	capture spool -k show ::: a b :::: - <digits
	jobs_are '<a><1>' '<a><2>' '<b><1>' '<b><2>'
}

@test "a product with an empty source is empty" {
	: >empty
	capture spool -k touch ran ::: a b :::: empty
	status_is 0
	out_is
	capture spool -k touch ran :::: empty ::: a b
	status_is 0
	capture spool -k touch ran ::: a ::: ::: b
	status_is 0
	out_is
	err_is
	[ ! -e ran ]
}

@test ":::+ goes along with the source before it, and the shortest ends both" {
	capture spool -k show ::: a b c :::+ 1 2 3
	jobs_are '<a><1>' '<b><2>' '<c><3>'
	capture spool -k show ::: a b c :::+ 1 2
	jobs_are '<a><1>' '<b><2>'
	capture spool -k show ::: a b :::+ 1 2 3
	jobs_are '<a><1>' '<b><2>'
	capture spool -k show ::: a b :::+ 1 2 ::: x y
	jobs_are '<a><1><x>' '<a><1><y>' '<b><2><x>' '<b><2><y>'
	capture spool -k show ::: x y ::: a b :::+ 1 2 :::+ I II
	jobs_are '<x><a><1><I>' '<x><b><2><II>' '<y><a><1><I>' '<y><b><2><II>'
}

@test "::::+ does the same with a file" {
	lines 1 2 3 >digits
	capture spool -k show ::: a b ::::+ digits
	jobs_are '<a><1>' '<b><2>'
	capture spool -k show :::: digits :::+ a b c
	jobs_are '<1><a>' '<2><b>' '<3><c>'
	capture spool -k show ::: a b ::::+ - < <(lines 1 2)
	jobs_are '<a><1>' '<b><2>'
}

@test "--link takes one of each, and the shorter begin again" {
	local option

	for option in --link --xapply; do
		capture spool -k $option show ::: a b c ::: 1 2
		status_is 0
		jobs_are '<a><1>' '<b><2>' '<c><1>'
		capture spool -k $option show ::: a ::: 1 2 3 ::: x y
		jobs_are '<a><1><x>' '<a><2><y>' '<a><3><x>'
	done
}

@test "--arg-sep and --arg-file-sep rename ::: and ::::" {
	lines 1 2 >digits
	capture spool -k --arg-sep ,, show ::: ,, a b
	jobs_are '<:::><a>' '<:::><b>'
	capture spool -k --arg-sep ,, show ,, a ,,+ b
	jobs_are '<a><b>'
	capture spool -k --arg-file-sep @ show @ digits ::: a
	jobs_are '<1><a>' '<2><a>'
}

@test "the first source of a product is a stream: its first value starts jobs" {
	gate in started
	exec 9<>in
	listen started
	background spool -j1 'echo {1}{2} >started' :::: - ::: x y <in >"$out" 2>"$err" 9>&-
	for value in a b; do
		echo $value >&9
		hear
		[ "$word" = ${value}x ]
		hear
		[ "$word" = ${value}y ]
	done
	exec 9>&-
	ended "$pid"
	status_is 0
}

@test "a product of a billion starts at once and stays small" {
	gate started hold
	seq 1000 >n
	# A job that runs: then the first one is not behind the last value of any source.
	background spool -j1 -u 'echo {1} {2} {3} >started; : <hold' :::: n n n >"$out" 2>"$err"
	await started
	[ "$word" = '1 1 1' ]
	kill "$pid"
	ended "$pid"
	status_is 143
	skip_if_sanitized
	gate results
	exec 9<>results
	background spool -k --dry-run show :::: n n n >results 2>"$err" 9>&-
	head -n 300000 <&9 >"$out"
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")" -lt 32768 ]
	exec 9<&-
	ended "$pid"
	[ "$(sed -n 300000p "$out")" = 'show 1 300 1000' ]
}

# --- which values ----------------------------------------------------------------------------------------------------

@test "-E ends the input" {
	capture spool -k -E stop show < <(lines a 'stop ' stopper stop b)
	status_is 0
	jobs_are '<a>' '<stop >' '<stopper>'
	capture spool -k -E stop show ::: a stop b
	jobs_are '<a>'
}

@test "-r skips empty values, which are an empty argument else" {
	capture spool -k show < <(lines a '' b)
	jobs_are '<a>' '<>' '<b>'
	capture spool -k -r show < <(lines a '' b)
	jobs_are '<a>' '<b>'
	capture spool -k -r show ::: a '' b
	jobs_are '<a>' '<b>'
}

@test "--require-input makes nothing to do an error" {
	capture spool --require-input touch ran </dev/null
	status_is 255
	err_has '^spool: .*input'
	capture spool --require-input touch ran :::
	status_is 255
	[ ! -e ran ]
	capture spool --require-input show ::: a
	status_is 0
}

@test "--trim cuts blanks off the values" {
	local value=$' \ta b \t'

	capture spool -k show ::: "$value"
	jobs_are "<$value>"
	capture spool -k --trim n show ::: "$value"
	jobs_are "<$value>"
	capture spool -k --trim l show ::: "$value"
	jobs_are $'<a b \t>'
	capture spool -k --trim r show ::: "$value"
	jobs_are $'< \ta b>'
	capture spool -k --trim lr show ::: "$value" '  '
	jobs_are '<a b>' '<>'
}

@test "--skip-first-line skips it" {
	capture spool -k --skip-first-line show < <(lines a b c)
	jobs_are '<b>' '<c>'
}

@test "--uniq passes over what has come before" {
	capture spool -k --uniq show ::: a b a c b a
	status_is 0
	jobs_are '<a>' '<b>' '<c>'
	capture spool -k --uniq show ::: a b a ::: 1 1
	jobs_are '<a><1>' '<b><1>'
}

@test "--shuf runs everything once in random order, and a seed repeats the order" {
	seq 200 >list
	capture spool -k --shuf=7 echo <list
	status_is 0
	cp "$out" first
	other_than list first
	sort -n first | same list -
	capture spool -k --shuf=7 echo <list
	same first "$out"
	capture spool -k --shuf=8 echo <list
	other_than first "$out"
	capture spool -k --shuf echo <list
	other_than list "$out"
	sort -n "$out" | same list -
	capture spool -k --shuf=1 show ::: a b ::: 1 2
	sort "$out" | same <(lines '<a><1>' '<a><2>' '<b><1>' '<b><2>') -
}

# --- columns ---------------------------------------------------------------------------------------------------------

@test "-C splits lines at a regular expression" {
	capture spool -k -C , show {2}-{1} < <(lines a,b c,d)
	jobs_are '<b-a>' '<d-c>'
	capture spool -k --colsep '[,;]+' show < <(lines 'a,b;c' 'd,;e')
	jobs_are '<a><b><c>' '<d><e>'
	capture spool -k -C '\t' show ::: $'a\tb'
	jobs_are '<a><b>'
	capture spool -k -C '\s+' show {1} {-1} ::: 'a b  c'
	jobs_are '<a><c>'
	capture spool -k -C '(x|y)z' show ::: axzbyzcxy
	jobs_are '<a><b><cxy>'
}

@test "columns lose the blanks around them unless --trim says else" {
	capture spool -k -C , show ::: ' a , b '
	jobs_are '<a><b>'
	capture spool -k -C , --trim n show ::: ' a , b '
	jobs_are '< a >< b >'
}

@test "a line with fewer columns leaves the others empty" {
	capture spool -k -C , show {1}:{2}:{3} ::: a,b,c d,e f
	jobs_are '<a:b:c>' '<d:e:>' '<f::>'
}

@test "columns of several sources are counted through" {
	capture spool -k -C , show {1}{2}{3}{4} ::: a,b c,d ::: 1,2
	jobs_are '<ab12>' '<cd12>'
}

@test "--csv knows quotes, doubled quotes, and newlines inside them" {
	capture spool -k --csv show {1}:{2}:{3} < <(printf 'a,"b,c",d\r\n"x ""y""","",z\n"two\nlines",1,2\n')
	status_is 0
	jobs_are '<a:b,c:d>' '<x "y"::z>' $'<two\nlines:1:2>'
	capture spool -k --csv -C ';' show {1}:{2} < <(lines '"a;b";c,d')
	jobs_are '<a;b:c,d>'
	capture spool -k --csv show {2} ::: 'a,"b c"'
	jobs_are '<b c>'
}

@test "a quote of --csv that swallows lines is an error, one within a line is not" {
	capture spool -k --csv show {2} < <(lines a,b 'c,"d' e,f g,h)
	status_is 255
	jobs_are '<b>'
	err_has 'standard input: the quote in the record from line 2 on is not closed'
	capture spool -k --csv show {1} < <(lines a,b '5" disk,x')
	status_is 0
	jobs_are '<a>' '<5" disk>'
}

@test "--header : takes names from the first line" {
	capture spool -k --header : show {name}={1} ::: name a b
	jobs_are '<a=a>' '<b=b>'
	capture spool -k --header : show {f1}{f2} ::: f1 A B ::: f2 C D
	jobs_are '<AC>' '<AD>' '<BC>' '<BD>'
	capture spool -k --header : -C , show {size} {file.} {file//} {file/} {file/.} < <(lines file,size x/a.jpg,3 b.c.png,4)
	jobs_are '<3><x/a><x><a.jpg><a>' '<4><b.c><.><b.c.png><b.c>'
	capture spool -k --header : --csv show '{a b}' {none} < <(lines '"a b",c' 1,2)
	jobs_are '<1><{none}>'
}

@test "--header with a number or a pattern skips that much" {
	capture spool -k --header 2 show < <(lines one two a b)
	jobs_are '<a>' '<b>'
	capture spool -k --header '.*\n' show < <(lines one a b)
	jobs_are '<a>' '<b>'
}

@test "a separator that is no regular expression is a usage error" {
	capture spool -C '(' touch ran ::: a
	status_is 255
	err_has '^spool: -C \(: '
	[ ! -e ran ]
}

# --- replacement strings ---------------------------------------------------------------------------------------------

# makes STRING RESULT VALUE...: spool replaces STRING by RESULT, with each VALUE a source of its own.
makes() {
	local string=$1 result=$2 value words=()

	shift 2
	for value; do
		words+=(::: "$value")
	done
	capture spool -j1 --plus show "$string" "${words[@]}"
	{ status_is 0 && jobs_are "<$result>"; } || {
		printf 'for %s\n' "$string"
		return 1
	}
}

@test "a value has an extension, a base name and a directory" {
	makes {} d/sub.d/f.e1.e2 d/sub.d/f.e1.e2
	makes {.} d/sub.d/f.e1 d/sub.d/f.e1.e2
	makes {/} f.e1.e2 d/sub.d/f.e1.e2
	makes {//} d/sub.d d/sub.d/f.e1.e2
	makes {/.} f.e1 d/sub.d/f.e1.e2
	makes {.} sub.d/f sub.d/f
	makes {//} . f
	makes {//} / /f
	makes {/.} f f
	makes {.} '' ''
	makes {#} 1 x
	makes {%} 1 x
}

@test "positions count from both ends and take modifiers" {
	makes {1}{3}{2} acb a b c
	makes {-1}{-3}{-2} cab a b c
	makes {2.} d/f a d/f.e
	makes {2/} f.e a d/f.e
	makes {2//} d a d/f.e
	makes {2/.} f a d/f.e
	makes {-2/.} f d/f.e a
	makes {3}x x a b
	makes {-3}x x a b
}

@test "--plus knows the strings of GNU parallel's" {
	local value=dir/sub/file.ex1.ex2.ex3

	makes {+/} dir/sub $value
	makes {+.} ex3 $value
	makes {+..} ex2.ex3 $value
	makes {+...} ex1.ex2.ex3 $value
	makes {..} dir/sub/file.ex1 $value
	makes {...} dir/sub/file $value
	makes {/..} file.ex1 $value
	makes {/...} file $value
	makes '{.}.{+.}' $value $value
	makes '{+/}/{/..}.{+..}' $value $value
	makes '{%.ex3}' dir/sub/file.ex1.ex2 $value
	makes '{#dir/}' sub/file.ex1.ex2.ex3 $value
	makes '{/ex/E}' dir/sub/file.E1.ex2.ex3 $value
	makes '{//ex/E}' dir/sub/file.E1.E2.E3 $value
	makes '{:4}' sub/file.ex1.ex2.ex3 $value
	makes '{:4:3}' sub $value
	makes '{:-none}' none ''
	makes '{:-none}' a a
	makes '{^a}' AbcAa abcAa
	makes '{^^a}' AbcAA abcAa
	makes '{,A}' abcAa AbcAa
	makes '{,,A}' abcaa AbcAa
	makes '{2/x/y}' by a bx
	makes '{##}' 1 x
	makes '{0#}' 1 x
}

@test "single % and # take the shortest match, doubled the longest" {
	makes '{%z.*z}' z.z.foo z.z.fooz.z
	makes '{%%z.*z}' '' z.z.fooz.z
	makes '{#z.*z}' .z.foo z.z.z.foo
	makes '{##z.*z}' .foo z.z.z.foo
}

@test "{##} is how many jobs there are" {
	capture spool -k --plus show {#}/{##} ::: a b ::: 1 2
	jobs_are '<1/4>' '<2/4>' '<3/4>' '<4/4>'
	capture spool -k --plus show {0#} < <(seq 10)
	out_has '^<01>$'
	out_has '^<10>$'
}

@test "{uniq} and {choose_k} run some of the combinations" {
	capture spool -k --plus show {uniq} ::: a b c ::: a b c
	jobs_are '<a><b>' '<a><c>' '<b><a>' '<b><c>' '<c><a>' '<c><b>'
	capture spool -k --plus show {choose_k} ::: a b c ::: a b c
	jobs_are '<a><b>' '<a><c>' '<b><c>'
}

@test "an unknown name stays as it is, and without --plus so do the strings of --plus" {
	capture spool -k show {foo} {..} {+/} {1x} {} ::: a
	jobs_are '<{foo}><{..}><{+/}><{1x}><a>'
}

@test "a perl expression is an error with a hint" {
	capture spool show '{= s/a/b/ =}' ::: a
	status_is 255
	out_is
	err_has '^spool: .*\{= .*perl'
	capture spool show '{=1 $_++ =}' ::: a
	status_is 255
	out_is
}

@test "options rename the replacement strings" {
	capture spool -k -I XX show aXXb {} ::: v
	jobs_are '<avb><{}>'
	capture spool -k --er E --bnr B --dnr D --bner N --seqreplace S --slotreplace T -j1 show E B D N S T {.} ::: d/f.e
	jobs_are '<d/f><f.e><d><f><1><1><{.}>'
}

@test "--wd may hold replacement strings" {
	mkdir 1 2
	capture spool -k --wd {} pwd ::: 1 2
	status_is 0
	out_is "$PWD/1" "$PWD/2"
	capture spool -k --wd {//} 'pwd; echo {/}' ::: 1/a 2/b
	out_is "$PWD/1" a "$PWD/2" b
	capture spool -k --wd {} pwd ::: 1 nosuch 2
	status_is 1
	out_is "$PWD/1" "$PWD/2"
	err_has 'nosuch'
}

@test "--stdin-value gives each job its value on stdin" {
	capture spool -k --stdin-value cat ::: a 'b c'
	status_is 0
	out_is a 'b c'
	capture spool -k --stdin-value 'wc -c' ::: "$(x 100000)"
	[ "$(tr -d ' ' <"$out")" -ge 100000 ]
}

# --- batches ---------------------------------------------------------------------------------------------------------

@test "-n gives each job so many values" {
	capture spool -k -n 2 show < <(seq 5)
	status_is 0
	jobs_are '<1><2>' '<3><4>' '<5>'
	capture spool -k -n2 show ::: a b c
	jobs_are '<a><b>' '<c>'
	capture spool -k -n 2 show ::: a b c ::: 1
	jobs_are '<a><1><b><1>' '<c><1>'
}

@test "-N does, and the values have positions" {
	capture spool -k -N 2 show {2}{1} < <(seq 5)
	jobs_are '<21>' '<43>' '<5>'
	capture spool -k -N3 show ::: a b c d
	jobs_are '<a><b><c>' '<d>'
}

@test "-n0 and -N0 run a job for each value without it" {
	capture spool -k -n0 show x ::: a b
	jobs_are '<x>' '<x>'
	capture spool -k -N0 show x < <(seq 3)
	jobs_are '<x>' '<x>' '<x>'
}

@test "-L gives each job so many lines, and a blank at the end of one continues it" {
	capture spool -k -L 2 show < <(lines a b c)
	status_is 0
	jobs_are '<a><b>' '<c>'
	capture spool -k -L 1 show < <(lines 'a ' b c)
	jobs_are '<a b>' '<c>'
}

@test "several values in one word: -m splits between them, -X repeats the word" {
	capture spool -j1 -m show a{}b ::: 1 2 3
	jobs_are '<a1><2><3b>'
	capture spool -j1 -X show a{}b ::: 1 2 3
	jobs_are '<a1b><a2b><a3b>'
	capture spool -j1 -m show a{}b x ::: 1
	jobs_are '<a1b><x>'
	capture spool -j1 -X show {/.}{} ::: d/1.a d/2.b
	jobs_are '<1d/1.a><2d/2.b>'
	capture spool -j1 -X show ::: 'a b' '' c
	jobs_are '<a b><><c>'
}

@test "-m and -X spread the last values over the slots, --xargs does not" {
	local option

	for option in -m -X; do
		capture spool -k -j4 $option show < <(seq 10)
		status_is 0
		jobs_are '<1><2><3>' '<4><5><6>' '<7><8><9>' '<10>'
		capture spool -k -j3 $option show ::: a b
		jobs_are '<a>' '<b>'
	done
	capture spool -k -j4 --xargs show < <(seq 10)
	jobs_are '<1><2><3><4><5><6><7><8><9><10>'
}

@test "-s limits the length of a command, of which every word counts with the byte behind it" {
	capture spool -k -j1 --xargs -s 11 show < <(seq 5)
	status_is 0
	jobs_are '<1><2><3>' '<4><5>'
	capture spool -k -j1 --xargs -s 10 show < <(seq 5)
	jobs_are '<1><2>' '<3><4>' '<5>'
}

@test "a value that does not fit into -s fails that job alone" {
	capture spool -k -j1 --xargs -s 20 show < <(lines a "$(x 30)" b)
	status_is 1
	jobs_are '<a>' '<b>'
	err_has '^spool: job 2: '
}

@test "-x stops where so many values do not fit" {
	capture spool -k -j1 -n 3 -s 9 -x show < <(seq 5)
	status_is 255
	out_is
	err_has '^spool: '
	capture spool -k -j1 -n 3 -s 20 -x show < <(seq 5)
	status_is 0
	jobs_are '<1><2><3>' '<4><5>'
}

@test "batches go up to what the system takes, and lose nothing" {
	seq 400000 >list
	capture bash -c 'ulimit -Ss 8192; exec spool -k -j2 --xargs "printf %s\\\\n \"\$@\"; echo \$# >&2" <list'
	status_is 0
	same list "$out"
	# Strings and pointers of 100,000 such values go into less than the 2 MB that there are.
	[ "$(head -n 1 "$err")" -gt 100000 ]
}

@test "a big environment leaves less room, and still nothing is lost" {
	seq 300000 >list
	capture bash -c '
		ulimit -Ss 8192
		big=$(head -c 120000 /dev/zero | tr "\0" e)
		for i in {1..10}; do
			export "BIG$i=$big"
		done
		exec spool -k --xargs "printf %s\\\\n \"\$@\"" <list'
	status_is 0
	err_is
	same list "$out"
}

@test "a value longer than an argument can be fails alone, between batches of others" {
	capture spool -k -j1 --xargs show < <(lines a b "$(x 131072)" c d)
	status_is 1
	jobs_are '<a><b>' '<c><d>'
	err_has '^spool: job 2: an input of 131072 bytes is longer than an argument can be \(131071 bytes\)$'
}

@test "--show-limits tells what a command may take, then runs" {
	capture spool --show-limits echo ran ::: a
	status_is 0
	out_is 'ran a'
	err_has '[0-9]{5}'
}

@test "whole command lines with -n: the values joined are the command" {
	capture spool -k -n2 < <(lines 'echo a' b 'echo c' d)
	out_is 'a b' 'c d'
	capture spool -k ::: 'echo x' ::: 1 2
	out_is 'x 1' 'x 2'
}
