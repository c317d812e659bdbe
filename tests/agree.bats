# All that is told of one run tells the same: the job log, --events, --trace, --junit, --tap and --results, whatever becomes
# of its jobs and whatever bytes they are made of and print. tests/tools/agree reads them.
# shellcheck disable=SC2016,SC2154 # scripts for jobs, the helper's variables
load helper

# Programs for jobs: each gets a value that is there for its bytes alone.
setup() {
	test_setup
	need python3
	mkdir reports
	program ok 'cat ../hostile; printf "%s\n" "$1" >&2; cat ../hostile >&2'
	program fail 'cat ../hostile; exit 3'
	program high 'exit 255'
	program killed 'cat ../hostile; kill -KILL $$'
	program dumped 'ulimit -c 0; kill -SEGV $$'
	program slow 'cat ../hostile; exec sleep 60'
	program soft 'trap "exit 0" TERM; sleep 60 & wait'
	program big 'cat ../hostile; while cat ../long; do :; done 2>/dev/null'
	program stubborn 'trap "" TERM PIPE; cat ../long ../long ../hostile; exit 0'
	program flaky 'echo mark of the job; [ -e "../was.$PPID.$SPOOL_SEQ" ] || { : >"../was.$PPID.$SPOOL_SEQ"; exit 75; }'
	program after 'read x <../held; exit 3'
	program hold 'cat ../hostile; echo >../held; exec sleep 60'
	echo 'no program' >noexec
	head -c 100000 /dev/zero | tr '\0' y >long
	hostile_values >values
	python3 -c 'import sys
data = open("values", "rb").read() + bytes(range(256)) + b"\n::error::x\n##[error]x\n  ...\n1..7\nBail out!\n]]>&amp;<![CDATA["
sys.stdout.buffer.write(data + b"\nmark of the job\n")' >hostile
}

program() {
	lines '#!/bin/sh' "$2" >"$1"
	chmod +x "$1"
}

# Values for jobs, NUL-ended.
hostile_values() {
	printf '%b\0' plain '' ']]>' '::error file=a::b' '##[error]x' '\0033[31mred\0033[0m\0033]0;title\0007' 'a\nb\r\nc\n' \
		"it's \"quoted\" \\\\\\\\ & <tag>" '\0001\0002\0010\0013\0014\0016\0037\0177' '\0377\0376\0200' '\0355\0240\0200' \
		'\0303' '\0342\0200\0250\0302\0205\0357\0277\0276' '# SKIP it' '# TODO' 'tab\there' ',"=1+1",' '{}{#}' '\n1..3\nok 4' \
		'$(touch ran) `touch ran`' '%s%n' '-n' '\0360\0237\0230\0200'
}

# jobs PROGRAM...: each of them with each of the values, as NUL-ended pairs.
jobs() {
	python3 - "$@" <<-'END'
		import sys
		values = open("values", "rb").read().split(b"\0")[:-1]
		for value in values:
		    for program in sys.argv[1:]:
		        sys.stdout.buffer.write(b"../" + program.encode() + b"\0" + value + b"\0")
	END
}

all_programs=(ok fail killed none noexec dumped flaky high)

# A list where everything happens: what takes its time comes once, the rest with each value.
all_jobs() {
	printf '../%s\0%b\0' slow '\0377]]>' big 'a\nb' stubborn '\0001' soft x
	jobs "${all_programs[@]}"
}

# report OPTION...: in the directory reports, run pairs from ../list with everything that tells of it.
report() {
	cd reports || return
	capture spool -0 -a ../list -N2 -j4 --retries 2 --joblog log --events events --trace trace --junit r.xml --tap r.tap "$@" \
		'{1}' '{2}'
	cd .. || return
}

agrees() {
	(cd reports && "$test_root/tests/tools/agree" "$@")
}

everything=ok,failed,timed_out,not_started,signal,truncated,retried,flaky

# --- a run that ends -----------------------------------------------------------------------------------------------

@test "all reports of a run agree with its job log, and with the table" {
	all_jobs >list
	report --timeout 1 --max-output 50000 --results table.json
	status_is 101
	agrees "$status" "has=$everything"
	[[ $(ls reports) == $(lines events log r.tap r.xml table.json trace) ]]
	[[ ! -e ran && ! -e reports/ran ]]
	no_files_left
}

@test "they do so in the order of the input, with a table of another kind" {
	all_jobs >list
	report -k --timeout 1 --max-output 50000 --results table.csv
	status_is 101
	agrees "$status" mode=keep "has=$everything"
}

@test "they do so where output is printed, whole, in order or by lines" {
	local mode

	all_jobs >list
	for mode in --group -k --lb '-j1 --buffer 1'; do
		rm -rf reports was.*
		mkdir reports
		# shellcheck disable=SC2086 # a list of words
		report $mode --timeout 1 --max-output 50000
		status_is 101
		agrees "$status" "has=$everything"
	done
}

@test "they do so where a run is halted and jobs are not run" {
	{
		all_jobs
		for _ in {1..40}; do
			printf '../high\0end\0'
		done
	} >list
	report -k --timeout 1 --max-output 50000 --halt soon,fail=150 --results table.json
	status_is 101
	agrees "$status" mode=keep "has=$everything,not_run"
	rm -rf reports was.*
	mkdir reports
	{
		jobs ok
		printf '../hold\0\0200\0../after\0b\0../ok\0c\0'
	} >list
	gate held
	exec 9<>held
	report --retries 1 --halt now,fail=1
	exec 9>&-
	status_is 3
	agrees 3 has=ok,failed,cut_off
}

# --- one that is ended ---------------------------------------------------------------------------------------------

# Without limits these would go on for ever.
tame() {
	sed -i 's/60/0.2/' slow
	sed -i 's/.*60.*/cat ..\/hostile/' soft
	sed -i 's/while.*/cat ..\/long ..\/hostile/' big
}

# held_run: it runs in the background until four jobs hold, and has more to do.
held_run() {
	{
		all_jobs
		printf '../hold\0\0377\n]]>\0%.0s' 1 2 3 4
		jobs ok
	} >list
	gate held
	listen held
	(
		cd reports || exit
		exec spool -0 -a ../list -N2 -j4 --retries 2 --joblog log --events events --trace trace --junit r.xml --tap r.tap \
			--results table.json '{1}' '{2}'
	) >"$out" 2>"$err" 3>&- 4>&- 8>&- &
	pid=$!
	for _ in 1 2 3 4; do
		hear
	done
}

@test "a run that TERM ends leaves them all, and they agree" {
	tame
	held_run
	kill -TERM "$pid"
	ended "$pid"
	status_is 143
	agrees 143 has=ok,failed,not_started,signal,retried,flaky,cut_off,not_run
	no_files_left
}

@test "of a run that KILL ends the log has whole lines, the events and the trace can be read, and nothing else is there" {
	tame
	held_run
	kill -KILL "$pid"
	ended "$pid"
	no_leftovers 5
	[[ $(wc -l <reports/log) -gt 180 ]]
	agrees killed
	[[ $(ls -A reports) == $(lines events log table.json trace) ]]
	no_files_left
}
