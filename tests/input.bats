# Where jobs come from: lists, files and streams; how they are cut up; and what a faulty input does.
# shellcheck disable=SC2154,SC2016,SC1003,SC2094 # the helper's variables, scripts for jobs, backslashes, lists
load helper

# fed COMMAND...: starts it with a stdin to which the test writes as descriptor 9. At the end: end_of_input.
fed() {
	gate in
	exec 9<>in
	background "$@" <in >"$out" 2>"$err" 9>&-
}

# Closes that stdin and waits for the program; the status is in $status.
end_of_input() {
	exec 9>&-
	ended "$pid"
}

# printed BYTES: so much is in the file that stdout goes to.
printed() {
	[[ $(stat -c %s "$out") -ge $1 ]]
}

# The peak of the memory that was used by process $1, in kB.
peak() {
	awk '/^VmHWM/ { print $2 }' "/proc/$1/status"
}

# x COUNT: so many letters.
x() {
	head -c "$1" /dev/zero | tr '\0' x
}

# named ARG...: the same arguments as the tool args prints them.
named() {
	printf '%s\0' "$@"
}

# --- forms -----------------------------------------------------------------------------------------------------------

@test "values after ::: make one job each" {
	capture spool -k echo got ::: a 'b c' d
	status_is 0
	err_is
	out_is 'got a' 'got b c' 'got d'
}

@test "values come from stdin, one a line" {
	capture spool -k echo got < <(lines a 'b c' d)
	status_is 0
	err_is
	out_is 'got a' 'got b c' 'got d'
}

@test "whole commands come from stdin, one a line" {
	capture spool -k < <(lines 'echo a' 'echo b | tr b c' 'echo "d  e"')
	status_is 0
	err_is
	out_is a c 'd  e'
}

@test "whole commands stand after :::" {
	capture spool -k ::: 'echo a' 'echo b | tr b c' 'echo "d  e"'
	status_is 0
	err_is
	out_is a c 'd  e'
}

@test "-a FILE and :::: FILE read values from a file" {
	lines a 'b c' >'my list'
	for words in '-a FILE args' '--arg-file FILE args' '--arg-file=FILE args' '-aFILE args' 'args :::: FILE'; do
		words=${words// /$'\n'}
		readarray -t words <<<"${words//FILE/my list}"
		capture spool -k "${words[@]}" < <(echo no)
		status_is 0
		named a 'b c' | same - "$out"
	done
}

@test "-a FILE and :::: FILE read whole commands where there is no command" {
	lines 'echo a' 'echo b | tr b c' >list
	capture spool -k -a list
	status_is 0
	out_is a c
	capture spool -k :::: list
	status_is 0
	out_is a c
}

@test "the file - is stdin" {
	capture spool -k -a - echo < <(lines a b)
	status_is 0
	out_is a b
	capture spool -k echo :::: - < <(lines a b)
	status_is 0
	out_is a b
}

@test "a list may be a pipe" {
	capture spool -k echo :::: <(lines a b)
	status_is 0
	out_is a b
}

# --- defaults --------------------------------------------------------------------------------------------------------

@test "an empty input runs nothing and is no failure" {
	: >empty
	local options

	for options in '' -0 -r '-d ,' -k -u; do
		# shellcheck disable=SC2086 # a list of words
		{
			capture spool $options touch ran </dev/null
			status_is 0
			capture spool $options touch ran :::: empty
			status_is 0
			capture spool $options touch ran :::
			status_is 0
			capture spool $options </dev/null
			status_is 0
		}
		out_is
		err_is
	done
	[ ! -e ran ]
}

@test "blank lines are skipped as commands and take no number" {
	capture spool -k < <(lines '' 'echo $SPOOL_SEQ' ' ' $'\t' '' 'echo $SPOOL_SEQ' ' ')
	status_is 0
	err_is
	out_is 1 2
	capture spool -k ::: '' 'echo $SPOOL_SEQ' ' ' 'echo $SPOOL_SEQ'
	status_is 0
	out_is 1 2
}

@test "nothing but blank lines as commands runs nothing" {
	capture spool -j1 < <(lines '' ' ' $'\t' '')
	status_is 0
	out_is
	err_is
	capture spool -j64 < <(printf '\n')
	status_is 0
	out_is
}

@test "blank lines are an empty argument, or a blank one, as values" {
	capture spool -k args < <(lines a '' ' ' $'\t' b '')
	status_is 0
	named a '' ' ' $'\t' b '' | same - "$out"
	capture spool -k args ::: a '' ' '
	status_is 0
	named a '' ' ' | same - "$out"
}

@test "-r skips blank lines as values" {
	capture spool -r -k args < <(lines a '' ' ' $'\t ' b '')
	status_is 0
	named a b | same - "$out"
	capture spool --no-run-if-empty -k args < <(lines '' ' ')
	status_is 0
	out_is
}

@test "-r skips what is empty between other delimiters, and no name that is a blank" {
	capture spool -r -0 -k args < <(named a '' ' ' b)
	status_is 0
	named a ' ' b | same - "$out"
	capture spool -r -d , -k args < <(printf 'a,, ,b')
	status_is 0
	named a ' ' b | same - "$out"
}

@test "when values would be read from a terminal, a line on stderr says so" {
	capture onpty spool echo got < <(printf 'a\n\004')
	status_is 0
	out_has '^spool: reading values from the terminal; end with \^D'
	out_has '^got a'
	capture onpty spool echo got ::: a </dev/null
	status_is 0
	run ! grep -q terminal "$out"
	capture onpty spool -a /dev/null echo </dev/null
	status_is 0
	run ! grep -q terminal "$out"
}

# --- cutting up ------------------------------------------------------------------------------------------------------

@test "a last line without a newline is a line, a last newline does not begin one" {
	capture spool -k args < <(printf 'a\nb')
	status_is 0
	named a b | same - "$out"
	capture spool -k args < <(printf 'a\nb\n')
	named a b | same - "$out"
	capture spool -k args < <(printf a)
	named a | same - "$out"
	capture spool -k < <(printf 'echo a\necho b')
	out_is a b
}

@test "a carriage return before the newline is data" {
	capture spool -k args < <(printf 'a\r\n\r\nb\r')
	status_is 0
	named $'a\r' $'\r' $'b\r' | same - "$out"
}

@test "blanks around a value are data" {
	capture spool -k args < <(lines ' a' 'a ' $'\ta\t' '  a  b  ')
	status_is 0
	named ' a' 'a ' $'\ta\t' '  a  b  ' | same - "$out"
}

@test "-0 splits at NUL: newlines are data, the last NUL is optional, empty items count" {
	capture spool -0 -k args < <(printf 'a\nb\0\0c\n\0d')
	status_is 0
	named $'a\nb' '' $'c\n' d | same - "$out"
	capture spool --null -k args < <(printf 'a\0')
	named a | same - "$out"
	capture spool -0 -k args < <(printf '\0\0')
	named '' '' | same - "$out"
}

@test "-0 splits whole commands too, which may have several lines" {
	capture spool -0 -k < <(printf 'echo a\necho b\0\0echo c\0 \n\0')
	status_is 0
	out_is a b c
}

@test "-d STR splits at a string, and a newline is data" {
	capture spool -d , -k args < <(printf 'a,b\n,,c\n')
	status_is 0
	named a $'b\n' '' $'c\n' | same - "$out"
	capture spool -d :: -k args < <(printf 'a::b:c:::d::')
	status_is 0
	named a b:c :d | same - "$out"
	capture spool --delimiter=END -k args < <(printf 'aENENDbENDEEND')
	status_is 0
	named aEN b E | same - "$out"
	capture spool -d ';' -k < <(printf 'echo a;echo b')
	status_is 0
	out_is a b
}

@test "-d takes escapes" {
	capture spool -d '\t' -k args < <(printf 'a\tb')
	named a b | same - "$out"
	capture spool -d '\0' -k args < <(printf 'a\0b')
	named a b | same - "$out"
	capture spool -d '\x2c' -k args < <(printf 'a,b')
	named a b | same - "$out"
	capture spool -d '\n' -k args < <(printf 'a\nb')
	named a b | same - "$out"
	capture spool -d '\\' -k args < <(printf 'a\\b')
	named a b | same - "$out"
	capture spool -d '\r\n' -k args < <(printf 'a\r\nb\n\rc\r\n')
	named a $'b\n\rc' | same - "$out"
}

@test "a value after ::: keeps its newlines and is split only by an explicit -d" {
	capture spool -k args ::: $'a\nb\n' 'c,d'
	status_is 0
	named $'a\nb\n' c,d | same - "$out"
	capture spool -0 -k args ::: $'a\nb' c
	named $'a\nb' c | same - "$out"
	capture spool -d , -k args ::: a,b $'c\nd' ,e
	named a b $'c\nd' '' e | same - "$out"
	capture spool -d '\n' -k args ::: $'a\nb\n' c
	named a b c | same - "$out"
}

# --- what a value may be ---------------------------------------------------------------------------------------------

@test "hostile file names arrive unchanged" {
	local -a names=("My brother's 12\" *** record  (costs \$\$\$).jpg" -n -- -rf --help '' ' ' ' a' 'a ' $'new\nline'
		$'\n' $'tab\t' $'\xff\xfe\xc3' $'\e[31m' '~' '~root' '*' '?' '[a-z]' '{a,b}' '!!' '#' 'a;touch ran' '|' '&' '>ran'
		'`touch ran`' "\$(touch ran)" "\$HOME" "'" '"' "'\"'\"'" '\' '\\' '\n' "a'b" '%s%n' '=' 'a=b' . .. / ./-)

	named "${names[@]}" >names
	capture spool -0 -k args <names
	status_is 0
	same names "$out"
	capture spool -0 -k 'args {}' <names
	status_is 0
	same names "$out"
	capture spool -0 -k 'args "$1"' <names
	status_is 0
	same names "$out"
	capture spool -k args ::: "${names[@]}"
	status_is 0
	same names "$out"
	[ ! -e ran ]
}

@test "data that looks like our own syntax is data, replaced once and never scanned again" {
	local -a values=('{}' '{#}' '{%}' '{.}' '{/}' '{//}' '{/.}' '{= 1 =}' '{1}' a{}b -- -j4 --jobs=4 %s '\n' '{}{}' ::: ::::
		:::+ '::::' -a '$1' '"$@"')

	lines "${values[@]}" >values
	capture spool -k args <values
	status_is 0
	err_is
	named "${values[@]}" | same - "$out"
	capture spool -k args {} {} <values
	status_is 0
	for value in "${values[@]}"; do
		named "$value" "$value"
	done | same - "$out"
	capture spool -k args ::: '{}' '{#}' -- -j4 %s '\n'
	status_is 0
	named '{}' '{#}' -- -j4 %s '\n' | same - "$out"
}

@test "every byte but NUL and newline passes in a line, and the newline too with -0" {
	local i

	for ((i = 1; i < 256; i++)); do
		printf '%b' "\\0$(printf %o "$i")\\0000"
	done >bytes
	capture spool -0 -k args <bytes
	status_is 0
	same bytes "$out"
	tr -d '\n' <bytes | tr '\0' '\n' | grep -av '^$' >lines
	capture spool -k args <lines
	status_is 0
	tr '\n' '\0' <lines | same - "$out"
}

# --- sizes -----------------------------------------------------------------------------------------------------------

@test "an argument right up to the kernel's limit runs" {
	capture spool -k args < <(
		x 131071
		printf '\nb\n'
	)
	status_is 0
	{
		x 131071
		printf '\0b\0'
	} | same - "$out"
	capture spool 'printf %s {} | wc -c' < <(x 131071)
	status_is 0
	out_is 131071
	capture spool < <(
		printf 'echo '
		x 131066
	)
	status_is 0
	[ "$(wc -c <"$out")" -eq 131067 ]
}

@test "an argument one byte longer fails that job alone, with its length in the message" {
	local length

	for length in 131072 200000; do
		capture spool -k args < <(
			printf 'a\n'
			x $length
			printf '\nc\n'
		)
		status_is 1
		named a c | same - "$out"
		err_has "^spool: job 2: an input of $length bytes is longer than an argument can be \(131071 bytes\)$"
		err_has '^spool: 1 of 3 jobs failed$'
	done
	capture spool -k 'printf %s {} | wc -c' < <(x 131072)
	status_is 1
	out_is
	err_has 'job 1: an input of 131072 bytes'
	capture spool -k < <(
		printf 'echo a\necho '
		x 131067
		printf '\necho c\n'
	)
	status_is 1
	out_is a c
	err_has 'job 2: an input of 131072 bytes'
}

@test "a word that grows past the limit where values are put in fails that job alone" {
	capture spool -k args {}{}{}{}{}{}{}{}{}{} < <(
		printf 'a\n'
		x 20000
		printf '\nc\n'
	)
	status_is 1
	named aaaaaaaaaa cccccccccc | same - "$out"
	err_has '^spool: job 2: cannot run args: Argument list too long$'
	[ "$(wc -c <"$err")" -lt 250000 ]
}

@test "many long words run while the kernel takes them all" {
	capture bash -c 'ulimit -Ss 8192; exec spool "args {} {} {} {} {} {} {} {} {} {} | wc -c"' < <(x 131071)
	status_is 0
	out_is 1310720
}

@test "a job that is too large beside a big environment fails alone" {
	capture bash -c '
		ulimit -Ss 8192
		big=$(head -c 124500 /dev/zero | tr "\0" e)
		for i in {1..16}; do
			export "BIG$i=$big"
		done
		exec spool -k args' < <(
		printf 'a\n'
		x 131071
		printf '\nc\n'
		x 131071
		printf '\n'
	)
	status_is 2
	named a c | same - "$out"
	err_has '^spool: job 2: cannot run args: Argument list too long$'
	err_has '^spool: job 4: cannot run args: Argument list too long$'
}

@test "with a small stack, where the kernel takes less, that job fails alone too" {
	capture bash -c 'ulimit -Ss 256; exec spool -k args' < <(
		printf 'a\n'
		x 131071
		printf '\n'
		x 60000
		printf '\n'
	)
	status_is 1
	{
		printf 'a\0'
		x 60000
		printf '\0'
	} | same - "$out"
	err_has '^spool: job 2: cannot run args: Argument list too long$'
}

@test "a line of a gigabyte is read past and its job fails with the length while others run" {
	x 1048576 >block
	gate started
	# The second half of the line comes when the job before it has run.
	capture spool -k 'echo {}; grep VmHWM /proc/$SPOOL_PID/status >peak; [ {} = last ] || echo >started' < <(
		echo first
		yes block | head -n 512 | xargs cat
		timeout 20 head -n 1 started >/dev/null
		yes block | head -n 512 | xargs cat
		printf 'end\nlast\n'
	)
	status_is 1
	out_is first last
	err_has '^spool: job 2: an input of 1073741827 bytes is longer than an argument can be \(131071 bytes\)$'
	skip_if_sanitized
	[ "$(tr -dc 0-9 <peak)" -lt 16384 ]
}

@test "a million lines are read, none is lost, and memory stays flat" {
	skip_if_sanitized
	seq -f 'echo %.0f' 1000000 >expected
	fed spool -k --dry-run echo
	seq 1000000 >&9
	wait_until 60 printed "$(stat -c %s expected)"
	[ "$(peak "$pid")" -lt 65536 ]
	end_of_input
	status_is 0
	same expected "$out"
}

@test "memory does not grow with the number of jobs that have run" {
	skip_if_sanitized
	fed spool -k -j2 echo
	seq 1001 1500 >&9
	wait_until 20 printed 2500
	before=$(peak "$pid")
	seq 2001 5000 >&9
	wait_until 60 printed 17500
	after=$(peak "$pid")
	end_of_input
	status_is 0
	{
		seq 1001 1500
		seq 2001 5000
	} | same - "$out"
	echo "$before kB, then $after kB"
	[ $((after - before)) -lt 512 ]
}

# --- when it comes ---------------------------------------------------------------------------------------------------

@test "the first job starts when the first line arrives, and so does each that follows" {
	gate started
	listen started
	fed spool -j2 'echo {} >started'
	echo one >&9
	hear
	[ "$word" = one ]
	echo two >&9
	hear
	[ "$word" = two ]
	end_of_input
	status_is 0
}

@test "a line that comes in pieces is one line" {
	gate started
	listen started
	fed spool -j2 'echo "<{}>" >started'
	# What is behind the first newline has been read when the first job runs.
	printf 'one\ntw' >&9
	hear
	[ "$word" = '<one>' ]
	printf 'o\nth' >&9
	hear
	[ "$word" = '<two>' ]
	printf ree >&9
	exec 9>&-
	hear
	[ "$word" = '<three>' ]
	ended "$pid"
	status_is 0
}

@test "a delimiter that comes in pieces is a delimiter" {
	gate started
	listen started
	fed spool -d :END: 'echo "<{}>" >started'
	printf 'one:END:two:EN' >&9
	hear
	[ "$word" = '<one>' ]
	printf 'D:three:END' >&9
	hear
	[ "$word" = '<two>' ]
	exec 9>&-
	hear
	[ "$word" = '<three:END>' ]
	ended "$pid"
	status_is 0
}

@test "stdin is read no further ahead than jobs are needed" {
	gate hold started
	seq 1000000 >list
	background spool -j2 'echo {} >started; : <hold' <list >"$out" 2>"$err"
	listen started
	hear
	hear
	# shellcheck disable=SC2317 # called by wait_until
	read_some() {
		pos=$(awk '/^pos/ { print $2 }' "/proc/$pid/fdinfo/0")
		[ "$pos" -gt 0 ]
	}
	wait_until 5 read_some
	[ "$pos" -le 131072 ]
	kill "$pid"
	ended "$pid"
	status_is 143
}

@test "what is wrong with the options is found before anything of stdin is read" {
	local option

	for option in --joblog --fail-log --events --trace --junit --results; do
		printf '%s\n' 1 2 | { ! spool "$option" no/such/dir.csv echo 2>/dev/null; cat; } >"$out"
		out_is 1 2
	done
	printf '%s\n' 1 2 | { spool echo ::: :::: -; cat; } >"$out"
	out_is 1 2
	printf 'a\0b\0' | { ! spool --as xargs -0 -s1 echo 2>/dev/null; tr '\0' '\n'; } >"$out"
	out_is a b
}

@test "that there is one job only changes nothing of it" {
	local cpus width

	cpus=$(spool --explain true ::: a 2>&1 | sed -n 's/^spool: \([0-9]*\) jobs\{0,1\} at once.*/\1/p')
	width=$(printf "%0${#cpus}d" 1)
	capture spool --plus echo '{0%}' ::: a
	out_is "$width"
	capture spool --plus --tagstring '{0%}' echo ::: a
	out_is "$width"$'\t'a
	capture spool --jobserver server 'echo "$MAKEFLAGS"' ::: a
	out_has "^ -j$cpus "
	echo a | spool --jobserver server 'echo "$MAKEFLAGS" #' >"$out"
	out_has "^ -j$cpus "
}

@test "a run that is over does not wait for more input" {
	fed spool nosuchcommand
	echo a >&9
	ended "$pid"
	exec 9>&-
	status_is 127
	err_is 'spool: nosuchcommand: command not found'
}

@test "a non-blocking stdin is waited for" {
	gate started
	listen started
	fed with nonblock=0 spool -j1 'echo {} >started'
	echo one >&9
	hear
	echo two >&9
	hear
	[ "$word" = two ]
	end_of_input
	status_is 0
	err_is
}

# --- jobs and the list -----------------------------------------------------------------------------------------------

@test "jobs do not read the list, be it a pipe or a file" {
	lines cat 'head -c 3' 'echo 2' 'read x; echo "3$x"' >list
	capture spool -j1 < <(cat list)
	out_is 2 3
	capture spool -j1 <list
	out_is 2 3
	capture spool -j1 -k -u <list
	out_is 2 3
	capture spool -j1 :::: list <list
	out_is 2 3
}

@test "jobs read the end of file from their stdin, and a write to it fails cleanly" {
	capture spool 'cat; read x; echo "read: $?"; if { echo lost >&0; } 2>/dev/null; then echo written; fi; echo {}' ::: a
	status_is 0
	err_is
	out_is 'read: 1' a
}

@test "a script without #! is run as a shell would run it" {
	printf 'echo "script: $1"\n' >script
	chmod +x script
	capture spool ./script ::: a
	status_is 0
	err_is
	out_is 'script: a'
	PATH=$PWD:$PATH capture spool script ::: a
	status_is 0
	out_is 'script: a'
	capture spool ::: './script b'
	status_is 0
	out_is 'script: b'
}

# --- faults ----------------------------------------------------------------------------------------------------------

@test "a NUL in a line is refused with the line's number, after the lines before it have run" {
	capture spool -k echo < <(printf 'a\nb\nc\0d\ne\n')
	status_is 255
	out_is a b
	err_is 'spool: line 3 of standard input holds a NUL byte; use -0'
	capture spool -k < <(printf 'echo a\n\necho b\0\necho e\n')
	status_is 255
	out_is a
	err_is 'spool: line 3 of standard input holds a NUL byte; use -0'
}

@test "a NUL is found wherever it stands" {
	capture spool args < <(printf '\0')
	status_is 255
	out_is
	err_has '^spool: line 1 of standard input holds a NUL byte'
	capture spool -k args < <(printf 'a\nb\0')
	status_is 255
	named a | same - "$out"
	err_has '^spool: line 2 of standard input holds a NUL byte'
	capture spool -k args < <(printf 'a\n\0b')
	status_is 255
	named a | same - "$out"
	err_has '^spool: line 2 of standard input holds a NUL byte'
	capture spool -r -k args < <(printf 'a\n\n\n \0\n')
	status_is 255
	named a | same - "$out"
	err_has '^spool: line 4 of standard input holds a NUL byte'
	printf 'a\nb\0c\n' >list
	capture spool -k args :::: list
	status_is 255
	named a | same - "$out"
	err_is 'spool: line 2 of list holds a NUL byte; use -0'
}

@test "a NUL far behind the first block and behind a long line is found, and its line counted right" {
	capture spool -k --dry-run args < <(
		seq 20000
		x 300000
		printf '\nend\nbad\0\nnot read\n'
	)
	status_is 255
	[ "$(tail -n 1 "$out")" = 'args end' ]
	err_has '^spool: line 20003 of standard input holds a NUL byte; use -0$'
	capture spool -k args < <(
		printf 'a\n'
		x 300000
		printf '\0'
		x 300000
		printf '\nb\n'
	)
	status_is 255
	named a | same - "$out"
	err_has '^spool: line 2 of standard input holds a NUL byte; use -0$'
}

@test "a NUL between other delimiters is refused with the record's number" {
	capture spool -d , -k args < <(printf 'a,b\0,c')
	status_is 255
	named a | same - "$out"
	err_is 'spool: record 2 of standard input holds a NUL byte; use -0'
}

@test "a directory as input is an error, never end of file" {
	capture spool touch ran </
	status_is 255
	err_is 'spool: cannot open standard input: Is a directory'
	capture spool -a / touch ran
	status_is 255
	err_is 'spool: cannot open /: Is a directory'
	capture spool touch ran :::: .
	status_is 255
	err_is 'spool: cannot open .: Is a directory'
	out_is
	[ ! -e ran ]
}

@test "a file that can't be opened is an error that names it" {
	: >file
	ln -s loop loop
	capture spool -a nosuch touch ran
	status_is 255
	err_is 'spool: cannot open nosuch: No such file or directory'
	capture spool touch ran :::: file/list
	status_is 255
	err_is 'spool: cannot open file/list: Not a directory'
	capture spool touch ran :::: loop
	status_is 255
	err_has '^spool: cannot open loop: (Too many levels of symbolic links|Symbolic link loop)$'
	capture spool touch ran :::: $'no\nsuch'
	status_is 255
	err_is 'spool: cannot open no?such: No such file or directory'
	[ ! -e ran ]
}

@test "an I/O error on input is an error, never end of file" {
	[ -r /proc/self/mem ] || skip 'no file here that can not be read'
	capture spool -a /proc/self/mem touch ran
	status_is 255
	err_has '^spool: cannot read /proc/self/mem: (Input/output|I/O) error$'
	[ ! -e ran ]
}

@test "after an I/O error in the middle of the input what runs goes on to its end" {
	preload=$TEST_BUILD/tools/failing_preload.so
	FAIL_CALL=read FAIL_AT=1 FAIL_LOG=log LD_PRELOAD=$preload spool -u true </dev/null 2>/dev/null || true
	[ -e log ] || skip 'this build can not be preloaded'
	gate hold started
	export FAIL_CALL=read FAIL_AT=2
	fed env LD_PRELOAD="$preload" spool -j1 -u 'echo {} >started; : <hold; echo {}; touch finished'
	echo one >&9
	await started
	echo two >&9 # this is never seen
	# shellcheck disable=SC2317 # called by wait_until
	told() {
		grep -q 'standard input' "$err"
	}
	wait_until 20 told
	open_gate hold
	end_of_input
	status_is 255
	out_is one
	err_is 'spool: cannot read standard input: Input/output error'
	[ -e finished ]
}

@test "a closed stdin is an error where it would be read, and only there" {
	capture spool touch ran <&-
	status_is 255
	err_is 'spool: cannot read standard input: Bad file descriptor'
	capture spool -a - touch ran <&-
	status_is 255
	[ ! -e ran ]
	capture spool -k echo ::: a b <&-
	status_is 0
	err_is
	out_is a b
	lines a b >list
	capture spool -k echo :::: list <&-
	status_is 0
	out_is a b
}

@test "a stdin that is open for writing only is an error" {
	capture spool touch ran 0>file
	status_is 255
	err_is 'spool: cannot read standard input: Bad file descriptor'
	[ ! -e ran ]
}
