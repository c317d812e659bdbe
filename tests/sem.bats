# --as sem: a semaphore that processes share by name.
load helper

setup() {
	test_setup
	export SPOOL_SEM_DIR=$BATS_TEST_TMPDIR/sem SHELL=/bin/sh
	unset PARALLEL_SHELL
}

sem() {
	spool --as sem "$@"
}

# hold NAME [OPTION]...: a command that holds it until the gate NAME is opened. Returns when it has come so far.
hold() {
	local name=$1

	shift
	gate "$name"
	[[ -p came ]] || gate came
	capture sem "$@" "echo $name >came; read x <$name"
	status_is 0 || return
	await came || return
	[[ $word == "$name" ]]
}

# is_held [OPTION]...: who wants it does not get it.
is_held() {
	capture sem --st -0.2 --fg "$@" echo got it
	status_is 1 && out_is
}

is_free() {
	capture sem --st -20 --fg "$@" echo got it
	status_is 0 && out_is 'got it'
}

@test "without --fg it returns when the command has started, and that goes on" {
	gate go done
	capture sem --id x 'read x <go; echo "$x" >done'
	status_is 0
	out_is
	err_is
	open_gate go on
	await done
	[ "$word" = on ]
	no_leftovers
}

@test "one command at a time holds a semaphore" {
	hold first --id mutex
	is_held --id mutex
	open_gate first
	is_free --id mutex
}

@test "who waits gets it when it is free" {
	hold first --id mutex
	background spool --as sem --id mutex --fg 'echo second >came'
	is_held --id mutex
	open_gate first
	await came
	[ "$word" = second ]
	ended "$pid"
	status_is 0
}

@test "many processes never hold it together" {
	local pids=() i

	for i in 1 2 3 4 5 6; do
		background sh -c 'for i in 1 2 3 4 5; do
			spool --as sem --id crowd --fg "mkdir inside && echo >>in && rmdir inside" || exit
		done'
		pids+=("$pid")
	done
	for i in "${pids[@]}"; do
		ended "$i" 60
		status_is 0
	done
	[ "$(wc -l <in)" -eq 30 ]
}

@test "with -j N as many commands hold it" {
	hold first --id two -j 2
	hold second --id two -j 2
	is_held --id two -j 2
	open_gate second
	is_free --id two -j 2
	open_gate first
}

@test "of two numbers for one id the larger opens more" {
	hold first --id some -j 1
	is_held --id some -j 1
	hold second --id some -j 2
	is_held --id some -j 2
	is_free --id some -j 3
	open_gate first
	open_gate second
}

@test "--fg waits for the command and returns its status" {
	capture sem --id x --fg 'echo out; echo err >&2; exit 3'
	status_is 3
	out_is out
	grep -x err "$err"
	capture sem --id x --fg true
	status_is 0
	err_is
}

@test "--wait waits until no command holds it" {
	hold first --id all -j 3
	hold second --id all -j 3
	background sh -c 'spool --as sem --id all --wait; echo "waited $?" >came'
	capture sem --id all --wait --st -0.2
	status_is 1
	open_gate first
	capture sem --id all --wait --st -0.2
	status_is 1
	open_gate second
	await came
	[ "$word" = 'waited 0' ]
	capture sem --id all --wait
	status_is 0
	out_is
	err_is
}

@test "--wait does not wait for what nobody ever held" {
	capture sem --id never --wait
	status_is 0
	err_is
}

@test "each --id is a semaphore of its own" {
	hold first --id a
	is_free --id b
	is_free --id A
	is_held --id a
	is_held --semaphorename a
	open_gate first
}

@test "any id will do" {
	local id long

	printf -v long '%5000s' x
	for id in / .. a/b 'a b' $'a\nb' '*' "it's" '%' $'\xff' "$long" "$long/"; do
		is_free --id "$id"
		[ -z "$(find "$SPOOL_SEM_DIR" -mindepth 2)" ]
	done
	[ "$(find "$SPOOL_SEM_DIR" -type f | wc -l)" -ge 11 ]
}

@test "without --id it is that of the terminal, or of all without one" {
	hold first
	is_held
	is_free --id other
	open_gate first
	capture sem --wait
	status_is 0
}

@test "the semaphore of the terminal is the same wherever stdin comes from" {
	need script
	gate came go
	cat >on_terminal <<-'EOF'
		echo x | spool --as sem 'echo in >came; read x <go'
		spool --as sem --st -0.2 --fg echo two at once </dev/null
		echo "status $?"
		echo tried >came
		spool --as sem --wait
	EOF
	listen came
	background script -qec 'sh on_terminal' typescript </dev/null >/dev/null
	hear
	hear
	is_free # for this test has no terminal, or another one
	open_gate go
	ended "$pid"
	tr -d '\r' <typescript | grep -x 'status 1'
	! grep 'two at once' typescript
}

@test "--st N goes on without it after N seconds, and says so" {
	hold first --id slow
	capture sem --id slow --st 1 --fg echo anyway
	status_is 0
	out_is anyway
	err_has '^sem: .*not free within 1.*going on without it'
	open_gate first
}

@test "--st -N gives up after N seconds, and says so" {
	hold first --id slow
	capture sem --id slow --st -1 --fg echo never
	status_is 1
	out_is
	err_has '^sem: .*not free within 1.*giving up'
	capture sem --id slow --semaphoretimeout -1 'echo never >file'
	status_is 1
	[ ! -e file ]
	open_gate first
}

@test "a command that is killed frees it" {
	gate came go
	capture sem --id killed 'echo $$ >came; read x <go'
	await came
	kill -KILL "$word"
	is_free --id killed
}

@test "a holder that is killed frees it, when its command is gone" {
	local command

	gate came go
	background spool --as sem --id killed --fg 'echo $$ >came; read x <go'
	await came
	command=$word
	kill -KILL "$pid"
	ended "$pid"
	is_free --id killed
	pid_gone "$command"
}

@test "a command that left the holder behind with a child in the background frees it" {
	gate go
	capture sem --id child --fg 'read x <go >/dev/null 2>&1 & echo started'
	status_is 0
	out_is started
	is_free --id child
	open_gate go || : # it may be gone
}

@test "the words of the command are a script for the shell" {
	capture sem --id x --fg echo a ';' echo b
	status_is 0
	out_is a b
	capture sem --id x --fg echo '{} {#}' "'q q'"
	status_is 0
}

@test "standard input is no list of values" {
	printf '1\n2\n' >list
	capture sem --id x --fg echo once <list
	status_is 0
	out_is once
}

@test "linked as sem, it is a sem" {
	ln -s "$TEST_SPOOL" sem
	capture ./sem --id x --fg echo hello
	status_is 0
	out_is hello
}

@test "its directory is for its owner alone" {
	capture sem --id x --fg true
	status_is 0
	[ "$(stat -c '%a %u' "$SPOOL_SEM_DIR")" = "700 $(id -u)" ]
	[ "$(find "$SPOOL_SEM_DIR" -type f ! -perm 600)" = '' ]
}

@test "its directory is /tmp/spool-sem-UID, whatever TMPDIR says" {
	local id=bats.$$.$RANDOM

	unset SPOOL_SEM_DIR
	capture sem --id "$id" --fg true
	status_is 0
	[ "$(stat -c '%a %u' "/tmp/spool-sem-$(id -u)")" = "700 $(id -u)" ]
	[ "$(find "/tmp/spool-sem-$(id -u)" -name "*bats*" -newer "$BATS_TEST_TMPDIR/work" | wc -l)" -ge 1 ]
	find "/tmp/spool-sem-$(id -u)" -name "*bats*$$*" -delete
	no_files_left
}

# refused SENTENCE: nothing runs in such a directory.
refused() {
	capture sem --id x --fg 'echo ran'
	status_is 255
	out_is
	err_has "^sem: .*$1"
}

@test "a directory that is a symbolic link, or no directory, is refused" {
	mkdir -m 700 real
	ln -s real link
	SPOOL_SEM_DIR=$PWD/link refused 'link is a symbolic link'
	SPOOL_SEM_DIR=$PWD/link/ refused 'link is a symbolic link'
	: >file
	SPOOL_SEM_DIR=$PWD/file refused 'file is not a directory'
	[ -z "$(ls -A real)" ]
}

@test "a directory that others may use is refused" {
	mkdir -m 755 shared
	SPOOL_SEM_DIR=$PWD/shared refused 'shared is open to others'
	chmod 700 shared
	SPOOL_SEM_DIR=$PWD/shared is_free --id x
}

@test "a directory of another user is refused" {
	if [ "$(id -u)" -eq 0 ]; then
		mkdir -m 700 theirs
		chown 12345 theirs
		SPOOL_SEM_DIR=$PWD/theirs refused 'theirs belongs to another user'
	else
		SPOOL_SEM_DIR=/ refused '/ belongs to another user'
	fi
}

@test "a directory that can't be made is said" {
	SPOOL_SEM_DIR=$PWD/none/there refused 'cannot make the directory .*No such file or directory'
}

@test "a wrong option is said before anything is taken" {
	capture sem --id x --fg --st never echo ran
	status_is 255
	out_is
	err_has '^sem: .*--(st|semaphoretimeout).*never'
	[ ! -e "$SPOOL_SEM_DIR" ]
}
