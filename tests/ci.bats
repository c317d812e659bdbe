# --ci: what CI systems read in a log; whose output is shown; a heartbeat.
load helper

systems=(github gitlab azure buildkite teamcity)

setup() {
	test_setup
	unset CI GITHUB_ACTIONS GITEA_ACTIONS GITLAB_CI TF_BUILD BUILDKITE TEAMCITY_VERSION CIRCLECI JENKINS_URL \
		BITBUCKET_COMMIT CODEBUILD_BUILD_ARN CONTINUOUS_INTEGRATION BUILD_NUMBER RUN_ID GITHUB_STEP_SUMMARY
}

# Times, numbers that are drawn and ids, as T, TOKEN and ID; ESC as E, CR as R.
plain() {
	sed -E 's/ after [0-9hm. ]+s?([,:|%'"'"']|$)/ after T\1/g; s/section_(start|end):[0-9]+:spool_[0-9_]+_/section_\1:T:ID_/
		s/spool_[0-9]+_[0-9]+_/ID_/g; s/::stop-commands::[0-9a-f]{32}$/::stop-commands::TOKEN/
		s/^::[0-9a-f]{32}::$/::TOKEN::/' "$@" | tr '\033\r' 'ER'
}

# log_is LINE...: stdout, made plain.
log_is() {
	plain "$out" >"$BATS_TEST_TMPDIR/seen/log"
	lines "$@" | same - "$BATS_TEST_TMPDIR/seen/log"
}

# marks_of SYSTEM: leaves in $log what the system reads of three jobs, of which the second one fails.
marks_of() {
	# shellcheck disable=SC2034 # for the tests
	case $1 in
	github) log=('::group::job 1: ok after T: echo 1' 1 ::endgroup:: 'FAILED job 2: exit 3 after T: ./bad' 2
		'::error title=FAILED job 2%3A exit 3 after T::./bad%0A| 2' '::group::job 3: ok after T: echo 3' 3 ::endgroup::) ;;
	gitlab) log=('E[0Ksection_start:T:ID_1[collapsed=true]RE[0Kjob 1: ok after T: echo 1' 1 'E[0Ksection_end:T:ID_1RE[0K'
		'E[0Ksection_start:T:ID_2RE[0KFAILED job 2: exit 3 after T: ./bad' 2 'E[0Ksection_end:T:ID_2RE[0K'
		'E[0Ksection_start:T:ID_3[collapsed=true]RE[0Kjob 3: ok after T: echo 3' 3 'E[0Ksection_end:T:ID_3RE[0K') ;;
	azure) log=('##[group]job 1: ok after T: echo 1' 1 '##[endgroup]' 'FAILED job 2: exit 3 after T: ./bad' 2
		'##vso[task.logissue type=error]FAILED job 2: exit 3 after T%0A./bad%0A| 2' '##[group]job 3: ok after T: echo 3' 3
		'##[endgroup]') ;;
	buildkite) log=('--- job 1: ok after T: echo 1' 1 '+++ FAILED job 2: exit 3 after T: ./bad' 2
		'--- job 3: ok after T: echo 3' 3) ;;
	teamcity) log=("##teamcity[blockOpened name='job 1: ok after T: echo 1']" 1
		"##teamcity[blockClosed name='job 1: ok after T: echo 1']" 'FAILED job 2: exit 3 after T: ./bad' 2
		"##teamcity[message text='FAILED job 2: exit 3 after T: ./bad' errorDetails='./bad|n|| 2' status='ERROR' flowId='ID_2']"
		"##teamcity[blockOpened name='job 3: ok after T: echo 3']" 3
		"##teamcity[blockClosed name='job 3: ok after T: echo 3']") ;;
	plain) log=('==> job 1: ok after T: echo 1' 1 '==> FAILED job 2: exit 3 after T: ./bad' 2 '==> job 3: ok after T: echo 3' 3) ;;
	esac
}

# page: what GitHub would show of the step goes to this file.
page() {
	export GITHUB_STEP_SUMMARY=$PWD/page
}

make_bad() {
	printf '#!/bin/sh\n%s\nexit 3\n' "${1:-echo 2}" >bad
	chmod +x bad
}

# --- marks ---------------------------------------------------------------------------------------------------------

@test "each job's output is folded under its state and time, a failed one stays open and is told of" {
	local system log

	make_bad
	for system in "${systems[@]}"; do
		marks_of "$system"
		capture spool -k -j2 --ci="$system" ::: 'echo 1' ./bad 'echo 3'
		status_is 1
		log_is "${log[@]}"
	done
}

@test "the same in completion order, and with one slot" {
	local system log

	make_bad
	for system in "${systems[@]}"; do
		marks_of "$system"
		capture spool -j1 --ci="$system" ::: 'echo 1' ./bad 'echo 3'
		status_is 1
		log_is "${log[@]}"
	done
	gate go
	background spool -j2 --ci=gitlab ::: 'read x <go; echo 1' 'echo 2' >"$out"
	wait_until 20 grep -q 'section_end:.*_2' "$out"
	open_gate go
	ended "$pid"
	log_is 'E[0Ksection_start:T:ID_2[collapsed=true]RE[0Kjob 2: ok after T: echo 2' 2 'E[0Ksection_end:T:ID_2RE[0K' \
		'E[0Ksection_start:T:ID_1[collapsed=true]RE[0Kjob 1: ok after T: (read x <go; echo 1)' 1 'E[0Ksection_end:T:ID_1RE[0K'
}

@test "failed jobs are named again at the end" {
	local system

	make_bad
	for system in "${systems[@]}"; do
		capture spool -k -j2 --ci="$system" ::: 'echo 1' ./bad 'echo 3'
		case $system in buildkite) [[ $(head -n 1 "$err") == '+++ End of the run' ]] ;; esac
		[[ $(plain "$err" | tail -n 3) == $'spool: 1 of 3 jobs failed\n  job 2: exit 3 after T: ./bad\n    | 2' ]]
	done
}

@test "a last line without a newline gets one before what comes next" {
	capture spool -k --ci=github ::: 'printf 1' 'printf "2\n\n"' true
	log_is '::group::job 1: ok after T: printf 1' 1 ::endgroup:: '::group::job 2: ok after T: printf "2\n\n"' 2 '' \
		::endgroup:: '::group::job 3: ok after T: true' ::endgroup::
	capture spool -k --ci=buildkite ::: 'printf 1' 'printf 2'
	log_is '--- job 1: ok after T: printf 1' 1 '--- job 2: ok after T: printf 2' 2
	capture spool -k --ci=azure --buffer 4K ::: 'head -c 1000000 /dev/zero | tr "\0" x' true
	[[ $(sed -n 2p "$out" | wc -c) -eq 1000001 ]]
	[[ $(sed -n 3p "$out") == '##[endgroup]' ]]
	capture spool -k --ci=github ::: 'printf 1 >&2' 'printf 2 >&2'
	err_is 1 2
}

@test "nothing is folded for a single job, whose failure is told of all the same" {
	local system

	for system in "${systems[@]}"; do
		capture spool --ci="$system" printf 'a\nb' ::: 1
		printf 'a\nb' | same - "$out"
	done
	make_bad
	capture spool --ci=gitlab ::: ./bad
	out_is 2
	capture spool --ci=github ::: ./bad
	log_is 2 '::error title=FAILED job 1%3A exit 3 after T::./bad%0A| 2'
	capture spool --ci=buildkite ::: ./bad
	out_is 2
	[[ $(head -n 1 "$err") == 'spool: 1 of 1 jobs failed' ]]
}

@test "standard error stands in its place when both go to one log, and has no marks of its own" {
	capture spool -k --ci=azure ::: 'echo 1; echo e1 >&2' 'echo e2 >&2'
	log_is '##[group]job 1: ok after T: echo 1; echo e1 >&2' 1 '##[endgroup]' '##[group]job 2: ok after T: echo e2 >&2' \
		'##[endgroup]'
	err_is e1 e2
	mkfifo pipe
	cat pipe >all &
	spool -k --ci=azure ::: 'echo 1; echo e1 >&2' 'echo e2 >&2' >pipe 2> >(cat >pipe 3>&-)
	wait $!
	[[ $(grep -c . all) -eq 7 ]]
}

@test "jobs that are cut off, and such as cannot be started, are open too" {
	capture spool -j2 -k --halt now,fail=1 --ci=github ::: 'until test -e x; do sleep 0.01; done; exit 1' 'touch x; sleep 30'
	log_is 'FAILED job 1: exit 1 after T: (until test -e x; do sleep 0.01; done; exit 1)' \
		'::error title=FAILED job 1%3A exit 1 after T::(until test -e x; do sleep 0.01; done; exit 1)' \
		'job 2: cut off after T: touch x; sleep 30'
	capture spool -k --ci=github ::: nosuch 'echo 2'
	log_is 'FAILED job 1: not started: nosuch' '::error title=FAILED job 1%3A not started::nosuch' \
		'::group::job 2: ok after T: echo 2' 2 ::endgroup::
	capture spool -j1 --ci=github nosuch ::: 1 2 3
	status_is 127
	log_is 'FAILED job 1: not started: nosuch 1' '::error title=FAILED job 1%3A not started::nosuch 1'
}

@test "GitLab's sections have the times of the job, and names that no other has" {
	local start end

	capture spool -k --ci=gitlab sleep ::: 2 0
	cp "$out" first
	capture spool -k --ci=gitlab sleep ::: 0 0
	[[ $(grep -ho 'section_start:[0-9]*:[A-Za-z0-9_.-]*' first "$out" | cut -d: -f3 | sort -u | wc -l) -eq 4 ]]
	start=$(grep -o 'section_start:[0-9]*' first | cut -d: -f2 | head -n 1)
	end=$(grep -o 'section_end:[0-9]*' first | cut -d: -f2 | head -n 1)
	((end - start >= 2 && end - start <= 20))
	((EPOCHSECONDS - start < 100))
}

# --- which system --------------------------------------------------------------------------------------------------

@test "auto asks the environment, the special names before the general ones" {
	local variable system log

	make_bad
	while read -r variable system; do
		marks_of "$system"
		# shellcheck disable=SC2086 # a list
		capture env ${variable//,/ } spool -k -j2 --ci ::: 'echo 1' ./bad 'echo 3'
		log_is "${log[@]}"
		# shellcheck disable=SC2086 # a list
		capture env ${variable//,/ } spool -k -j2 --ci=auto ::: 'echo 1' ./bad 'echo 3'
		log_is "${log[@]}"
	done <<-END
		CI=true,GITHUB_ACTIONS=true github
		CI=true,GITLAB_CI=true gitlab
		TF_BUILD=True azure
		CI=true,BUILDKITE=true buildkite
		BUILD_NUMBER=3,TEAMCITY_VERSION=2024 teamcity
		CI=true plain
		CIRCLECI=true plain
		CI=woodpecker plain
		BUILD_NUMBER=3 plain
	END
}

@test "where there is no CI system, and where it was not asked for, there are no marks" {
	capture spool -k --ci echo ::: 1 2
	out_is 1 2
	capture env CI=true GITHUB_ACTIONS=true spool -k echo ::: 1 2
	out_is 1 2
	capture env CI=true GITHUB_ACTIONS=true spool -k --ci=none echo ::: 1 2
	out_is 1 2
	capture env CI=false spool -k --ci echo ::: 1 2
	out_is 1 2
	capture spool -k --ci=github --dry-run echo ::: 1 2
	out_is 'echo 1' 'echo 2'
}

@test "status, order and width are what they are without" {
	local system

	for system in none "${systems[@]}"; do
		rm -f width
		capture spool -k -j3 --ci="$system" ::: 'exit 7' true 'kill $$' 'sleep 0.01; exit 255' false true
		status_is 4
		capture spool -k -j3 --fail-fast --ci="$system" ::: 'exit 7' true
		status_is 7
		capture spool -k -j3 --ci="$system" 'case {} in *[13579]) sleep 0.02 ;; esac; echo {}' ::: {1..20}
		status_is 0
		grep -x '[0-9]*' "$out" | same - <(seq 20)
		gate come1 come2
		capture timeout 30 spool -j3 --ci="$system" 'test {} = 3 && echo >come1 && echo >come2 || read x <come{}' ::: 1 2 3
		status_is 0
		rm come1 come2
	done
}

@test "output is grouped, whatever else was asked for" {
	local mode

	for mode in --line-buffer -u --group -k; do
		capture spool "$mode" -j2 --ci=buildkite ::: 'for i in 1 2 3; do echo a; sleep 0.01; done' 'for i in 1 2 3; do echo b; sleep 0.01; done'
		[[ $(grep -v -e --- "$out" | uniq | wc -l) -eq 2 ]]
		[[ $(grep -c -e '^---' "$out") -eq 2 ]]
	done
}

@test "tags stand before lines of jobs alone" {
	capture spool -k --tag --ci=azure echo ::: 1 2
	log_is '##[group]job 1: ok after T: echo 1' $'1\t1' '##[endgroup]' '##[group]job 2: ok after T: echo 2' $'2\t2' '##[endgroup]'
}

# --- what may stand in a mark --------------------------------------------------------------------------------------

@test "a command is data in every mark" {
	local value=$'a\n::error::x%0Ay\r##vso[task.complete]##teamcity[x]\'|\e[0Ksection_start:1:a\r\e[0K\n+++ b'

	capture spool -k --ci=github 'exit 1 #' ::: "$value" x
	[[ $(wc -l <"$out") -eq 4 ]]
	run ! grep -e $'\r' -e $'\e' "$out"
	run ! grep -E '^::error::' "$out"
	grep -F '##vso [task.complete]' "$out" | run ! grep -F '##vso[task.complete]'
	capture spool -k --ci=azure 'exit 1 #' ::: "$value" x
	[[ $(wc -l <"$out") -eq 4 && $(grep -c '##vso\[' "$out") -eq 2 ]]
	run ! grep -F 'task.complete]##' <(grep '##vso\[task.complete' "$out")
	capture spool -k --ci=teamcity 'true' ::: "$value" x
	[[ $(wc -l <"$out") -eq 4 && $(grep -o '##teamcity\[' "$out" | wc -l) -eq 4 ]]
	grep -qF "|'||" "$out"
	capture spool -k --ci=gitlab true ::: "$value" x
	[[ $(grep -o $'section_start:[0-9]*:' "$out" | wc -l) -eq 2 ]]
	capture spool -k --ci=buildkite true ::: "$value" x
	[[ $(grep -cE '^(---|\+\+\+) ' "$out") -eq 2 && $(wc -l <"$out") -eq 2 ]]
}

@test "a title is one line of bounded length" {
	capture spool -k --ci=buildkite true ::: "$(head -c 5000 /dev/zero | tr '\0' x)" $'a\nb\nc'
	[[ $(wc -l <"$out") -eq 2 ]]
	[[ $(head -n 1 "$out" | wc -c) -lt 300 ]]
	out_has '\.\.\.$'
}

# --- ci-safe -------------------------------------------------------------------------------------------------------

@test "--ci-safe on GitHub: around what jobs print commands are switched off, by a word that nobody knows" {
	make_bad 'echo ::error::forged; echo ::add-mask::x >&2; printf "##[error]y"'
	capture spool -k --ci=github --ci-safe ::: 'echo ::warning::forged' ./bad true
	log_is '::group::job 1: ok after T: echo ::warning::forged' ::stop-commands::TOKEN ::warning::forged ::TOKEN:: \
		::endgroup:: 'FAILED job 2: exit 3 after T: ./bad' ::stop-commands::TOKEN ::error::forged ::add-mask::x '##[error]y' \
		::TOKEN:: '::error title=FAILED job 2%3A exit 3 after T::./bad%0A| ::error::forged%0A| ::add-mask::x%0A| ## [error]y' \
		'::group::job 3: ok after T: true' ::endgroup::
	[[ $(plain "$err" | head -n 1) == ::stop-commands::TOKEN && $(plain "$err" | tail -n 1) == ::TOKEN:: ]]
	run ! grep -qF '##[' "$err"
	grep -ho 'stop-commands::.*' "$out" "$err" | sort -u >first
	[[ $(wc -l <first) -eq 1 ]]
	capture spool --ci=github --ci-safe ::: 'printf ::error::forged'
	log_is ::stop-commands::TOKEN ::error::forged ::TOKEN::
	run ! grep -qFf first "$out"
}

@test "--ci-safe elsewhere: no command of the system is left in what jobs print" {
	printf '%s\n' '##vso[task.complete result=Succeeded]x' 'a ##[error]b' '##teamcity[buildStop]' \
		$'\e[0Ksection_start:1:a\r\e[0Kb' 'section_end:1:a' '+++ a' '--- b' '~~~ c' '^^^ +++' 'plain ## [x]' >hostile
	capture spool -k --ci=azure --ci-safe ::: 'cat hostile' 'cat hostile >&2'
	[[ $(grep -c '##\(vso\)\?\[' "$out") -eq 4 ]]
	grep -qx 'a ## \[error\]b' "$out"
	run ! grep -q '##\(vso\)\?\[' "$err"
	capture spool -k --ci=teamcity --ci-safe ::: 'cat hostile' true
	[[ $(grep -c '##teamcity\[' "$out") -eq 4 ]]
	capture spool -k --ci=gitlab --ci-safe ::: 'cat hostile' true
	[[ $(grep -c 'section_\(start\|end\):' "$out") -eq 4 ]]
	capture spool -k --ci=buildkite --ci-safe ::: 'cat hostile' true
	[[ $(grep -cE '^(---|\+\+\+|~~~|\^\^\^) ' "$out") -eq 2 ]]
	grep -qx -e '+++- a' "$out"
	capture spool --ci=buildkite --ci-safe ::: 'cat hostile'
	grep -qx -e '+++- a' "$out"
}

@test "--ci-safe: output that had to wait on disk is looked through as well, and nothing else changes" {
	yes 'text ##vso[task.complete]' | head -c 3000000 >hostile
	capture spool -k -j2 --buffer 4K --ci=azure --ci-safe ::: 'cat hostile' 'cat hostile'
	sed 's/##vso\[/##vso [/' hostile >wanted
	echo >>wanted
	[[ $(tail -c 1 hostile) == '' ]] || sed -n '2,/^##\[endgroup/{/^##\[/!p}' "$out" | same wanted -
	[[ $(grep -c '##vso\[' "$out") -eq 0 ]]
}

@test "without it what jobs print passes through as it is" {
	printf '::error::mine\n##[error]x\n' >hostile
	capture spool -k --ci=github cat ::: hostile hostile
	log_is '::group::job 1: ok after T: cat hostile' ::error::mine '##[error]x' ::endgroup:: \
		'::group::job 2: ok after T: cat hostile' ::error::mine '##[error]x' ::endgroup::
}

@test "--ci-safe needs --ci" {
	capture spool --ci-safe touch ::: ran
	status_is 255
	err_has '^spool: --ci-safe: needs --ci$'
	capture spool --ci=cvs touch ::: ran
	status_is 255
	err_has '^spool: --ci cvs: not one of auto, github, gitlab, azure, buildkite, teamcity, none$'
	[[ ! -e ran ]]
}

# --- the page of a step --------------------------------------------------------------------------------------------

@test "GITHUB_STEP_SUMMARY: a table of the failed and the slowest jobs is added to what is there" {
	page
	echo before >page
	capture spool -k -j2 --ci=github ::: 'echo "a|b"' 'exit 3' 'sleep 1.5'
	status_is 1
	sed -E 's/ after [0-9.]+ s/ after T/' page | same - <(lines before '### spool: 1 of 3 jobs failed, 0 cut off, 0 not run' '' \
		'| job | result | command |' '| --: | --- | --- |' '| 2 | exit 3 after T | <code>&#40;exit 3&#41;</code> |' '' 'The slowest:' '' \
		'| job | result | command |' '| --: | --- | --- |' '| 3 | ok after T | <code>sleep 1.5</code> |' \
		"$(grep '^| [12] | ' page | grep -A9 -e '^| 1' -e '^| 2' | tail -n 2 | sed -E 's/ after [0-9.]+ s/ after T/')")
	rm page
	capture spool -k --ci=gitlab ::: true true
	[[ ! -e page ]]
}

@test "GITHUB_STEP_SUMMARY: the page never grows over 1 MiB" {
	page
	capture spool -j4 --ci=github --summary never 'exit 1 #' ::: {1..200}
	[[ $(wc -c <page) -lt 200000 ]]
	head -c $((1048576 - 100)) /dev/zero >page
	capture spool -j4 --ci=github ::: false true
	[[ $(wc -c <page) -le 1048576 ]]
	[[ $(tail -c 100 page | tr -d '\0') == '### spool: 1 of 2 jobs failed'* ]]
	head -c 1048570 /dev/zero >page
	capture spool -j4 --ci=github ::: false true
	[[ $(wc -c <page) -eq 1048570 ]]
}

@test "GITHUB_STEP_SUMMARY: one that cannot be written is told of, and changes no status" {
	GITHUB_STEP_SUMMARY=$PWD/nosuch/page capture spool --ci=github ::: true true
	status_is 0
	err_has "^spool: cannot write .*nosuch/page: No such file or directory"
	capture env GITHUB_STEP_SUMMARY= spool --ci=github ::: true true
	err_is
}

# --- whose output --------------------------------------------------------------------------------------------------

@test "--quiet-ok prints the output of failed jobs alone" {
	local mode

	for mode in --group -k -j1 -j4; do
		capture spool "$mode" --quiet-ok ::: 'echo 1; echo e1 >&2' 'echo 2; echo e2 >&2; exit 3' 'echo 3'
		status_is 1
		out_is 2
		[[ $(head -n 1 "$err") == e2 ]]
		run ! grep -q e1 "$err"
	done
	capture spool --quiet-ok --ok-codes 3 ::: 'echo 2; exit 3'
	out_is
}

@test "--show: the output of those that fail, of all, of none; what is said of them stays" {
	capture spool -k --show fail -v ::: 'echo 1' 'echo 2; exit 3'
	out_is '(echo 2; exit 3)' 2
	capture spool -k --show all ::: 'echo 1' 'echo 2; exit 3'
	out_is 1 2
	capture spool -k --show none ::: 'echo 1' 'echo 2; exit 3' nosuch
	out_is
	status_is 2
	[[ $(plain "$err") == $'spool: job 3: nosuch: command not found\nspool: 2 of 3 jobs failed\n  job 2: exit 3 after T: (echo 2; exit 3)\n    | 2\n  job 3: not started: nosuch' ]]
	capture spool -k --show none --dry-run echo ::: 1
	out_is 'echo 1'
}

@test "--show with --ci: of hidden jobs only failures are told" {
	make_bad
	capture spool -k --ci=github --quiet-ok ::: 'echo 1' ./bad 'echo 3'
	log_is 'FAILED job 2: exit 3 after T: ./bad' 2 '::error title=FAILED job 2%3A exit 3 after T::./bad%0A| 2'
	capture spool -k --ci=github --show=none ::: 'echo 1' ./bad 'echo 3'
	log_is 'FAILED job 2: exit 3 after T: ./bad' '::error title=FAILED job 2%3A exit 3 after T::./bad%0A| 2'
}

@test "--show needs grouped output" {
	capture spool --show fail -u touch ::: ran
	status_is 255
	err_has '^spool: --show: contradicts -u$'
	capture spool --quiet-ok --lb touch ::: ran
	status_is 255
	err_has '^spool: --show: contradicts --line-buffer$'
	[[ ! -e ran ]]
	capture spool --show some touch ::: ran
	status_is 255
}

@test "hidden output is counted, and leaves nothing behind" {
	capture spool --quiet-ok --buffer 4K --joblog log ::: 'head -c 3000000 /dev/zero' 'head -c 3000000 /dev/zero'
	status_is 0
	[[ ! -s $out ]]
	[[ $(cut -f 6 log | sort -u | tr '\n' ' ') == '3000000 Receive ' ]]
	no_files_left
}

# --- heartbeat -----------------------------------------------------------------------------------------------------

@test "--heartbeat: a line on stderr after so long without output, with the oldest job" {
	gate a b input
	background spool -j3 --heartbeat 0.2 -a input 'read x <{}' >"$out" 2>"$err"
	exec 7>input
	echo a >&7
	wait_until 20 grep -q '1 running' "$err"
	echo b >&7
	exec 7>&-
	wait_until 20 grep -q '2 running' "$err"
	open_gate a
	wait_until 20 grep -q "1 running.*'b'" "$err"
	open_gate b
	ended "$pid"
	status_is 0
	err_has "^spool: 2 running, oldest [0-9.]+ s: .*'a'\)$"
	err_has "^spool: 1 running, oldest [0-9.]+ s: .*'b'\)$"
	run ! grep -qv '^spool: [012] running' "$err"
}

@test "--heartbeat: a job that waited in vain to run again takes no other with it" {
	gate a b c
	background spool -j2 --heartbeat 0.2 --retries 2 --retry-delay 100 --retry-on 7 --halt soon,fail=1 \
		::: 'exit 7' 'read x <a; exit 3' 'echo >c; read x <b' >"$out" 2>"$err"
	await c
	wait_until 20 grep -q '2 running' "$err"
	open_gate a
	wait_until 20 grep -q '[01] running' "$err"
	run ! grep -q '^spool: 0 running' "$err"
	open_gate b
	ended "$pid"
	[[ $status -eq 3 ]]
}

@test "--heartbeat: not while there is output, and not by default" {
	capture spool --heartbeat 60 sleep ::: 0.1
	err_is
	capture spool -j1 --heartbeat 2 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo {}; sleep 0.3; done' ::: x
	err_is
	capture spool --ci=github --heartbeat 0 sleep ::: 0.1
	err_is
	capture spool --heartbeat soon true ::: 1
	status_is 255
	err_has '^spool: --heartbeat soon: not a duration$'
}

@test "--heartbeat: nobody waits for a reader of stderr" {
	gate go
	mkfifo slow
	exec 7<>slow
	# The pipe is full, so a line would have to wait.
	head -c 65536 /dev/zero >slow
	background spool -j1 --heartbeat 0.05 'read x <go; sleep 0.3 #' ::: a >"$out" 2>slow
	sleep 0.5 # no synchronising: time in which a line falls due
	kill -TERM "$pid"
	ended "$pid" 10
	exec 7<&-
	[[ $status -eq 143 ]]
}
