# Colours: on a terminal, and where they are asked for.
load helper

setup() {
	test_setup
	export TERM=xterm
	unset CI NO_COLOR CLICOLOR_FORCE FORCE_COLOR
}

# Control sequences are written as ^[ by cat.
shown() {
	cat -v "$1" | sed 's/\^M$//'
}

colored() {
	shown "$1" | grep -q '\^\[\['
}

@test "--color gives the tag of each job a colour of its own, and leaves the output alone" {
	capture spool -k --color --tag 'echo x{}; echo y{}' ::: 1 2 3
	status_is 0
	shown "$out" >got
	lines '^[[32m1^[[m	x1' '^[[32m1^[[m	y1' '^[[33m2^[[m	x2' '^[[33m2^[[m	y2' \
		'^[[34m3^[[m	x3' '^[[34m3^[[m	y3' | sed 's/\t/\t/' | same - got
	capture spool -k --color echo ::: 1
	out_is 1
}

@test "--color gives the summary of failed jobs one" {
	capture spool --color false ::: 1
	status_is 1
	shown "$err" | sed 's/after .*:/after T:/' >got
	lines '^[[31mspool: 1 of 1 jobs failed^[[m' '  job 1: ^[[31mexit 1 after T: false 1' | same - got
}

@test "without --color there is none in a pipe or a file" {
	capture spool -k --tag 'echo x; false' ::: 1
	run ! colored "$out"
	run ! colored "$err"
	capture spool -k --color=auto --tag 'echo x; false' ::: 1
	run ! colored "$out"
	run ! colored "$err"
}

@test "on a terminal there is some, unless it or the user wants none" {
	capture onpty spool -k --tag 'echo x; false' ::: 1 </dev/null
	colored "$out"
	capture onpty spool -k --color=never --tag 'echo x; false' ::: 1 </dev/null
	run ! colored "$out"
	NO_COLOR=1 capture onpty spool -k --tag 'echo x; false' ::: 1 </dev/null
	run ! colored "$out"
	NO_COLOR='' capture onpty spool -k --tag 'echo x; false' ::: 1 </dev/null
	colored "$out"
	TERM=dumb capture onpty spool -k --tag 'echo x; false' ::: 1 </dev/null
	run ! colored "$out"
	CI=true capture onpty spool -k --tag 'echo x; false' ::: 1 </dev/null
	run ! colored "$out"
}

@test "only the stream that is a terminal has it" {
	capture onpty sh -c 'spool -k --tag "echo x; false" ::: 1 2>err' </dev/null
	colored "$out"
	run ! colored err
	capture onpty sh -c 'spool -k --tag "echo x; echo y >&2; false" ::: 1 >out' </dev/null
	colored "$out"
	run ! colored out
}

@test "CLICOLOR_FORCE and FORCE_COLOR ask for it anywhere, NO_COLOR and --color=never win" {
	CLICOLOR_FORCE=1 capture spool -k --tag echo ::: 1
	colored "$out"
	FORCE_COLOR=1 CI=true capture spool -k --tag echo ::: 1
	colored "$out"
	CLICOLOR_FORCE=0 capture spool -k --tag echo ::: 1
	run ! colored "$out"
	NO_COLOR=1 CLICOLOR_FORCE=1 capture spool -k --tag echo ::: 1
	run ! colored "$out"
	CLICOLOR_FORCE=1 capture spool -k --color=never --tag echo ::: 1
	run ! colored "$out"
	NO_COLOR=1 capture spool -k --color=always --tag echo ::: 1
	colored "$out"
}

@test "under another name there is none, unless it is asked for" {
	capture onpty spool --as parallel --tag echo ::: 1 </dev/null
	run ! colored "$out"
	capture spool --as parallel --color --tag echo ::: 1
	colored "$out"
}

@test "a wrong value of --color is a usage error" {
	capture spool --color=red echo ::: 1
	status_is 255
	head -n 1 "$err" >got
	lines 'spool: --color red: not one of auto, always, never' | same - got
}
