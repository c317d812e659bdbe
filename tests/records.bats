# What a run leaves for the next one, and what that takes from it: --joblog, --resume and its kin, --fail-log.
load helper

header=$'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand'

# log_is LINE...: the log, its times taken out: "SEQ:RECEIVE:EXITVAL:SIGNAL:COMMAND", NUL as @.
log_is() {
	tr '\0' @ <log | sed -E 's/^([0-9]+)\t:\t[0-9]+\.[0-9]{3}\t *[0-9]+\.[0-9]{3}\t0\t([0-9]+)\t(-?[0-9]+)\t([0-9]+)\t/\1:\2:\3:\4:/' >log.short
	lines "$@" | same - log.short
}

# record SEQ EXITVAL COMMAND: a line as an earlier run would have left it.
record() {
	printf '%s\t:\t1700000000.000\t     0.001\t0\t0\t%s\t0\t%s\n' "$1" "$2" "$3"
}

# --- the log -------------------------------------------------------------------------------------------------------

@test "the log has a header, and a record for each job that has ended" {
	capture spool -k --joblog log 'echo {}; exit {}' ::: 0 3
	status_is 1
	log_is "$header" "1:2:0:0:(echo '0'; exit 0)" "2:2:3:0:(echo '3'; exit 3)"
}

@test "it is the log of GNU parallel, byte for byte but for the times" {
	need parallel
	local options

	for options in '' -u --tag --lb -v; do
		# shellcheck disable=SC2086 # a list
		parallel --will-cite $options -k -j1 --joblog theirs 'echo out {}; exit {= $_ = 3 =}' ::: a 'b c' "d'e" \
			>/dev/null 2>&1 || :
		# shellcheck disable=SC2086
		capture spool --as parallel $options -k -j1 --joblog log 'echo out {}; exit 3' ::: a 'b c' "d'e"
		sed -E 's/\t[0-9.]+\t *[0-9.]+\t/\tT\t/' theirs >theirs.short
		sed -E 's/\t[0-9]+\.[0-9]{3}\t {0,5}[0-9]+\.[0-9]{3}\t/\tT\t/' log | same theirs.short -
	done
}

@test "the start is the time of day, the runtime that of the job, both to the millisecond" {
	local before after start took

	before=$(date +%s)
	capture spool --joblog log sleep ::: 0.3
	after=$(date +%s)
	start=$(sed 1d log | cut -f3) took=$(sed 1d log | cut -f4)
	[[ $start =~ ^[0-9]+\.[0-9]{3}$ && $took =~ ^\ *[0-9]+\.[0-9]{3}$ && ${#took} -ge 10 ]]
	((${start%.*} >= before && ${start%.*} <= after))
	awk -v took="$took" 'BEGIN { exit !(took >= 0.3 && took < 10) }'
}

@test "a job that a signal ended has the signal, one that could not be started 126 or 127" {
	capture spool --joblog log 'kill -KILL $$ {}' ::: a
	grep -Eq $'\t0\t9\tkill -KILL' log
	capture spool --joblog log ::: /nonexistent/x
	grep -Eq $'\t127\t0\t/nonexistent/x$' log
	: >plain
	capture spool --joblog log ::: ./plain
	grep -Eq $'\t126\t0\t./plain$' log
}

@test "a job that timed out has -1 and 15" {
	capture spool --timeout 0.2 --joblog log sleep ::: 30
	grep -Eq $'\t-1\t15\tsleep 30$' log
}

@test "a newline in a command is NUL, so that a record is a line" {
	printf 'echo a\necho b\0true\0' >list
	capture spool -0 -k --joblog log -a list
	log_is "$header" '1:4:0:0:echo a@echo b' '2:0:0:0:true'
}

@test "a record comes when the job's output is out" {
	# The reader of the output has the bytes before the log has the record.
	gate pipe
	exec 7<>pipe
	background spool -j1 --joblog log ::: 'head -c 300000 /dev/zero; : >written' >pipe
	head -c 200000 <&7 >/dev/null
	log_is "$header"
	head -c 100000 <&7 >/dev/null
	ended "$pid"
	exec 7<&-
	status_is 0
	log_is "$header" '1:300000:0:0:head -c 300000 /dev/zero; : >written'
}

@test "a record is written when its job ends, not at the end of the run" {
	gate go
	background spool -j2 --joblog log ::: true ': <go'
	wait_until 20 grep -q $'\ttrue$' log
	run ! grep -q 'go$' log
	open_gate go
	ended "$pid"
	grep -q 'go$' log
}

@test "what was in the log is gone, unless + stands before its name" {
	spool --joblog log ::: true
	spool --joblog log ::: :
	log_is "$header" '1:0:0:0::'
	spool --joblog +log ::: true
	log_is "$header" '1:0:0:0::' '1:0:0:0:true'
	rm log
	spool --jl +log ::: true
	log_is '1:0:0:0:true'
}

@test "- is standard output, each record behind the output of its job" {
	capture spool -k --joblog - echo ::: a b
	status_is 0
	[[ $(sed 's/\t.*\t/ /' "$out") == $'Seq Command\na\n1 echo a\nb\n2 echo b' ]]
}

@test "a dry run writes no log and leaves an old one alone" {
	capture spool --dry-run --joblog log echo ::: a
	out_is 'echo a'
	[ ! -e log ]
	echo old >log
	capture spool --dry-run --joblog log --fail-log log echo ::: a
	[[ $(<log) == old ]]
}

@test "jobs that did not run or were told to end are not in it" {
	gate started
	background spool -j1 --joblog log ::: true 'echo >started; exec sleep 30' 'touch ran'
	await started
	kill -TERM "$pid"
	ended "$pid"
	status_is 143
	log_is "$header" '1:0:0:0:true'
	capture spool -j1 --halt now,fail=1 --joblog log ::: true false true
	log_is "$header" '1:0:0:0:true' '2:0:1:0:false'
	[ ! -e ran ]
}

@test "a last line that was cut off is ended before the next record, and is no record" {
	{ echo "$header" && record 1 0 'echo 1' && printf '2\t:\t1700000000.000\t     0.001\t0\t0\t0\t0\techo 12'; } >log
	capture spool -k --joblog log --resume echo ::: 1 12 123
	out_is 12 123
	grep -Eq $'^2\t:\t[0-9.]+\t *[0-9.]+\t0\t3\t0\t0\techo 12$' log
	# "echo 12" was "echo 123" perhaps; it has not become a record of its own
	capture spool -k --joblog log --resume echo ::: 1 12 123 12
	out_is 12
}

@test "two runs may share a log" {
	local i n

	seq 200 | spool -j4 --joblog +log 'echo one {}' >/dev/null &
	n=$!
	seq 200 | spool -j4 --joblog +log 'echo two {}' >/dev/null
	wait "$n"
	[[ $(wc -l <log) -eq 400 ]]
	run ! grep -Evq $'^[0-9]+\t:\t[0-9.]+\t *[0-9.]+\t0\t[0-9]+\t0\t0\techo (one|two) [0-9]+$' log
	i=$(cut -f9 log | sort -u | wc -l)
	[[ $i -eq 400 ]]
}

@test "a log that can't be opened is an error before anything runs" {
	capture spool --joblog nosuch/log touch ::: ran
	status_is 255
	err_is 'spool: --joblog: cannot write nosuch/log: No such file or directory'
	capture spool --fail-log . touch ::: ran
	status_is 255
	err_is 'spool: --fail-log: cannot write .: Is a directory'
	[ ! -e ran ]
}

@test "a log that can't be written to ends the run with 255" {
	[ -w /dev/full ] || skip 'there is no /dev/full'
	capture spool -j1 --joblog /dev/full touch ::: ran
	status_is 255
	err_has 'cannot write /dev/full: No space left'
	[ ! -e ran ]
	# the second job waits until it is ended: the record of the first one is written meanwhile
	gate never
	capture spool -j1 --joblog +/dev/full ::: 'touch one' ': <never' 'touch three'
	status_is 255
	err_has '^spool: cannot write /dev/full: No space left on device$'
	[[ -e one && ! -e three ]]
	capture spool -j1 --fail-log /dev/full ::: false ': <never' 'touch four'
	status_is 255
	err_has 'cannot write /dev/full'
	[ ! -e four ]
}

@test "with output that is lost there is no record" {
	[ -w /dev/full ] || skip 'there is no /dev/full'
	spool --joblog log ::: 'echo a' >/dev/full 2>"$err" && false
	log_is "$header"
}

@test "a file that is read for input is not written over" {
	echo a >list
	capture spool -a list --joblog list echo
	status_is 255
	err_is 'spool: --joblog list: is also read as input'
	capture spool --fail-log list echo <list
	status_is 255
	[[ $(<list) == a ]]
}

@test "two options do not write to one file, and what is in it stays" {
	local option

	spool --joblog log true ::: a
	cp log before
	ln -s log link
	for option in --fail-log --events --trace; do
		capture spool --joblog log --resume "$option" link touch ::: ran
		status_is 255
		err_is "spool: $option link: is also written by --joblog"
		same before log
	done
	[[ ! -e ran ]]
	capture spool --joblog - --events /dev/null --trace /dev/null echo ::: a
	status_is 0
}

# --- resuming ------------------------------------------------------------------------------------------------------

@test "--resume skips what is in the log, however it ended, and adds the rest" {
	capture spool -k --joblog log ::: true false
	capture spool -k --joblog log --resume ::: true false 'echo new'
	status_is 0
	out_is new
	err_is
	log_is "$header" '1:0:0:0:true' '2:0:1:0:false' '3:4:0:0:echo new'
}

@test "--resume-failed skips only what has succeeded" {
	capture spool -k --joblog log ::: true false
	capture spool -k --joblog log --resume-failed ::: true false 'echo new'
	status_is 1
	log_is "$header" '1:0:0:0:true' '2:0:1:0:false' '2:0:1:0:false' '3:4:0:0:echo new'
	capture spool -k --joblog log --resume-failed --ok-codes 1 ::: true false 'echo new'
	status_is 0
	out_is
}

@test "skipped jobs keep their numbers, and count neither as failed nor as not run" {
	{ echo "$header" && record 1 1 'echo a' && record 3 0 'echo c'; } >log
	capture spool -k --tagstring {#} --joblog log --resume echo ::: a b c d
	status_is 0
	out_is $'2\tb' $'4\td'
	err_is
}

@test "a list may be edited or in another order" {
	spool -k --joblog log echo ::: a b c >/dev/null
	capture spool -k --joblog log --resume echo ::: new c b other a
	out_is new other
}

@test "an edited command is another job" {
	spool -k --joblog log echo ::: a >/dev/null
	capture spool -k --joblog log --resume echo again ::: a
	out_is 'again a'
}

@test "a command that is twice in the list needs two records" {
	spool --joblog log ::: 'echo a' >/dev/null
	capture spool -k --joblog log --resume ::: 'echo a' 'echo a' 'echo a'
	out_is a a
	capture spool -k --joblog log --resume ::: 'echo a' 'echo a' 'echo a'
	out_is
}

@test "a job that ran again and again is one job" {
	local i

	for i in 1 2 3; do
		capture spool --joblog log --resume-failed ::: false
	done
	[[ $(wc -l <log) -eq 4 ]]
	capture spool --joblog log --resume ::: false false
	status_is 1
	[[ $(wc -l <log) -eq 5 ]]
}

@test "values with newlines and quotes are known again" {
	local values=($'a\nb' "it's" 'a  b' $'tab\there' '')

	spool -k --joblog log echo ::: "${values[@]}" >/dev/null
	capture spool -k --joblog log --resume echo ::: "${values[@]}" last
	out_is last
	spool -k --joblog script 'echo {}' ::: "${values[@]}" >/dev/null
	capture spool -k --joblog script --resume 'echo {}' ::: "${values[@]}" last
	out_is last
}

@test "where a number is in the command a job is known by it, and that is said" {
	local string

	for string in '{#}' '{%}' '--plus {##}' '--plus {0#}' '--plus {slot}'; do
		{ echo "$header" && record 2 0 whatever; } >log
		# shellcheck disable=SC2086 # an option and a word
		capture spool -k -j1 --joblog log --resume ${string%\{*} echo {} "${string##* }" ::: a b c
		[[ $(cut -d' ' -f1 "$out" | tr '\n' ' ') == 'a c ' ]]
		[[ $(wc -l <"$err") -eq 1 ]]
		err_has 'known by its number'
	done
	{ echo "$header" && record 2 0 cat; } >log
	capture spool -k --joblog log --resume --stdin-value cat ::: a b c
	out_is a c
	err_has 'known by its number'
	mkdir d1 d2
	{ echo "$header" && record 2 0 whatever; } >log
	capture spool -k --joblog log --resume --wd {} 'pwd; : {}' ::: d1 d2
	out_is "$PWD/d1"
	err_has 'known by its number'
	capture spool --joblog log --wd . echo {#} ::: a
	err_is
}

@test "without a log everything runs, and one is begun" {
	capture spool -k --joblog log --resume echo ::: a b
	out_is a b
	[[ $(head -n 1 log) == "$header" && $(wc -l <log) -eq 3 ]]
	: >log
	capture spool -k --joblog log --resume echo ::: a b
	out_is a b
	[[ $(head -n 1 log) == "$header" && $(wc -l <log) -eq 3 ]]
}

@test "a run that was killed is resumed: every job is done, none is recorded before its end" {
	local i

	gate stuck
	background spool -j2 --joblog log ::: 'echo a >>done' 'echo b >>done' ': <stuck; echo c >>done' 'echo d >>done'
	wait_until 20 grep -q $'^4\t' log
	kill -KILL "$pid"
	ended "$pid"
	no_leftovers
	run ! grep -q stuck log
	background spool -j2 --joblog log --resume ::: 'echo a >>done' 'echo b >>done' ': <stuck; echo c >>done' 'echo d >>done'
	open_gate stuck
	ended "$pid"
	status_is 0
	[[ $(sort done | tr -d '\n') == abcd ]]
	for i in 1 2 3 4; do
		[[ $(grep -c "^$i"$'\t' log) -eq 1 ]]
	done
}

@test "a log that was cut at any byte of its last records is resumed, and every job is done" {
	local size n

	spool -k -j1 --joblog whole 'echo {} >>done' ::: 1 12 123
	size=$(wc -c <whole)
	for ((n = $(head -n 1 whole | wc -c) - 1; n <= size; n += 3)); do
		head -c "$n" whole >log
		rm -f done
		head -n -1 log | sed 1d | cut -f1 >recorded
		capture spool -k -j1 --joblog log --resume 'echo {} >>done' ::: 1 12 123
		status_is 0
		# together all of them, and again only what had no whole record
		[[ $( (seq 3 && cat recorded) | sort -n | uniq -u | wc -l) -le $(wc -l <done 2>/dev/null || echo 0) ]]
		capture spool -k -j1 --joblog log --resume 'echo {} >>done' ::: 1 12 123
		out_is
		[[ $(tail -c 1 log | od -An -c | tr -d ' ') == '\n' ]]
		cp log twice
		capture spool -k --joblog log --resume 'echo {} >>done' ::: 1 12 123
		cmp log twice
	done
}

@test "--resume needs a log that is a file and a job log" {
	local option

	for option in --resume --resume-failed --retry-failed; do
		capture spool $option touch ::: ran
		status_is 255
		err_is "spool: $option: needs --joblog" "Try 'spool --help' for more information."
		capture spool $option --joblog - touch ::: ran
		status_is 255
		capture spool $option --joblog . touch ::: ran
		status_is 255
		err_has "^spool: $option: cannot read .: Is a directory$"
	done
	echo 'name,year' >log
	capture spool --resume --joblog log touch ::: ran
	status_is 255
	err_is 'spool: --resume: log is not a job log'
	[[ $(<log) == name,year && ! -e ran ]]
}

@test "--resume with a dry run shows what would run" {
	spool --joblog log echo ::: a >/dev/null
	capture spool --dry-run -k --joblog log --resume echo ::: a b
	out_is 'echo b'
	[[ $(wc -l <log) -eq 2 ]]
}

# --- trying again --------------------------------------------------------------------------------------------------

@test "--retry-failed runs the failed commands of the log, whatever else is said" {
	{ echo "$header" && record 1 0 'echo a' && record 2 1 'echo b' && record 4 1 'echo c'; } >log
	capture spool -k --joblog log --retry-failed
	status_is 0
	out_is b c
	log_is "$header" '1:0:0:0:echo a' '2:0:1:0:echo b' '4:0:1:0:echo c' '2:2:0:0:echo b' '4:2:0:0:echo c'
	capture spool -k --joblog log --retry-failed touch ::: ran
	status_is 0
	out_is
	[ ! -e ran ]
}

@test "--retry-failed does what the job did: quotes, newlines, scripts, -q" {
	spool -k --joblog log 'test -e ok && printf "<%s>\n" {}' ::: "it's" $'a\nb' 2>/dev/null || :
	touch ok
	capture spool -k --joblog log --retry-failed
	status_is 0
	out_is "<it's>" $'<a' 'b>'
	rm ok
	spool -q --joblog log ::: 'test' 2>/dev/null || :
	spool -k -q --joblog log sh -c 'test -e ok && echo "$0"' ::: 'a  b' 2>/dev/null || :
	touch ok
	capture spool -q -k --joblog log --retry-failed
	status_is 0
	out_is 'a  b'
}

@test "--retry-failed reads no input, and without a log there is nothing to run" {
	capture spool --joblog log --retry-failed <<<'touch ran'
	status_is 0
	[ ! -e ran ]
	[[ $(<log) == "$header" ]]
}

# --- the commands of failed jobs -----------------------------------------------------------------------------------

@test "--fail-log has the command lines of the failed jobs, which spool -0 -a runs again" {
	capture spool -k --fail-log failed 'test -e ok && printf "<%s>\n" {}' ::: "it's" $'a\nb'
	status_is 2
	[[ $(tr -cd '\0' <failed | wc -c) -eq 2 ]]
	touch ok
	capture spool -k -0 -a failed
	status_is 0
	out_is "<it's>" '<a' 'b>'
	capture spool -k --fail-log failed ::: true true
	[[ -e failed && ! -s failed ]]
}

@test "--fail-log has no job that succeeded, did not run or was told to end" {
	gate started
	background spool -j1 --fail-log failed ::: true false 'echo >started; exec sleep 30' false
	await started
	kill -TERM "$pid"
	ended "$pid"
	[[ $(tr '\0' '\n' <failed) == false ]]
}
