# The jobserver of make: spool as its client, and as a server for what the jobs run.
#
# A test's own pool is the FIFO `pool`, held open as descriptor 9, as descriptors 5 and 6 too for those who want a pipe.
# Its tokens are letters, so that it can be seen which ones come back.
load helper

builders=$test_root/build/builders

setup_file() {
	[[ -x $builders/make-4.4 && -x $builders/ninja-1.13 ]] || timeout 300 "$test_root/tests/tools/get_builders" >&2 || :
}

# pool TOKENS: fill it, and name it in MAKEFLAGS.
pool() {
	mkfifo pool
	exec 9<>pool 5<pool 6>pool
	printf '%s' "$1" >&9
	export MAKEFLAGS=" -j --jobserver-auth=fifo:$PWD/pool"
}

by_pipe() {
	export MAKEFLAGS=" -j --jobserver-auth=5,6"
}

tokens() {
	dd if=pool iflag=nonblock bs=100 count=1 2>/dev/null 3>&- | tee pooled
	cat pooled >&9
}

# The pool holds just these, in whatever order.
pool_holds() {
	[[ $(tokens | fold -w1 | sort) == $(fold -w1 <<<"$1" | sort) ]] || {
		printf 'the pool holds: %s\n' "$(tokens)"
		return 1
	}
}

# A job that logs its start and its end: ./job.sh NAME.
log_jobs() {
	export LOG=$PWD/log
	cat >job.sh <<'END'
#!/bin/sh
echo "+1 $1" >>"$LOG"
sleep 0.3
echo "-1 $1" >>"$LOG"
END
	chmod +x job.sh
	rm -f log
}

# ran JOBS LEAST MOST: so many jobs ran and ended, at most MOST of them at once, and LEAST were.
ran() {
	awk -v jobs="$1" -v least="$2" -v most="$3" '
		{ n += $1; if (n > max) max = n }
		END {
			bad = NR != 2 * jobs || n != 0 || max < least || max > most
			if (bad)
				printf "%d lines, at most %d at once\n", NR, max
			exit bad
		}' log
}

# recipe PREFIX OPTION...: a makefile of two targets, each of which runs six jobs.
recipe() {
	local prefix=$1

	shift
	printf 'all: a b\na b:\n\t%sspool %s ./job.sh ::: $@1 $@2 $@3 $@4 $@5 $@6\n' "$prefix" "$*" >Makefile
}

# make_says_nothing: neither of lost tokens nor of anything else.
make_says_nothing() {
	run ! grep -E 'INTERNAL|warning|jobserver' "$err"
}

need_builder() {
	[[ -x $builders/$1 ]] || skip "$1 can't be had"
}

# --- a client ------------------------------------------------------------------------------------------------------

# The pool is named by $1.
runs_as_many_as_there_are_tokens() {
	pool ab
	MAKEFLAGS=$1
	gates 6
	background spool "$hold" ::: 1 2 3 4 5 6 >"$out" 2>"$err"
	hears 1 2 3
	quiet
	pool_holds ''
	open_gate go1 # gives its worker, and a token, to another
	hears 4
	printf c >&9
	hears 5
	quiet
	open_gate go2
	hears 6
	for n in 3 4 5 6; do
		open_gate "go$n"
	done
	ended "$pid"
	status_is 0
	pool_holds abc
}

@test "in a jobserver of make a job runs for each token, and one besides: FIFO" {
	runs_as_many_as_there_are_tokens "k -j --jobserver-auth=5,5 --jobserver-auth=fifo:$PWD/pool -- X=--jobserver-auth=9,9"
	err_is
}

@test "likewise where it is a pipe" {
	runs_as_many_as_there_are_tokens ' -j9 --jobserver-auth=5,6'
	err_is
}

@test "likewise by its old name" {
	runs_as_many_as_there_are_tokens ' --jobserver-fds=5,6 -j'
	err_is
}

@test "likewise where cargo names it" {
	export CARGO_MAKEFLAGS='-j --jobserver-fds=5,6 --jobserver-auth=5,6'
	runs_as_many_as_there_are_tokens ''
	err_is
}

@test "a token that appears while a job runs starts the next one at once" {
	local began took n

	pool ''
	gates 7
	background spool "$hold" ::: 1 2 3 4 5 6 7
	hears 1
	quiet
	for n in 2 3 4 5 6 7; do
		began=${EPOCHREALTIME/./}
		printf x >&9
		hear
		took=$(((${EPOCHREALTIME/./} - began) / 1000))
		[ "$word" = "$n" ]
		[ "$took" -lt 300 ] && break
	done
	[ "$took" -lt 300 ] # this once, on a busy machine; it is looked at again after a second
	kill "$pid"
	ended "$pid"
	wait_until 5 pool_holds "$(printf 'x%.0s' $(seq 2 "$n"))" >/dev/null
}

@test "-j is a limit inside the pool" {
	pool abcd
	gates 4
	background spool -j2 "$hold" ::: 1 2 3 4
	hears 1 2
	quiet
	open_gate go1
	hears 3
	kill "$pid"
	ended "$pid"
	pool_holds abcd
}

@test "no token is held while input is waited for" {
	pool abc
	mkfifo input said
	listen said
	background sh -c 'exec spool "echo {} >said" <input'
	exec 7>input
	printf '%s\n' 1 2 3 4 >&7
	hears 1 2 3 4
	wait_until 5 pool_holds abc
	echo 5 >&7
	hears 5
	exec 7>&-
	ended "$pid"
	status_is 0
	pool_holds abc
}

@test "no token is held while jobs wait to be tried again" {
	pool ab
	gate said
	listen said
	background spool --retries 2 --retry-delay 1h 'echo {} >said; false' ::: 1 2 3 2>"$err"
	hears 1 2 3
	wait_until 5 pool_holds ab >/dev/null
	pool_holds ab
	kill "$pid"
	ended "$pid"
	pool_holds ab
}

@test "waiting for a token takes no time of a processor" {
	local fields

	pool a
	gates 4
	background spool "$hold" ::: 1 2 3 4
	hears 1 2
	quiet 1
	fields=$(sed 's/.*) //' "/proc/$pid/stat")
	# shellcheck disable=SC2086 # the fields
	set -- $fields
	[ $((${12} + ${13})) -lt 20 ]
	kill "$pid"
	ended "$pid"
}

@test "every token comes back, whatever ends the run" {
	local sig

	pool abc
	by_pipe
	capture spool 'exit {}' ::: 0 1 2 3 4 5
	status_is 5
	pool_holds abc
	capture spool ./none-{} ::: 1 2 3 4 5
	pool_holds abc
	capture spool --timeout 0.2 sleep ::: 9 9 9 9
	status_is 4
	pool_holds abc
	capture spool --fail-fast=now 'sleep {}; false' ::: 9 9 9 0.1
	pool_holds abc
	capture spool --halt soon,fail=1 'sleep {}; false' ::: 0.2 0.1 0.1 0.1 0.1 0.1
	pool_holds abc
	capture spool --deadline 0.3 sleep ::: 9 9 9 9 9 9
	status_is 124
	pool_holds abc
	capture spool --retry-failed
	status_is 255
	pool_holds abc
	gates 4
	for sig in INT TERM HUP QUIT; do
		background with default=INT,QUIT spool "$hold" ::: 1 2 3 4 >"$out" 2>"$err"
		hears 1 2 3 4
		kill -"$sig" "$pid"
		ended "$pid"
		[ "$status" -gt 128 ]
		pool_holds abc
	done
}

@test "a second signal, or a reader that is gone, keeps no token either" {
	pool abc
	gates 4
	background with default=INT spool 'trap "" INT; echo {} >said; sleep 60' ::: 1 2 3 4
	hears 1 2 3 4
	kill -INT "$pid"
	sleep 0.3 # a repeat sooner is the same signal
	kill -INT "$pid"
	ended "$pid"
	wait_until 5 pool_holds abc >/dev/null
	no_leftovers 5
	timeout 20 sh -c "yes | spool -u 'echo {}; sleep 0.1' | head -n 1" >/dev/null 3>&-
	wait_until 5 pool_holds abc >/dev/null
	pool_holds abc
}

@test "after a SIGKILL of spool the keeper ends the jobs and gives the tokens back" {
	pool abc
	by_pipe
	gates 5
	background spool "$hold" ::: 1 2 3 4 5
	hears 1 2 3 4
	kill -KILL "$pid"
	ended "$pid"
	no_leftovers 5
	pool_holds abc
}

@test "no token is held while the run is stopped, and jobs go on as there are tokens again" {
	pool ab
	gates 4
	background with new=group spool "$hold" ::: 1 2 3 4
	hears 1 2 3
	kill -TSTP "$pid"
	wait_until 5 pool_holds ab >/dev/null
	pool_holds ab
	timeout 5 head -c 2 pool >/dev/null 3>&- # somebody else's now
	kill -CONT "$pid"
	wait_until 5 stopped_jobs_are 2
	printf ab >&9
	wait_until 5 stopped_jobs_are 0
	pool_holds ''
	for n in 1 2 3; do
		open_gate "go$n"
	done
	hears 4
	open_gate go4
	ended "$pid"
	status_is 0
	pool_holds ab
}

stopped_jobs_are() {
	[[ $(ps -o stat= --ppid "$pid" | grep -c ^T) -eq $1 ]]
}

flags_of_pipe() {
	grep -h flags "/proc/$BASHPID/fdinfo/5" "/proc/$BASHPID/fdinfo/6"
}

@test "a flag of an inherited descriptor is never changed" {
	local before

	pool ab
	by_pipe
	before=$(flags_of_pipe)
	capture spool true ::: 1 2 3 4
	status_is 0
	[ "$(flags_of_pipe)" = "$before" ]
	capture with nonblock=5 true # as make has it
	before=$(flags_of_pipe)
	[[ $before == *4000* ]]
	capture spool true ::: 1 2 3 4
	status_is 0
	[ "$(flags_of_pipe)" = "$before" ]
}

@test "jobs get the pool as spool got it, and nothing of spool's own" {
	pool ab
	by_pipe
	capture spool -j2 -k 'echo "$MAKEFLAGS"; ls /proc/self/fd; : {}' ::: 1 2
	status_is 0
	cp "$out" inside
	capture sh -c 'echo "$MAKEFLAGS"; ls /proc/self/fd' </dev/null
	cat "$out" "$out" | same - inside
	err_is
}

# --- a pool that can't be used -------------------------------------------------------------------------------------

@test "where the pool is closed to spool one job runs at a time, or as many as -j says, and a line says why" {
	local flags

	mkfifo fifo
	touch file
	exec 5<file 6<>fifo 7</dev/null
	for flags in --jobserver-auth=23,24 --jobserver-fds=23,24 --jobserver-auth=5,6 --jobserver-auth=5,5 \
		--jobserver-auth=6,23 --jobserver-auth=-2,-2 "--jobserver-auth=fifo:$PWD/none" \
		"--jobserver-auth=fifo:$PWD/file" "--jobserver-auth=fifo:$PWD" '--jobserver-auth=6,6 --jobserver-auth=23,24'; do
		log_jobs
		MAKEFLAGS=" -j4 $flags" capture timeout 60 spool ./job.sh ::: 1 2 3
		status_is 0
		ran 3 1 1
		[ "$(wc -l <"$err")" -eq 1 ]
		err_has "^spool: cannot use the jobserver of make .*'\+'"
	done
	log_jobs
	MAKEFLAGS=' -j4 --jobserver-auth=23,24' capture spool -j2 ./job.sh ::: 1 2 3 4
	ran 4 2 2
	[ "$(wc -l <"$err")" -eq 1 ]
}

@test "a pool whose descriptors are taken the wrong way round, or that is at its end, is none" {
	pool ab
	log_jobs
	MAKEFLAGS=' --jobserver-auth=6,5' capture timeout 60 spool ./job.sh ::: 1 2
	ran 2 1 1
	err_has "'\+'"
	pool_holds ab
	log_jobs
	MAKEFLAGS=' --jobserver-auth=fifo:/dev/null' capture timeout 60 spool ./job.sh ::: 1 2
	status_is 0
	ran 2 1 1
}

@test "without a pool nothing is said and nothing changes" {
	local flags

	for flags in '' ' -j4' ' -j' 'k -- --jobserver-auth=5,6' ' --jobserver-auth=what:x' 'X=--jobserver-auth=5,6'; do
		log_jobs
		MAKEFLAGS=$flags capture spool -j3 ./job.sh ::: 1 2 3
		ran 3 2 3
		err_is
	done
}

@test "--jobserver off uses no tokens, client asks for a pool" {
	pool ''
	log_jobs
	capture spool --jobserver off -j2 ./job.sh ::: 1 2 3 4
	ran 4 2 2
	log_jobs
	MAKEFLAGS='' capture spool --jobserver client ./job.sh ::: 1 2
	ran 2 1 1
	err_has '^spool: cannot use the jobserver of make \(none'
}

@test "a wrong --jobserver or --jobserver-style is a usage error" {
	capture spool --jobserver=on touch ::: ran
	status_is 255
	err_has '^spool: --jobserver on: not one of auto, client, server, off'
	capture spool --jobserver-style=named touch ::: ran
	status_is 255
	err_has '^spool: --jobserver-style named: not one of both, pipe, fifo'
	[ ! -e ran ]
}

@test "n, q and t in MAKEFLAGS mean --dry-run" {
	local flags

	for flags in n 'kn -j4' q t 'n -j4 --jobserver-auth=23,24'; do
		MAKEFLAGS=$flags capture spool touch ::: ran
		status_is 0
		out_is 'touch ran'
		err_is
	done
	for flags in k ' n=1' '-n=' ' -j4 -- n'; do
		MAKEFLAGS=$flags capture spool rm -f ::: ran
		out_is
	done
	[ ! -e ran ]
}

# --- with the real ones --------------------------------------------------------------------------------------------

# under MAKE...: recipes share four slots, whatever else make is told.
under() {
	local options

	for options in '' -k -O; do
		log_jobs
		recipe +
		capture timeout 100 "$@" -j4 $options
		status_is 0
		ran 12 3 4
		make_says_nothing
	done
	log_jobs
	recipe + -j8
	capture timeout 100 "$@" -j3
	status_is 0
	ran 12 3 3
	make_says_nothing
	log_jobs
	capture timeout 100 "$@" -n -j4
	status_is 0
	[ ! -e log ]
	log_jobs
	recipe + -j2
	capture timeout 100 "$@" -j # no pool
	ran 12 3 4
	make_says_nothing
}

@test "make: recipes with + share its slots" {
	need make
	under make
}

@test "make 4.4, whose pool is a FIFO, and as a pipe" {
	need_builder make-4.4
	under "$builders/make-4.4"
	under "$builders/make-4.4" --jobserver-style=pipe
}

@test "make: recipes without + run one job at a time, and are told why" {
	need make
	log_jobs
	recipe ''
	capture timeout 100 make -j4
	status_is 0
	ran 12 1 2
	make --version | grep -q 'Make 4\.[0-3]' || skip 'this make has a FIFO'
	[ "$(grep -c "cannot use the jobserver.*'+'" "$err")" -eq 2 ]
}

@test "make 4.4: recipes without + share the FIFO, and run one job at a time with a pipe" {
	need_builder make-4.4
	log_jobs
	recipe ''
	capture timeout 100 "$builders/make-4.4" -j4
	status_is 0
	ran 12 3 4
	make_says_nothing
	log_jobs
	capture timeout 100 "$builders/make-4.4" -j4 --jobserver-style=pipe
	status_is 0
	ran 12 1 2
}

# ends_under MAKE: make finds all its tokens, however spool ends.
ends_under() {
	local sig

	gate said
	listen said
	for sig in INT TERM HUP QUIT KILL; do
		# shellcheck disable=SC2016 # for make
		printf 'all:\n\t+-with default=INT,QUIT pid=pid spool %s ::: 1 2 3 4\n' "'echo {} >said; sleep 60'" >Makefile
		background "$1" -j4 >"$out" 2>"$err"
		hears 1 2 3 4
		kill -"$sig" "$(<pid)"
		ended "$pid"
		status_is 0
		run ! grep INTERNAL "$err"
	done
	printf 'all:\n\t+spool %s ::: 1 2 3 4\n' "'echo {} >said; sleep 60'" >Makefile
	background with new=group default=INT "$1" -j4 >"$out" 2>"$err"
	hears 1 2 3 4
	kill -INT -- "-$pid" # as ^C
	ended "$pid"
	run ! grep INTERNAL "$err"
	printf 'all:\n\t+-spool --fail-fast=now %s ::: 9 9 9 0.1\n\t+-spool ./none ::: 1 2 3\n\t+-spool --timeout 0.1 sleep ::: 9 8 7' \
		"'sleep {}; false'" >Makefile
	capture timeout 60 "$1" -j4
	status_is 0
	run ! grep INTERNAL "$err"
}

@test "make finds all its tokens, however spool ends" {
	need make
	ends_under make
}

@test "so does make 4.4" {
	need_builder make-4.4
	ends_under "$builders/make-4.4"
}

@test "a daemon that a job leaves does not keep make waiting for spool's own descriptors" {
	need make
	# shellcheck disable=SC2016 # for make
	printf 'all:\n\t+spool %s ::: 1 2\n' "'setsid sleep 30 <&- >&- 2>&- 3<&- 4>&- & true; : {}'" >Makefile
	capture timeout 20 make -j4
	status_is 0
	make_says_nothing
}

@test "a job that is a make shares the pool, and never waits for ever" {
	need make
	log_jobs
	printf 'all:\n\t+spool make -f sub.mk X={} ::: a b c\n' >Makefile
	printf 'all: 1 2 3\n1 2 3:\n\t@./job.sh $(X)$@\n' >sub.mk
	capture timeout 100 make -j3
	status_is 0
	ran 9 2 3
	run ! grep -E INTERNAL "$err"
	log_jobs
	capture timeout 100 make -j1
	status_is 0
}

# A program in three directories: makefile `plain` builds it by make alone, `spooled` by a spool for each directory and one
# for its two links. What gcc starts to compile and to optimise logs its start and its end.
project() {
	local d i program

	mkdir wrapped a b c
	for program in cc1 lto1; do
		printf '#!/bin/sh\necho "+1 %s" >>"$LOG"\nsleep 0.1\n%s "$@"\nstatus=$?\necho "-1 %s" >>"$LOG"\nexit $status\n' \
			$program "$(gcc -print-prog-name=$program)" $program >"wrapped/$program"
	done
	chmod +x wrapped/*
	for d in a b c; do
		for i in 1 2 3 4 5; do
			echo "int $d$i(int x) { return x * $i + '$d'; }" >"$d/$i.c"
		done
	done
	{ printf 'int %s(int);\n' {a,b,c}{1..5} && printf 'int main(int n, char **v) { return (%s0) & 127; }\n' \
		"$(printf '%s(n + !v) + ' {a,b,c}{1..5})"; } >main.c
	lines 'cc = gcc -B$(CURDIR)/wrapped/ -O1 -flto' 'link = $(cc) -flto=jobserver -flto-partition=max' \
		'sources = $(wildcard ?/*.c) main.c' >common
	lines 'include common' 'all: one two' '%.o: %.c' $'\t$(cc) -frandom-seed=$< -c $< -o $@' \
		'one two: $(sources:.c=.o)' $'\t+$(link) -frandom-seed=$@ $(sort $^) -o $@' >plain
	lines 'include common' 'all: o-a o-b o-c main.o' \
		$'\t+spool \'$(link) -frandom-seed={} $(sort $(sources:.c=.o)) -o {}\' ::: one two' \
		'main.o: main.c' $'\t$(cc) -frandom-seed=$< -c $< -o $@' 'o-a o-b o-c: o-%:' \
		$'\t+spool $(cc) -frandom-seed={} -c {} -o {.}.o ::: $(filter $*/%,$(sources))' >spooled
}

# built_by COMMAND...: the sums of all that it makes are in the file sums; no more than three compilers ran at once.
built_by() {
	find . -name '*.o' -delete
	rm -f one two log
	LOG=$PWD/log capture timeout 100 "$@"
	status_is 0
	make_says_nothing
	find . -name '*.o' -o -name one -o -name two | sort | xargs sha256sum >sums
	[ "$(wc -l <sums)" -eq 18 ]
	[ "$(grep -c cc1 log)" -eq 32 ] && [ "$(grep -c lto1 log)" -ge 8 ]
	ran $(($(wc -l <log) / 2)) 2 3
}

@test "make, spools and compilers that share a pool are never more than it has, and build the same as without spool" {
	need gcc make
	[[ $(gcc -print-prog-name=cc1) == /* && $(gcc -print-prog-name=lto1) == /* ]] || skip 'gcc is another compiler'
	project
	built_by make -f plain -j3
	mv sums expected
	built_by make -f spooled -j3
	same expected sums
	built_by spool -j3 --jobserver server make -f {} ::: spooled
	same expected sums
}

# --- a server ------------------------------------------------------------------------------------------------------

# offers MAKEFLAGS-PATTERN OPTION...
offers() {
	local pattern=$1

	shift
	capture env MFLAGS=x CARGO_MAKEFLAGS=y spool --jobserver server -k -j4 "$@" \
		'echo "$MAKEFLAGS"; echo "${MFLAGS-none}${CARGO_MAKEFLAGS-none}"; : {}' ::: 1
	status_is 0
	out_has "^$pattern$"
	out_has '^nonenone$'
	no_files_left
}

@test "--jobserver server offers its slots in words that every program knows, among the other flags" {
	local fifo='fifo:/[^ ]*/jobserver' fds='([0-9]+,[0-9]+)'

	offers " -j4 --jobserver-auth=$fds --jobserver-auth=$fifo --jobserver-au=$fds"
	offers " -j4 --jobserver-auth=$fds" --jobserver-style pipe
	offers " -j4 --jobserver-auth=$fifo" --jobserver-style fifo
	export MAKEFLAGS='ks -j9 --no-print-directory -- A=b\ c'
	offers "ks --no-print-directory -j4 --jobserver-auth=$fds -- A=b\\\\ c" --jobserver-style pipe
	export MAKEFLAGS=' -j9 --jobserver-auth=23,24'
	offers " -j4 --jobserver-auth=$fifo" --jobserver-style fifo
}

@test "the FIFO of a server is private, and gone whatever ends the run" {
	local sig

	gate said
	listen said
	capture spool --jobserver server -j3 'stat -c "%a %F" "$TMPDIR"/*/ "$TMPDIR"/*/*; : {}' ::: 1
	out_is '700 directory' '600 fifo'
	no_files_left
	for sig in INT TERM HUP QUIT KILL; do
		background with default=INT,QUIT spool --jobserver server -j2 'echo {} >said; sleep 60' ::: 1 2
		hears 1 2
		kill -"$sig" "$pid"
		ended "$pid"
		no_leftovers 5
		no_files_left
	done
	TMPDIR=/none capture spool --jobserver server true ::: 1
	status_is 255
	err_has '^spool: cannot serve a jobserver in /none: '
}

@test "in a pool that it was started in a server is a client, and passes it on" {
	pool a
	gates 3
	background spool --jobserver server -j4 "$hold" ::: 1 2 3
	hears 1 2
	quiet
	kill "$pid"
	ended "$pid"
	pool_holds a
	capture spool --jobserver server 'echo "$MAKEFLAGS"; : {}' ::: 1
	out_is "$MAKEFLAGS"
}

# serves JOBS COMMAND...: commands that run six logged jobs each share four slots, and all tokens come back.
serves() {
	local jobs=$1

	shift
	log_jobs
	capture timeout 100 spool --jobserver server -j4 ::: "$@"
	status_is 0
	ran "$jobs" 3 4
	run ! grep -E 'INTERNAL|token|warning|jobserver' "$err"
	no_files_left
}

make_makefile() {
	printf 'all: 1 2 3 4 5 6\n1 2 3 4 5 6:\n\t@./job.sh $@\n' >T.mk
}

@test "jobs that are makes share the slots of a server" {
	need make
	make_makefile
	serves 12 'make -f T.mk' 'make -f ./T.mk'
}

@test "likewise makes 4.4, ninjas, and spools, all at once" {
	need_builder make-4.4
	need_builder ninja-1.13
	make_makefile
	{
		printf 'rule r\n  command = ./job.sh $out\n'
		printf 'build n%d: r\n' 1 2 3 4 5 6
	} >build.ninja
	serves 12 "$builders/make-4.4 -f T.mk" "$builders/make-4.4 -f ./T.mk"
	serves 6 "$builders/ninja-1.13 --quiet"
	serves 24 "$builders/make-4.4 -f T.mk" "$builders/ninja-1.13 --quiet" 'make -f T.mk' \
		'spool ./job.sh ::: 1 2 3 4 5 6'
}

@test "a link of gcc -flto=jobserver works in a server's pool" {
	local i

	need gcc make
	for i in 1 2 3 4; do
		echo "int f$i(int x) { return x + $i; }" >"f$i.c"
	done
	echo 'int f1(int), f4(int); int main(void) { return f1(f4(0)) - 5; }' >main.c
	capture spool --jobserver server -j3 gcc -O2 -flto=jobserver -c ::: f1.c f2.c f3.c f4.c main.c
	status_is 0
	capture spool --jobserver server -j3 'gcc -O2 -flto=jobserver -flto-partition=max *.o -o {} && ./{}' ::: a.out b.out
	status_is 0
	err_is
}

@test "cargo takes its slots from a server's pool" {
	local i

	need cargo
	log_jobs
	export CARGO_HOME=$PWD/home
	printf '[workspace]\nresolver = "2"\nmembers = ["c*"]\n' >Cargo.toml
	for i in 1 2 3 4 5 6; do
		mkdir -p "c$i/src"
		printf '[package]\nname = "c%d"\nversion = "0.1.0"\nedition = "2021"\nbuild = "build.rs"\n' "$i" >"c$i/Cargo.toml"
		echo 'fn main() { assert!(std::process::Command::new("../job.sh").arg("c").status().unwrap().success()); }' \
			>"c$i/build.rs"
		: >"c$i/src/lib.rs"
	done
	capture timeout 110 spool --jobserver server -j3 'cargo build --offline -q # {}' ::: 1
	[[ $status -eq 0 ]] || { show_captured; skip 'cargo does not work here'; }
	ran 6 2 3
	run ! grep token "$err"
}

@test "tokens that a killed job has kept are put back when no job runs, and how many is said" {
	capture timeout 60 spool --jobserver server --jobserver-style pipe -j4 -k 'case {} in
		1) fds=${MAKEFLAGS##*=} && head -c 2 /proc/self/fd/${fds%,*} ;;
		2) fds=${MAKEFLAGS##*=} && timeout 5 head -c 3 /proc/self/fd/${fds%,*} ;;
		esac' ::: 1
	status_is 0
	err_is 'spool: 2 tokens of the jobserver had been lost by jobs, and are back'
}
