# --pty: a terminal of its own for each job, and its output as it was written.
load helper

@test "a job with --pty has a terminal as stdout and stderr, and stdin as without" {
	capture spool --pty 'for fd in 0 1 2; do test -t $fd && echo $fd; done; cat; echo end $1' ::: 1 </dev/null
	status_is 0
	out_is 1 2 'end 1'
	err_is
}

@test "its two streams are one, in the order in which they were written" {
	capture spool --pty ': $1; for i in 1 2 3; do echo out $i; echo err $i >&2; done' ::: 1
	status_is 0
	out_is 'out 1' 'err 1' 'out 2' 'err 2' 'out 3' 'err 3'
	err_is
}

@test "output is byte for byte what was written, however much there is" {
	head -c 3000000 /dev/urandom >bytes
	capture spool --pty cat ::: bytes
	status_is 0
	same bytes "$out"
	printf 'a\nb\r\nc\tno end' >bytes
	capture spool --pty cat ::: bytes
	same bytes "$out"
}

@test "the last bytes of short jobs are never lost" {
	local i

	for i in 1 2 3; do
		capture spool -j4 -k --pty printf '%s\n' ::: $(seq 400)
		status_is 0
		seq 400 | same - "$out"
	done
}

@test "jobs stay grouped, and in order with -k" {
	gate go
	capture spool -j2 -k --pty 'echo a {}; [ {} = 2 ] && echo >go; [ {} = 1 ] && read x <go; echo b {}' ::: 1 2
	status_is 0
	out_is 'a 1' 'b 1' 'a 2' 'b 2'
	capture spool -j2 --pty --tag 'echo a; if [ {} = 1 ]; then read x <go; else echo >go; fi; echo b' ::: 1 2
	sort "$out" >got
	lines $'1\ta' $'1\tb' $'2\ta' $'2\tb' | same - got
	[ "$(cut -f1 "$out" | uniq | wc -l)" -eq 2 ]
}

@test "the window is as large as that of spool, or 80 by 24" {
	capture spool --pty 'stty size <&1; : $1' ::: 1
	out_is '24 80'
	capture onpty sh -c 'stty rows 33 cols 77; spool --pty "stty size <&1; : {}" ::: 1' </dev/null
	tr -d '\r' <"$out" | grep -qx '33 77'
}

@test "lines are written as they come, and so --line-buffer shows them" {
	gate go
	background spool --lb --pty 'awk "BEGIN { print 1; system(\"read x <go\"); print 2 }"; : $1' ::: a >lines
	wait_until 20 grep -qx 1 lines
	open_gate go
	ended "$pid"
	lines 1 2 | same - lines
}

@test "a program in the background that keeps the terminal is not waited for" {
	capture spool --pty 'sleep 60 & echo hi $1' ::: 1
	status_is 0
	out_is 'hi 1'
	kill_marked
}

@test "a job that does not end is ended, and what it printed is there" {
	capture spool --pty --timeout 3 'echo before; (sleep 60); echo after $1' ::: 1
	status_is 1
	out_is before
	no_leftovers
}

@test "no job has the terminal of another, nor spool one too many" {
	capture spool -j8 --pty 'ls /proc/self/fd | wc -l; : $1' ::: $(seq 40)
	[ "$(sort -u "$out")" = 4 ] # 0 to 2, and the directory
	capture sh -c 'ulimit -n 24; seq 200 | spool -j64 --pty true'
	status_is 0
	err_is
}

@test "--pty and -u contradict each other" {
	capture spool --pty -u echo ::: 1
	status_is 255
	head -n 1 "$err" >got
	lines 'spool: --pty: contradicts -u' | same - got
}

@test "with --tty the output still goes through the terminal of the job" {
	capture onpty spool --tty --pty 'echo {}; test -t 0 && echo terminal' ::: 1 </dev/null
	tr -d '\r' <"$out" >got
	lines 1 terminal | same - got
}

@test "-t and -v are where they are without" {
	capture spool -t --pty echo ::: a
	out_is a
	err_is 'echo a'
	capture spool -v --pty echo ::: a
	out_is 'echo a' a
	err_is
}
