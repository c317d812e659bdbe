# What a job sees is what a plain shell would have given it: nothing is missing, nothing of spool's own is there.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # the helper's variables, scripts for jobs
load helper

# What a job has for stdin, and for stdout and stderr where they are captured apart.
own_fds=('fd 0: device for reading, 103' 'fd 1: pipe for writing' 'fd 2: pipe for writing')

# as_plain COMMAND...: the command, run by this shell with the same stdin as a job, left as the file plain.
as_plain() {
	"$@" </dev/null >plain 2>"$err" 3>&- 4>&-
}

# sorted FILE: the NUL-separated entries of an environment in order, one a line, without the marks of this harness.
sorted() {
	tr '\0\n' '\n?' <"$1" | grep -v '^TEST_MARK=' | sort
}

# --- descriptors -----------------------------------------------------------------------------------------------------

@test "a job has descriptors 0, 1 and 2 and nothing of spool's own, however its output is printed" {
	local options i

	for ((i = 0; i < 30; i++)); do
		lines 'seen fds'
	done >list
	for options in -j8 '-j8 -k' '-j8 --line-buffer' -j1 '-j8 --buffer 1' '-j2 --tag'; do
		# shellcheck disable=SC2086 # a list of words
		capture spool $options :::: list </dev/null
		status_is 0
		err_is
		sed 's/^seen fds\t//' "$out" >bare
		for ((i = 0; i < 30; i++)); do
			lines "${own_fds[@]}"
		done | same - bare
	done
}

@test "a job's descriptors are the same when the shell runs it, and while others run, start and end" {
	gate hold
	{
		lines 'read x <hold'
		for ((i = 0; i < 40; i++)); do
			lines 'seen fds; :' 'exit 1' nosuchcommand 'kill -KILL $$'
		done
	} >list
	background spool -j4 <list >"$out" 2>"$err"
	wait_until 20 grep -q 'fd 2' "$out"
	open_gate hold
	ended "$pid"
	status_is 101
	sort "$out" | uniq -c | awk '{ $1 = $1; print }' >counts
	lines "${own_fds[@]/#/40 }" | same - counts
}

@test "where stdout and stderr are one file a job has one pipe for both" {
	spool seen fds ::: x >"$out" 2>&1 3>&- 4>&-
	out_is "${own_fds[@]}"
	spool 'exec 3>&- 4>&-; [ /proc/self/fd/1 -ef /proc/self/fd/2 ] && echo one {}' ::: x >"$out" 2>&1
	out_is 'one x'
}

@test "with -u a job's descriptors are exactly those that the shell would have given it" {
	as_plain seen fds
	capture spool -u ::: 'seen fds'
	status_is 0
	same plain "$out"
	seen fds </dev/null >>plain2 2>/dev/null 3>&- 4>&-
	spool -u ::: 'seen fds' </dev/null >>job2 2>/dev/null 3>&- 4>&-
	same plain2 job2
	grep -q 'fd 1: file for writing, appending' job2
}

@test "a job has what spool's caller left open, at the same place of the same file" {
	lines one two three >file
	mkfifo fifo
	as_plain seen fds 5<file 6>>log 7<>fifo 9>>log 200<.
	capture spool -u ::: 'seen fds' </dev/null 5<file 6>>log 7<>fifo 9>>log 200<.
	status_is 0
	same plain "$out"
	capture spool -j8 ::: 'seen fds' </dev/null 5<file 6>>log 7<>fifo 9>>log 200<.
	status_is 0
	{
		lines "${own_fds[@]}"
		tail -n +4 plain
	} | same - "$out"
	capture spool -k -j1 'head -n 1 <&5; echo {} >&6' ::: a b 5< <(lines one two) 6>>log
	lines a b | same - log
}

@test "with --tty a job has the terminal and nothing of spool's own" {
	capture onpty spool --tty ::: 'seen fds' 'seen group' </dev/null
	status_is 0
	out_has '^fd 0: device for reading'
	out_has '^fd 1: device for both'
	out_has '^fd 2: device for both'
	[ "$(grep -c '^fd' "$out")" -eq 3 ]
	out_has '^leads its group: no'
	echo y >answer
	capture onpty spool -p ::: 'seen fds' <answer
	status_is 0
	out_has 'fd 0: device for reading, 103'
	[ "$(grep -c 'fd [0-9]*:' "$out")" -eq 3 ]
}

@test "spool leaves the flags of the descriptors that it shares as they were" {
	mkfifo in out
	exec 5<>in 6<>out
	lines a b >&5
	seen fds <&5 >before 2>&6
	with nonblock=5 true # what this would set stays set, so it can be seen
	seen fds <&5 >after 2>&6
	run ! cmp -s before after
	exec 5>&- 6>&-
	exec 5<>in 6<>out
	seen fds <&5 >before 2>&6
	background spool -j2 echo <in >&6 2>&6 5>&-
	lines a b c >&5
	for ((i = 0; i < 3; i++)); do
		read -r -t 20 word <&6
	done
	seen fds <&5 >after 2>&6
	exec 5>&-
	ended "$pid"
	status_is 0
	same before after
}

@test "the keeper holds no descriptor of the caller, of a job or of the terminal's session" {
	gate hold started
	background spool -j2 'echo >started; read x <hold' ::: a b 5<. >"$out" 2>"$err"
	listen started
	hear
	hear
	wait_until 20 eval 'keeper=$(pgrep -P "$pid" spool-keeper)' # its name is the last thing that it sets
	[ "$(find "/proc/$keeper/fd" -mindepth 1 | wc -l)" -eq 1 ]
	[[ $(find "/proc/$keeper/fd" -mindepth 1 -printf %l) == pipe:* ]]
	[ "$(ps -o sid= -p "$keeper" | tr -d ' ')" = "$keeper" ]
	exec 9<>hold
	lines '' '' >&9 # one for each
	ended "$pid"
	status_is 0
}

# --- stdin -----------------------------------------------------------------------------------------------------------

@test "a job's stdin is /dev/null, open for reading only, whatever spool's is" {
	lines 'seen fds' >list
	capture spool <list
	[ "$(head -n 1 "$out")" = "${own_fds[0]}" ]
	capture spool < <(cat list)
	[ "$(head -n 1 "$out")" = "${own_fds[0]}" ]
	capture spool -u <list
	[ "$(head -n 1 "$out")" = "${own_fds[0]}" ]
	capture spool ::: 'seen fds' <&-
	[ "$(head -n 1 "$out")" = "${own_fds[0]}" ]
	capture spool ::: 'seen fds' 0>file
	[ "$(head -n 1 "$out")" = "${own_fds[0]}" ]
	[ ! -s file ]
}

@test "started with descriptors 0, 1 or 2 closed, jobs have all three" {
	local closed

	for closed in 0 1 2 0,1 0,2 1,2 0,1,2; do
		capture with close=$closed spool -j4 \
			'(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done; ls /proc/$$/fd) >fds.{#}; touch ran.{#}; : {}' ::: a b c
		echo "closed: $closed"
		status_is 0
		out_is
		err_is
		for i in 1 2 3; do
			rm ran.$i
			sed 's/:.*//' fds.$i >fds
			lines /dev/null pipe pipe 0 1 2 | same - fds
		done
	done
}

@test "started with stdout or stderr closed, a job that prints there is output lost, the others run" {
	capture with close=1 spool -k 'echo {} >ran.{}; echo {}' ::: a b c
	status_is 255
	err_is 'spool: cannot write standard output: Bad file descriptor'
	capture with close=2 spool -k 'echo {}; echo {} >&2' ::: a
	status_is 255
	capture with close=0,1,2 spool -k 'echo {} >ran.{}; echo {}' ::: a
	status_is 255
	[ -e ran.a ]
	capture with close=0,2 spool -k echo ::: a b
	status_is 0
	out_is a b
	capture with close=0,1 spool -k 'echo {} >&2' ::: a b
	status_is 0
	err_is a b
}

@test "started with stdout closed, a job with -u can't write there either, and hits no file that it opens" {
	capture with close=1 spool -u 'exec 5>file; echo lost 2>/dev/null || exit 3' ::: a
	status_is 1
	[ ! -s file ]
	capture with close=2 spool -u 'exec 5>file; echo lost >&2 || exit 3' ::: a
	status_is 1
	[ ! -s file ]
}

# --- signals ---------------------------------------------------------------------------------------------------------

@test "a job's signal mask and dispositions are those that spool was started with, PIPE, CHLD and XFSZ aside" {
	local how

	# Signals 32 to 34 are the C library's own; some hide them from the mask.
	as_in_plain() {
		sed 's/ 3[234]\>//g' plain >expected
		sed 's/ 3[234]\>//g' "$out" >got
		same expected got
	}
	for how in new=group ignore=HUP ignore=INT,QUIT ignore=TERM,USR1,USR2,ALRM ignore=TSTP,TTIN,TTOU,CONT \
		ignore=PIPE,CHLD,XFSZ block=TERM,USR1 block=INT,HUP,CHLD,ALRM,PIPE block=all; do
		echo "$how"
		as_plain with $how default=PIPE,CHLD,XFSZ seen signals
		capture with $how spool -j2 ::: 'seen signals'
		status_is 0
		as_in_plain
		capture with $how spool -u -j1 -k ::: 'seen signals'
		status_is 0
		as_in_plain
		as_plain with $how default=PIPE,CHLD,XFSZ sh -c 'seen signals; :'
		capture with $how spool ::: 'seen signals; :'
		status_is 0
		as_in_plain
	done
}

@test "a pipeline in a job ends quietly by SIGPIPE even where spool was started with it ignored" {
	capture with ignore=PIPE spool 'yes {} | head -n 1' ::: a
	status_is 0
	err_is
	out_is a
}

@test "each job leads a process group of its own in spool's session" {
	capture spool -j2 ::: 'seen group' 'seen group'
	status_is 0
	out_is 'leads its group: yes' 'leads its session: no' 'leads its group: yes' 'leads its session: no'
	capture spool -j2 'ps -o sid= -p $$; : {}' ::: a b
	[ "$(sort -u "$out")" = "$(ps -o sid= -p $$)" ]
	capture spool -j2 'ps -o pgid= -p $$; : {}' ::: a b c
	[ "$(sort -u "$out" | wc -l)" -eq 3 ]
}

@test "a job's parent is spool, and it has no children that it did not start" {
	capture with pid=pid spool -j1 'echo $PPID; pgrep -P $$ -x spool; : {}' ::: a
	status_is 0
	out_is "$(<pid)"
}

# --- environment -----------------------------------------------------------------------------------------------------

@test "a job's environment is spool's, and SPOOL_SEQ, SPOOL_SLOT and SPOOL_PID" {
	env -i PATH="$PATH" EMPTY= LINES=$'a\nb' 'ODD NAME=x' UTF8=$'\xc3\xa4' BYTE=$'\xff' _=/x \
		"BASH_FUNC_f%%=() { :; }" env -0 >plain
	sorted plain >expected
	capture with pid=pid env -i PATH="$PATH" EMPTY= LINES=$'a\nb' 'ODD NAME=x' UTF8=$'\xc3\xa4' BYTE=$'\xff' _=/x \
		"BASH_FUNC_f%%=() { :; }" "$(command -v spool)" -j1 ::: true 'env -0'
	status_is 0
	sorted "$out" >got
	{
		cat expected
		lines SPOOL_SEQ=2 SPOOL_SLOT=0 "SPOOL_PID=$(<pid)"
	} | sort | same - got
}

@test "a job in the shell has the environment that the shell would give it" {
	env -i PATH="$PATH" A=1 sh -c 'env -0; :' >plain
	sorted plain >expected
	capture env -i PATH="$PATH" A=1 spool -j1 ::: 'env -0; :'
	status_is 0
	sorted "$out" | grep -v '^SPOOL_' >got
	same expected got
	sorted "$out" | grep -c '^SPOOL_' >count
	lines 3 | same - count
}

@test "scripts and their values are the same whichever shell runs them" {
	local shell

	for shell in dash bash 'busybox sh' zsh ksh mksh; do
		command -v "${shell% *}" >/dev/null || continue
		lines '#!/bin/sh' "exec $shell \"\$@\"" >shell
		chmod +x shell
		capture spool -k -j2 --shell-path ./shell 'printf "<%s>" {} "{}" "$1" '"'{}'"'; echo; exit 3' ::: 'a  b' "it's \"\$HOME\"" '*' '\n'
		status_is 4
		out_is '<a  b><a  b><a  b><a  b>' "$(printf "<it's \"\$HOME\">%.0s" 1 2 3 4)" '<*><*><*><*>' '<\n><\n><\n><\n>'
	done
}

@test "SPOOL_SEQ counts jobs from 1, SPOOL_SLOT slots from 0" {
	capture spool -k -j1 'echo $SPOOL_SEQ $SPOOL_SLOT {#} {%}; : {}' ::: a b c
	status_is 0
	out_is '1 0 1 1' '2 0 2 1' '3 0 3 1'
}

@test "--process-slot-var names one more variable for the slot, and sets it once" {
	capture env -i PATH="$PATH" SLOT=old spool -j1 --process-slot-var SLOT ::: env
	status_is 0
	[ "$(grep -c '^SLOT=' "$out")" -eq 1 ]
	out_has '^SLOT=0$'
	out_has '^SPOOL_SLOT=0$'
	capture env -i PATH="$PATH" spool -j1 --process-slot-var SPOOL_SLOT ::: env
	status_is 0
	[ "$(grep -c '^SPOOL_SLOT=0$' "$out")" -eq 1 ]
	capture env -i PATH="$PATH" spool -j1 ::: env
	[ "$(grep -vc -e ^PATH= -e ^SPOOL_ "$out")" -eq 0 ]
}

@test "two jobs that run at once have different slots in the environment" {
	gate hold started
	background spool -j2 --process-slot-var MINE 'echo $SPOOL_SLOT $MINE {%} >started; read x <hold; : {}' ::: a b
	listen started
	hear
	first=$word
	hear
	lines "$first" "$word" | sort >slots
	lines '0 0 1' '1 1 2' | same - slots
	exec 9<>hold
	lines '' '' >&9 # one for each
	ended "$pid"
	status_is 0
}

@test "in a run inside a run the inner variables count, each of them once" {
	capture spool -j1 ::: true 'with pid=inner spool -j1 ::: true true env'
	status_is 0
	[ "$(grep -c '^SPOOL_' "$out")" -eq 3 ]
	out_has '^SPOOL_SEQ=3$'
	out_has "^SPOOL_PID=$(<inner)\$"
}

@test "variables of make and of spool's own that spool does not use are passed on untouched" {
	export MAKEFLAGS=' -j4 --jobserver-auth=8,9 -- X="a b"' MFLAGS='- -j4' MAKELEVEL=1 CARGO_MAKEFLAGS='-j --jobserver-fds=8,9'
	export SPOOL_JOBS=3 SPOOL_SHELL=/bin/sh SPOOL_OTHER=x
	as_plain env
	grep -E '^(MAKE|MFL|CARGO|SPOOL_)' plain | sort >expected
	capture spool ::: env
	status_is 0
	grep -E '^(MAKE|MFL|CARGO|SPOOL_)' "$out" | grep -Ev '^SPOOL_(SEQ|SLOT|PID)=' | sort >got
	same expected got
}

# --- limits and places -----------------------------------------------------------------------------------------------

@test "umask, niceness and resource limits are passed on unchanged" {
	local settings

	for settings in : 'ulimit -Sn 256; ulimit -Ss 1024; ulimit -Sc 0; ulimit -Sf 100000; ulimit -St 1000' \
		'umask 027; ulimit -n 128' 'umask 777' 'ulimit -Ss unlimited'; do
		[[ $TEST_KIND != tsan || $settings != *unlimited ]] || continue # which changes it to run at all
		echo "$settings"
		as_plain bash -c "{ $settings; } 2>/dev/null; exec nice -n 3 seen limits"
		capture bash -c "{ $settings; } 2>/dev/null; exec nice -n 3 spool -j4 ::: 'seen limits'"
		status_is 0
		same plain "$out"
		capture bash -c "{ $settings; } 2>/dev/null; exec nice -n 3 spool -u -j4 ::: 'seen limits; :'"
		status_is 0
		same plain "$out"
	done
}

@test "what else the kernel keeps of a process is passed on: capabilities, affinity, the OOM score" {
	[ -r /proc/self/status ] || skip 'no /proc'
	facts='Umask|Uid|Gid|Groups|Cap.*|NoNewPrivs|Seccomp|Cpus_allowed|Mems_allowed|CoreDumping'
	cat >look <<-'SCRIPT'
		grep -E "^($1):" /proc/self/status
		cat /proc/self/oom_score_adj /proc/self/timerslack_ns /proc/self/coredump_filter /proc/self/cgroup
	SCRIPT
	cat >under <<-'SCRIPT'
		echo 500 >/proc/self/oom_score_adj
		exec taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" "$@"
	SCRIPT
	as_plain sh under sh ./look "$facts"
	capture sh under spool sh ./look {} ::: "$facts"
	status_is 0
	same plain "$out"
	grep -q '^500$' "$out"
}

@test "a job runs where spool runs, even where that directory is gone" {
	mkdir here
	cd here
	capture spool ::: 'pwd -P'
	out_is "$PWD"
	rmdir ../here
	capture spool -k echo ::: a b
	status_is 0
	out_is a b
	capture spool -k 'echo {}' ::: a b
	status_is 0
	out_is a b
}

@test "--wd DIR is where jobs run, and spool itself is not" {
	mkdir -p there
	lines a b >list
	capture spool -k --wd there 'pwd -P; cat {} 2>/dev/null' :::: list
	status_is 2
	out_is "$PWD/there" "$PWD/there"
	capture spool --wd "$PWD/there" ::: 'pwd -P'
	status_is 0
	out_is "$PWD/there"
	printf '#!/bin/sh\necho here "$@"\n' >there/tool
	chmod +x there/tool
	capture spool --wd there ./tool ::: x
	status_is 0
	out_is 'here x'
}
