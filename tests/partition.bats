# One list of jobs, shared out over several runs on machines of their own: --partition.
load helper

# parts N ARGS...: run every part of N, and leave what part K printed in part.K, all of it sorted in all.
parts() {
	local k n=$1

	shift
	for ((k = 1; k <= n; k++)); do
		spool --partition "$k/$n" "$@" >"part.$k" 2>"err.$k" || return
	done
	cat part.* | sort -n >all
}

# everything N RULE ARGS...: the parts together print what a run of the whole list prints.
everything() {
	local n=$1 rule=$2

	shift 2
	rm -f part.*
	parts "$n" --partition-by "$rule" "$@"
	spool "$@" | sort -n | same - all
}

# record SEQ SECONDS COMMAND: a line as an earlier run would have left it.
record() {
	printf '%s\t:\t1700000000.000\t%10s\t0\t0\t0\t0\t%s\n' "$1" "$2" "$3"
}

# auto VARIABLE=VALUE...: what part of the list a b c d e f is run there.
auto() {
	capture env "$@" spool -k --partition auto echo ::: a b c d e f
}

# --- every job once ------------------------------------------------------------------------------------------------

@test "all parts together run every job exactly once, however they are shared out" {
	local by n

	for ((n = 1; n <= 60; n++)); do
		record "$n" "$((n * 7 % 13)).$((n % 10))00" "echo $n"
	done >old
	for by in seq hash time=old; do
		for n in 1 2 3 30; do
			seq 90 | shuf --random-source=old >list
			everything "$n" "$by" -a list echo
		done
	done
}

@test "so they do with batches, several sources and command lines" {
	local by

	: >old
	seq 100 >list
	seq 100 | sed 's/^/echo /' >lines
	for by in seq hash time=old; do
		everything 3 "$by" -n7 -a list echo
		everything 3 "$by" echo ::: 1 2 3 4 ::: x y z
		everything 3 "$by" -a lines
		everything 3 "$by" --shuf=1 -a list echo
		everything 3 "$by" --skip-first-line --uniq -a list -a list --link echo
	done
}

@test "what is one job does not depend on the machine: its environment, its slots" {
	local k

	seq 20000 >list
	for k in 1 2 3; do
		# Each part has another environment and another width.
		env "X=$(head -c $((k * 30000)) /dev/zero | tr '\0' x)" spool --partition "$k/3" -j"$k" -X -a list echo
	done | tr ' ' '\n' | sort -n >all
	same list all
}

@test "jobs of the same values are jobs of their own" {
	local by

	: >old
	for by in seq hash time=old; do
		everything 2 "$by" echo ::: 1 1 1 1 2 2 2
	done
}

@test "a job keeps the number that it has in the whole list" {
	# shellcheck disable=SC2016 # for the job's shell
	parts 3 -k 'echo {#}:$SPOOL_SEQ:{}' ::: a b c d e
	lines 1:1:a 4:4:d | same - part.1
	lines 2:2:b 5:5:e | same - part.2
	lines 3:3:c | same - part.3
	parts 3 -k --plus echo '{##}' ::: a b c d e
	lines 5 5 | same - part.1
}

@test "so the logs of the parts are together the log of the whole" {
	parts 2 --joblog 'log' true ::: a b c
	cp log log.2
	spool --partition 1/2 --joblog log.1 true ::: a b c
	tail -qn +2 log.1 log.2 | cut -f1,9 | sort -n >got
	lines $'1\ttrue a' $'2\ttrue b' $'3\ttrue c' | same - got
}

@test "a part without jobs ends with 0, and says so" {
	capture spool --partition 3/3 echo ::: a b
	status_is 0
	out_is
	err_is 'spool: --partition: none of the 2 jobs is of part 3'
	capture spool --partition 1/3 false ::: a b
	status_is 1
}

@test "jobs of other parts are not missed by the summary, nor by --halt" {
	capture spool --partition 1/2 --halt soon,fail=100% false ::: a b c d
	err_has '^spool: 2 of 2 jobs failed$'
}

# --- how they are shared out ---------------------------------------------------------------------------------------

@test "by seq, the default, jobs go to the parts in turn, while they are read" {
	gate input
	exec 7<>input
	background spool --partition 2/2 --partition-by seq -a input echo >"$out"
	lines a b >&7
	wait_until 20 grep -qx b "$out"
	lines c d >&7
	wait_until 20 grep -qx d "$out"
	exec 7>&-
	kill "$pid"
	ended "$pid"
}

@test "by hash, a job stays in its part when others come and go" {
	local k

	parts 3 --partition-by hash -k echo ::: {1..40}
	for k in 1 2 3; do
		mv "part.$k" "before.$k"
	done
	parts 3 --partition-by hash -k echo ::: 50 {3..40} 60
	for k in 1 2 3; do
		grep -vxE '1|2' "before.$k" >was
		grep -vxE '50|60' "part.$k" | same was -
	done
}

@test "by hash, the part is the same in every version" {
	capture spool --partition 1/2 --partition-by hash -k echo ::: 0 1 2 3 4 5 6 7 8 9
	out_is 2 3 5 6 8 9
}

@test "by time, the longest job is placed first, each in the part that has least so far" {
	local k

	{
		record 1 5.000 'echo a'
		record 2 1.000 'echo b'
		record 3 9.000 'echo c'
		record 4 4.000 'echo d'
	} >old
	parts 2 --partition-by time=old -k echo ::: a b c d
	lines b c | same - part.1
	lines a d | same - part.2
	# A job is known by what it runs, not by its number.
	parts 2 --partition-by time=old -k echo ::: d c b a
	lines c b | same - part.1
	# One that the log does not know takes the median: here 4.5 s.
	parts 2 --partition-by time=old -k echo ::: x c a y
	lines c y | same - part.1
	lines x a | same - part.2
}

@test "without a file the times are in the job log of the last run, which is then begun anew" {
	{
		record 1 1.000 'echo a'
		record 2 9.000 'echo b'
		record 3 2.000 'echo c'
	} >log
	capture spool --partition 1/2 --partition-by time --joblog log -k echo ::: a b c
	out_is b
	[ "$(tail -n +2 log | cut -f9)" = 'echo b' ]
}

@test "a log of times must be there, and must not be one that is added to" {
	local options

	for options in '--partition-by time' '--partition-by time --joblog none' '--partition-by time=none' \
		'--partition-by time --joblog none --resume' '--partition-by time --joblog +none'; do
		# shellcheck disable=SC2086 # a list
		capture spool --partition 1/2 $options echo ::: a
		status_is 255
		out_is
		err_has '^spool: --partition-by time: '
	done
	[ ! -e none ]
}

@test "where the command has {#} in it, a job is known to the log by its number" {
	{
		record 1 1.000 'echo 1 x'
		record 2 9.000 'echo 2 x'
		record 3 2.000 'echo 3 x'
	} >old
	capture spool --partition 1/2 --partition-by time=old -k echo '{#} {}' ::: a b c
	out_is '2 b'
	err_has 'known by its number'
}

# --- with what else decides ----------------------------------------------------------------------------------------

@test "--resume goes on within the part" {
	capture spool --partition 1/2 --joblog log -k echo ::: a b c
	out_is a c
	capture spool --partition 1/2 --joblog log --resume -k echo ::: a b c d e
	out_is e
	# What is done in one part is not done in another.
	capture spool --partition 1/2 --joblog other -k echo ::: x x
	out_is x
	capture spool --partition 2/2 --joblog other --resume-failed -k echo ::: y y
	out_is y
}

@test "--retry-failed shares out what has failed" {
	spool --joblog log sh -c 'exit 1' ::: a b c d || :
	parts 2 --retry-failed --joblog +log --dry-run -k
	lines "sh -c 'exit 1' a" "sh -c 'exit 1' c" | same - part.1
	lines "sh -c 'exit 1' b" "sh -c 'exit 1' d" | same - part.2
}

@test "--dry-run shows the jobs of the part" {
	capture spool --partition 2/2 --dry-run echo ::: a b c
	out_is 'echo b'
}

@test "a random order without a seed can't be shared out but by hash" {
	capture spool --partition 1/2 --shuf echo ::: a b
	status_is 255
	err_has '^spool: --shuf: needs a seed with --partition'
	: >old
	everything 2 hash --shuf echo ::: 1 2 3 4 5
}

# --- which part ----------------------------------------------------------------------------------------------------

@test "--partition auto is the part that the CI system tells" {
	auto CI_NODE_INDEX=3 CI_NODE_TOTAL=3
	out_is c f
	auto CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=3
	out_is a d
	auto BUILDKITE_PARALLEL_JOB=2 BUILDKITE_PARALLEL_JOB_COUNT=3
	out_is c f
	auto SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=3
	out_is a d
	auto BITBUCKET_PARALLEL_STEP=1 BITBUCKET_PARALLEL_STEP_COUNT=3
	out_is b e
	auto SLURM_ARRAY_TASK_ID=9 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=7
	out_is c f
	auto SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_STEP=4
	out_is b e
	auto CI_NODE_TOTAL=1 # as GitLab has it where nothing is shared
	out_is a b c d e f
}

@test "when none tells, or what it tells can't be, nothing runs" {
	local tells

	auto CI_NODE_INDEX=
	status_is 255
	out_is
	err_has '^spool: --partition auto: no CI system tells'
	for tells in CI_NODE_TOTAL=2 CI_NODE_INDEX=1 'CI_NODE_INDEX=3 CI_NODE_TOTAL=2' 'CI_NODE_INDEX=0 CI_NODE_TOTAL=2' \
		'CIRCLE_NODE_INDEX=2 CIRCLE_NODE_TOTAL=2' 'CI_NODE_INDEX=x CI_NODE_TOTAL=2' 'CI_NODE_INDEX=-1 CI_NODE_TOTAL=2' \
		'SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=2'; do
		# shellcheck disable=SC2086 # a list
		auto $tells
		status_is 255
		out_is
		err_has "^spool: --partition auto: ${tells%%_*}_"
	done
}

@test "a part that can't be is refused, and --partition-by needs a partition" {
	local value

	for value in 0/3 4/3 1/0 x 1/ /2 1/2/3 1/1000001 '' -1/2; do
		capture spool "--partition=$value" echo ::: a
		status_is 255
		out_is
		err_has "^spool: --partition "
	done
	capture spool --partition-by hash echo ::: a
	status_is 255
	err_has '^spool: --partition-by: needs --partition$'
	capture spool --partition 1/2 --partition-by size echo ::: a
	status_is 255
	err_has '^spool: --partition-by size: not seq, hash'
}
