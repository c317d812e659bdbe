# Where output goes besides standard output: --results, --files; and how much it may be: --max-output.
load helper

# tree DIR: its files, one a line.
tree() {
	(cd "$1" && find . -type f | LC_ALL=C sort)
}

# holds FILE TEXT: exactly that is in the file.
holds() {
	printf %s "$2" | same - "$1"
}

# --- a directory ---------------------------------------------------------------------------------------------------

@test "--results DIR: each job's stdout, stderr and number are in files of its own, and nothing is printed" {
	capture spool --results d 'echo out {}; echo err {} >&2' ::: a b
	status_is 0 && out_is && err_is
	tree d | same <(lines ./1/a/{seq,stderr,stdout} ./1/b/{seq,stderr,stdout}) -
	holds d/1/b/stdout $'out b\n'
	holds d/1/b/stderr $'err b\n'
	holds d/1/b/seq 2
}

@test "each source has its number and its value in the path" {
	capture spool --results d/x 'echo {1}{2}' ::: a b ::: c
	status_is 0
	holds d/x/1/a/2/c/stdout $'ac\n'
	holds d/x/1/b/2/c/stdout $'bc\n'
	capture spool --results n -N2 echo ::: a b c
	holds n/1/a/1/b/stdout $'a b\n'
	holds n/1/c/stdout $'c\n'
	printf 'a,b\n' | capture spool --results s -C, echo
	holds s/1/a/2/b/stdout $'a b\n'
}

@test "names of a header stand for the numbers, in their order" {
	capture spool --results d --header : 'echo {x}{y}' ::: y a ::: x b
	status_is 0
	holds d/x/b/y/a/stdout $'ba\n'
}

@test "a slash, a TAB and a backslash in a value are quoted in the path" {
	capture spool --results d echo ::: a/b $'c\td' 'e\f'
	status_is 0
	holds 'd/1/a\_b/stdout' $'a/b\n'
	holds 'd/1/c\td/stdout' $'c\td\n'
	holds 'd/1/e\\f/stdout' $'e\\f\n'
}

@test "a value that is too long for a name is cut" {
	local value

	value=$(printf '%0400d' 7)
	capture spool --results d echo ::: "$value"
	status_is 0
	holds "d/1/${value:0:255}/stdout" "$value"$'\n'
}

@test "the layout is that of GNU parallel" {
	need parallel
	local options

	for options in '--results d/' '-u --results t_{2}_{1}.txt' '--results t/{#}/' '-v -N2 --results d' \
		'--header : --lb --results d' '--files --tag --results t_{}'; do
		rm -rf theirs ours
		mkdir theirs ours
		# shellcheck disable=SC2086 # a list
		(cd theirs && parallel --will-cite -k $options 'echo out {1}; echo err {1} >&2' ::: 'b c' a/x 'x\y' ::: k 2) \
			>theirs.out 2>&1
		# shellcheck disable=SC2086
		(cd ours && spool --as parallel -k $options 'echo out {1}; echo err {1} >&2' ::: 'b c' a/x 'x\y' ::: k 2) \
			>ours.out 2>&1
		diff -r theirs ours
		same theirs.out ours.out
	done
}

# --- a template ----------------------------------------------------------------------------------------------------

@test "--results TEMPLATE: the files are named by it, and directories are made" {
	capture spool --results 'd/{}.log' 'echo out {}; echo err >&2' ::: a b/c
	status_is 0 && out_is
	tree d | same <(lines ./a.log ./a.log.{err,seq} ./b/c.log ./b/c.log.{err,seq}) -
	holds d/b/c.log $'out b/c\n'
	holds d/a.log.err $'err\n'
	holds d/b/c.log.seq 2
}

@test "a template that ends in a slash names directories" {
	capture spool --results 'd/{#}/' echo ::: a
	tree d | same <(lines ./1/{seq,stderr,stdout}) -
}

# --- a table -------------------------------------------------------------------------------------------------------

@test "--results FILE.csv or FILE.tsv: each job is a row, with its values and what it printed" {
	need python3
	capture spool -k --results t.csv 'printf "%s\n" {1}; echo "a,\"b" >&2; exit 3' ::: 'x y' z ::: w
	status_is 2 && out_is
	python3 - <<-'END'
		import csv
		rows = list(csv.reader(open("t.csv", newline="")))
		assert rows[0] == ("Seq Host Starttime JobRuntime Send Receive Exitval Signal Command V1 V2 "
		                   "Stdout Stderr").split(), rows[0]
		assert [row[0] for row in rows] == ["Seq", "1", "2"]
		assert rows[1][9:] == ["x y", "w", "x y\n", 'a,"b\n'], rows[1]
		assert rows[2][5:8] == ["2", "3", "0"], rows[2]
	END
}

@test "fields are in quotes only where they must be, as GNU parallel has them" {
	need parallel
	local end=csv options

	for options in '' '-v -N2' '--header : --files' -u '--lb'; do
		# shellcheck disable=SC2086 # a list
		parallel --will-cite -k -j1 $options --results theirs.$end 'printf "%s\n" {1}; exit {#}' \
			::: h 'x y' ',' $'\t' 'q"' '' ü >/dev/null 2>&1 || :
		# shellcheck disable=SC2086
		capture spool --as parallel -k -j1 $options --results ours.$end 'printf "%s\n" {1}; exit {#}' \
			::: h 'x y' ',' $'\t' 'q"' '' ü
		sed -E -i 's/(:.)[0-9]+\.[0-9]{3}(.)[0-9]+\.[0-9]{3}/\1S\2R/; s,/[^,\t]*/par[^.]*,FILE,' \
			theirs.$end ours.$end
		same theirs.$end ours.$end
		end=TSV
	done
}

@test "--results FILE.json: an object a line, valid whatever a job prints" {
	need python3
	{ head -c 100000 /dev/urandom && seq -f 'ä€%g' 20000 && printf '\0\1"\\\n\303'; } >blob
	capture spool -k --results t.json 'cat blob; echo {}ä >&2; kill -9 $$' ::: a $'b\xff'
	status_is 2 && out_is
	python3 - <<-'END'
		import base64, json
		blob = open("blob", "rb").read()
		lines = open("t.json", encoding="utf-8", newline="\n").read().split("\n")
		one, two = json.loads(lines[0]), json.loads(lines[1])
		assert list(one)[:9] == ("Seq Host Starttime JobRuntime Send Receive Exitval Signal "
		                         "Command").split(), list(one)
		assert lines[2:] == [""] and (one["Seq"], two["Seq"]) == (1, 2)
		assert base64.b64decode(one["Stdout_b64"]) == blob
		assert one["Stdout"] == blob.decode("utf-8", "replace")
		assert one["Stderr"] == "aä\n" and "Stderr_b64" not in one and one["Signal"] == 9
		assert one["V"] == ["a"] and "V_b64" not in one and two["V"] == ["b\ufffd"]
		assert base64.b64decode(two["V_b64"][0]) == b"b\xff"
	END
}

@test "-.csv is the table on standard output, and nothing else is there" {
	capture spool -k --files --results -.csv 'echo {}; echo err >&2' ::: a
	status_is 0 && err_is
	out_has '^Seq,Host'
	capture spool -k --results -.csv 'echo {}; echo err >&2' ::: a
	[ "$(sed '1d; s/^.*,a,/a,/' "$out")" = $'a,"a\n","err\n"' ]
}

@test "rows come in the order of -k, and any amount of output goes through no memory" {
	skip_if_sanitized
	capture bash -c 'ulimit -v 200000; spool -k -j2 --results t.csv "head -c {} /dev/zero" ::: 200000000 10 3'
	status_is 0
	[ "$(grep -a -o '^[0-9]*,:' t.csv)" = $'1,:\n2,:\n3,:' ]
	[ "$(wc -c <t.csv)" -gt 200000000 ]
}

# --- the names of the files ------------------------------------------------------------------------------------------

@test "--files: the name of a file in --tmpdir stands for each job's stdout, and stderr is printed" {
	local name

	capture spool -k --files 'echo out {}; echo err {} >&2' ::: a b
	status_is 0 && err_is 'err a' 'err b'
	name=$(sed -n 2p "$out")
	[[ $name == "$TMPDIR"/par??????.par ]]
	holds "$name" $'out b\n'
	[ "$(stat -c %a "$name")" = 600 ]
	[ "$(cd "$TMPDIR" && echo *.par | wc -w)" = 2 ]
}

@test "with --results the name is that of the result; --tag stands before it" {
	capture spool -k --tag --files --results d 'echo {}; echo err >&2' ::: a b
	out_is $'a\td/1/a/stdout' $'b\td/1/b/stdout' && err_is
	capture spool -k --lb --results d echo ::: a
	out_is d/1/a/stdout
	holds d/1/a/stdout $'a\n'
}

@test "with a table they stand in it" {
	capture spool -k --files --results t.csv echo ::: a
	[ "$(sed '1d; s/^.*,a,//' t.csv)" = "$(cat "$out")," ]
	holds "$(cat "$out")" $'a\n'
}

@test "-u goes before --files, and not before --results DIR" {
	capture spool -u --files echo ::: a
	out_is a && no_files_left
	capture spool -u --results d echo ::: a
	out_is
	holds d/1/a/stdout $'a\n'
}

@test "--dry-run makes no files and prints the commands" {
	capture spool --dry-run --files --results d echo ::: a
	out_is 'echo a'
	[ ! -e d ]
	capture spool --dry-run --results t.csv echo ::: a
	out_is 'echo a'
	[ ! -e t.csv ]
}

@test "the number of the job log counts what went to the file" {
	capture spool --joblog log --results d 'printf 12345; echo err >&2' ::: a
	[ "$(sed 1d log | cut -f6,7)" = $'5\t0' ]
}

# --- what goes wrong -------------------------------------------------------------------------------------------------

@test "a directory or a table that can't be written stops spool before any job" {
	: >file
	capture spool --results file/d touch ::: ran
	status_is 255 && err_is 'spool: --results file/d: Not a directory'
	capture spool --results nosuch/t.csv touch ::: ran
	status_is 255 && err_is 'spool: --results: cannot write nosuch/t.csv: No such file or directory'
	capture spool --results '' touch ::: ran
	status_is 255 && err_has "^spool: --results '': must not be empty"
	[ ! -e ran ]
}

@test "a job whose file can't be made fails and does not run; the others do; the status is 255" {
	mkdir -p d/a
	capture spool -k --results 'd/{}' 'touch ran.{}' ::: a b
	status_is 255 && err_has '^spool: job 1: cannot write d/a: Is a directory$'
	[ ! -e ran.a ] && [ -e ran.b ] && [ -e d/b ]
}

@test "output that does not fit on the disk is an error, and the job log does not have that job" {
	ln -s /dev/full full
	capture spool -k --joblog log --results '{}' 'echo out' ::: full fine
	status_is 255 && err_has '^spool: job 1: its output is incomplete: No space left on device$'
	[ "$(sed 1d log | cut -f1)" = 2 ]
	capture spool --joblog log --results full.csv 'echo' ::: a
	status_is 0
	ln -s /dev/full full.tsv
	capture spool --joblog log --results full.tsv 'echo' ::: a
	status_is 255 && err_has '^spool: cannot write full.tsv: No space left on device$'
	[ "$(wc -l <log)" = 1 ]
}

@test "jobs of one name never mix: the last one's output is kept, and that is said" {
	capture spool -k -j4 --results d 'for i in 1 2 3; do echo {#}; done' ::: a a a a
	status_is 0 && err_has '^spool: job [0-9]: d/1/a/.* was another'
	[ "$(sort -u d/1/a/stdout | wc -l)" = 1 ]
	capture spool -k --results d echo ::: a
	err_is
}

@test "jobs inherit none of these files" {
	capture spool -j4 --files --results d 'ls /proc/self/fd; : {}' ::: {1..20}
	status_is 0
	[ "$(cat d/1/*/stdout | sort -u)" = $'0\n1\n2\n3' ]
	capture spool -j4 --results t.csv 'ls /proc/self/fd; : {}' ::: {1..20}
	run ! grep -q '^4$' t.csv
}

@test "what a job prints goes to its file as it comes" {
	gate go
	background spool -j1 --results d 'echo first; read x <go; echo {}' ::: a
	wait_until 10 test -s d/1/a/stdout
	holds d/1/a/stdout $'first\n'
	open_gate go
	ended "$pid"
	holds d/1/a/stdout $'first\na\n'
}

@test "a retry replaces the file, or adds to it" {
	capture spool --retries 3 --results d 'echo try; exit 1' ::: a
	holds d/1/a/stdout $'try\n'
	capture spool --retries 3 --retry-output all --results d --files 'echo try; exit 1' ::: a
	holds d/1/a/stdout $'try\ntry\ntry\n'
	capture spool --retries 3 --files 'echo try; exit 1' ::: a
	holds "$(cat "$out")" $'try\n'
	[ "$(echo "$TMPDIR"/*)" = "$(cat "$out")" ]
}

@test "a job that waits to be printed holds no descriptor" {
	gate go
	# shellcheck disable=SC2016 # for the inner shell
	background bash -c 'ulimit -n 40; exec spool -k -j4 --files --results d "$1" ::: $(seq 200)' - \
		'[ {} != 1 ] || read x <go; echo {}' >out
	wait_until 20 test -s d/1/200/stdout
	open_gate go
	ended "$pid"
	status_is 0
	same <(printf 'd/1/%s/stdout\n' $(seq 200)) out
}

# --- the most a job may print ----------------------------------------------------------------------------------------

@test "--max-output: what a job prints beyond it is cut off, said, and a failure" {
	capture spool -k --max-output 5 printf %s ::: 1234 12345 123456
	status_is 1
	printf 12341234512345 | same - "$out"
	err_has '^spool: job 3: its output is over --max-output 5$'
	run ! grep -q '^spool: job [12]' "$err"
}

@test "both streams count" {
	capture spool --max-output 5 'printf 123; printf 4567 >&2; : {}' ::: a
	status_is 1
	printf 123 | same - "$out"
	[ "$(head -c 2 "$err")" = 45 ]
}

@test "a job that never stops printing is ended as by --timeout, with all it has started" {
	capture spool --max-output 3M 'yes | cat; : {}' ::: a
	status_is 1
	[ "$(wc -c <"$out")" = 3145728 ]
	no_leftovers
	capture spool --max-output 10 --grace 0.2 'trap "" TERM; while :; do echo {}; done' ::: a
	status_is 1
	no_leftovers
}

@test "neither --ok-codes nor its own exit 0 makes such a job succeed, and --retries runs it again" {
	capture spool --max-output 3 --ok-codes 1-255 --retries 2 --joblog log 'trap "exit 0" TERM; echo 12345; while :; do sleep 0.05; done; : {}' ::: a
	status_is 1
	printf 123 | same - "$out"
	err_has 'printed too much.*2 tries'
	[ "$(sed 1d log | cut -f7,8)" = $'1\t0' ]
}

@test "--max-output cuts files and tables likewise" {
	capture spool --max-output 3 --results d 'echo 12345; : {}' ::: a
	status_is 1
	holds d/1/a/stdout 123
	capture spool --max-output 3 --results t.csv 'echo 12345; : {}' ::: a
	[[ $(tail -n 1 t.csv) == *,a,123, ]]
}

@test "--max-output with -u is refused, as nobody sees what is printed" {
	capture spool -u --max-output 3 touch ::: ran
	status_is 255 && err_has '^spool: --max-output: contradicts -u$'
	capture spool --max-output 0 touch ::: ran
	status_is 255 && err_has '^spool: --max-output 0: not a size$'
	[ ! -e ran ]
}
