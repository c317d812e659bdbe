# What jobs print: nothing lost, nothing mixed, nothing twice; in the order that was asked for, as early as it can be.
load helper

captured_modes=(--group --keep-order --line-buffer --jobs=1)
all_modes=("${captured_modes[@]}" --ungroup)

in_time() {
	case $TEST_KIND in
	asan | tsan) timeout 100 "$@" ;;
	*) timeout 30 "$@" ;;
	esac
}

# await_all GATE N: wait until N lines have come through.
await_all() {
	timeout 30 head -n "$2" <>"$1" >/dev/null 3>&- || {
		printf 'not %d lines came through %s\n' "$2" "$1"
		return 1
	}
}

# shows FILE LINE...: wait until the file holds these lines and nothing else.
shows() {
	local file=$1

	shift
	lines "$@" >wanted
	wait_until 20 cmp -s wanted "$file" || same wanted "$file"
}

# prefix_of WHOLE PART: part is the beginning of whole, and not all of it.
prefix_of() {
	local size

	size=$(stat -c %s "$2")
	((size < $(stat -c %s "$1"))) || {
		printf '%s is as long as the whole\n' "$2"
		return 1
	}
	cmp -n "$size" "$1" "$2"
}

# peak_kib PID: the most memory it ever had.
peak_kib() {
	awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"
}

# spill_of PID FORMAT [DIR]: of each file in DIR that spool has open, what stat(1) says.
spill_of() {
	find "/proc/$1/fd" -lname "${3:-$TMPDIR}/*" -exec stat -L -c "$2" {} +
}

# spilt [DIR]: the run whose pid is in $pid has a file open there.
spilt() {
	[[ -n $(spill_of "$pid" %s "$@") ]]
}

# sum EXPRESSION...: of all lines of stdin.
sum() {
	echo "$(($(tr '\n' +)0))"
}

# on_small_disk SIZE COMMAND...: $TMPDIR is a disk of that size while the command runs.
on_small_disk() {
	local size=$1

	shift
	in_time unshare -m sh -c 'mount -t tmpfs -o "size=$1" none "$TMPDIR" && shift && exec "$@"' sh "$size" "$@"
}

need_small_disk() {
	on_small_disk 64k true 2>/dev/null || skip 'a small disk can be mounted by root only'
}

# --- every byte, and in its stream ---------------------------------------------------------------------------------

@test "any bytes come out as they went in, in every mode, with little memory and with much" {
	local mode buffer

	head -c 1000000 /dev/urandom >bytes
	printf 'no newline at the end' >>bytes
	for mode in "${all_modes[@]}"; do
		for buffer in 1 64K 100M; do
			capture in_time spool "$mode" --buffer $buffer cat ::: bytes
			status_is 0
			same bytes "$out"
			err_is
			capture in_time spool "$mode" --buffer $buffer 'cat {} >&2' ::: bytes
			status_is 0
			same bytes "$err"
			out_is
		done
	done
}

@test "any bytes come through a pipe as well" {
	local mode

	head -c 1000000 /dev/urandom >bytes
	for mode in "${all_modes[@]}"; do
		capture in_time bash -o pipefail -c 'spool "$1" cat ::: bytes bytes | cat' bash "$mode"
		status_is 0
		[[ $mode == --group || $mode == --line-buffer || $mode == --ungroup ]] || same <(cat bytes bytes) "$out"
		[[ $mode != --group ]] || same <(cat bytes bytes) "$out"
		[[ $(wc -c <"$out") -eq 2000000 ]]
	done
}

@test "a job's bytes are in one piece, whatever runs beside it" {
	local streams

	# Ten letters, each job's one, in big pieces to both streams by turns.
	cat >job <<-'E'
		for i in 1 2 3 4 5; do
			head -c 60000 /dev/zero | tr '\0' "$1"
			head -c 60000 /dev/zero | tr '\0' "$1" >&2
		done
		echo
		echo >&2
	E
	for streams in apart together; do
		if [[ $streams == apart ]]; then
			capture in_time spool -j6 sh job ::: a b c d e f g h i j
		else
			capture in_time bash -c 'spool -j6 sh job ::: a b c d e f g h i j 2>&1'
			err_is
		fi
		status_is 0
		tr -s a-j <"$out" | grep . | sort | same - <(printf '%s\n' a b c d e f g h i j)
		[[ $streams == together ]] || tr -s a-j <"$err" | grep . | sort | same - <(printf '%s\n' a b c d e f g h i j)
		[[ $(cat "$out" "$err" | wc -c) -eq 6000020 ]]
	done
}

@test "stdout and stderr stay apart when they are two files" {
	local mode

	for mode in "${all_modes[@]}"; do
		capture in_time spool "$mode" -j1 'echo out {}; echo err {} >&2; echo out again' ::: 1 2
		status_is 0
		out_is 'out 1' 'out again' 'out 2' 'out again'
		err_is 'err 1' 'err 2'
	done
}

@test "stdout and stderr keep the order in which they were written when they are one file" {
	local mode

	cat >job <<-'E'
		i=0
		while [ $i -lt 300 ]; do
			echo "out $1 $i"
			echo "err $1 $i" >&2
			i=$((i + 1))
		done
	E
	for i in a b; do
		sh job $i 2>&1
	done >serial
	for mode in "${all_modes[@]}"; do
		in_time spool "$mode" -j1 sh job ::: a b >file 2>&1
		same serial file
		in_time spool "$mode" -j1 sh job ::: a b 2>&1 | cat >piped
		same serial piped
	done
	in_time spool --group -j2 sh job ::: a >file 2>&1
	head -n 600 serial | same - file
	in_time onpty spool sh job ::: a </dev/null >seen
	head -n 600 serial | sed 's/$/\r/' | same - seen
}

@test "the last bytes of a job that ends at once are not lost" {
	local i

	seq 12345 | head -c 66890 >long
	for ((i = 0; i < 200; i++)); do
		cat long
	done >all
	seq 200 >list
	for i in 1 8; do
		capture in_time spool "-j$i" -a list 'cat long; exit 0; #{}'
		status_is 0
		same all "$out"
	done
	capture in_time spool -j8 -k --buffer 4K -a list 'cat long; exit 0; #{}'
	same all "$out"
}

@test "each of many jobs is run once and printed once" {
	local mode

	seq 1000 >list
	for mode in --group --keep-order --line-buffer --ungroup; do
		capture in_time spool -j200 "$mode" -a list echo
		status_is 0
		sort -n "$out" | same list -
		[[ $mode != --keep-order ]] || same list "$out"
		err_is
	done
}

@test "what a job has printed before it is killed is shown, once" {
	local mode

	for mode in "${all_modes[@]}"; do
		capture in_time spool "$mode" 'printf "{} whole\n{} part"; echo {} err >&2; kill -KILL $$' ::: job
		status_is 1
		printf 'job whole\njob part' | same - "$out"
		[[ $(grep -c '^job err$' "$err") -eq 1 ]]
	done
}

@test "what jobs have printed before an ending signal is shown, once" {
	local mode

	gate up
	for mode in "${all_modes[@]}" '--keep-order --tag'; do
		# shellcheck disable=SC2086 # several words
		background spool $mode -j2 ::: 'echo 1; printf part; echo >up; sleep 60' >"$out" 2>"$err"
		await up
		kill -TERM "$pid"
		ended "$pid"
		status_is 143
		[[ $mode == *--tag ]] || printf '1\npart' | same - "$out"
		[[ $mode != *--tag ]] || sed 's/^[^\t]*\t//' "$out" | same - <(printf '1\npart')
	done
}

# --- in what order, and when ---------------------------------------------------------------------------------------

@test "by default a job is printed when it ends, and nothing of it before" {
	gate one three
	background spool -j3 ::: 'echo 1 begins; read x <one; echo 1' 'echo 2' 'read x <three; echo 3' >"$out" 2>"$err"
	shows "$out" 2
	open_gate three
	shows "$out" 2 3
	open_gate one
	ended "$pid"
	status_is 0
	out_is 2 3 '1 begins' 1
}

@test "--keep-order prints in the order of the input, whichever job ends first" {
	gate one ran
	background spool -k -j3 ::: 'read x <one; echo 1' 'echo 2; echo >ran' 'echo 3 >&2; echo 3; echo >ran' \
		'echo 4; echo >ran' >"$out" 2>"$err"
	await_all ran 3
	[[ ! -s $out && ! -s $err ]]
	open_gate one
	ended "$pid"
	status_is 0
	out_is 1 2 3 4
	err_is 3
}

@test "with --keep-order the job whose turn it is is shown live, and so is the next when it has its turn" {
	gate one two ran
	background spool -k -j2 ::: 'printf "1 a"; echo 1 err >&2; read x <one; echo; echo 1 b' \
		'echo 2 a; printf 2; echo 2 err >&2; echo >ran; read x <two; echo " b"' 'echo 3' >"$out" 2>"$err"
	await ran
	wait_until 20 test -s "$out"
	wait_until 20 test -s "$err"
	printf '1 a' | same - "$out"
	err_is '1 err'
	open_gate one
	printf '1 a\n1 b\n2 a\n2' >wanted
	wait_until 20 cmp -s wanted "$out"
	shows "$err" '1 err' '2 err'
	kill -0 "$pid"
	open_gate two
	ended "$pid"
	status_is 0
	out_is '1 a' '1 b' '2 a' '2 b' 3
	err_is '1 err' '2 err'
}

@test "one job at a time prints live, as the serial run would" {
	gate one two
	background spool -j1 ::: 'printf 1; read x <one; echo; echo 1 >&2' 'printf 2; read x <two; echo' >"$out" 2>&1
	printf 1 >wanted
	wait_until 20 cmp -s wanted "$out"
	open_gate one
	printf '1\n1\n2' >wanted
	wait_until 20 cmp -s wanted "$out"
	open_gate two
	ended "$pid"
	status_is 0
	out_is 1 1 2
}

@test "--keep-order goes before --line-buffer: in the order of the input, the first unfinished job live" {
	gate one ran
	background spool --line-buffer -k -j2 ::: 'echo 1 a; read x <one; echo 1 b' 'echo 2; echo >ran' >"$out" 2>"$err"
	await ran
	shows "$out" '1 a'
	open_gate one
	ended "$pid"
	out_is '1 a' '1 b' 2
}

@test "what spool itself says of a job stands where the job is printed, the summary at the end" {
	in_time spool -k -j2 ::: 'echo 1; echo 1 >&2' nosuch 'echo 3; exit 3' >file 2>&1 || status=$?
	[[ $status -eq 2 ]]
	sed 's/ after .*//' file | same - <(lines 1 1 'spool: job 2: nosuch: command not found' 3 'spool: 2 of 3 jobs failed' \
		'  job 2: not started: nosuch' '  job 3: exit 3' '    | 3')
}

@test "--line-buffer prints whole lines as they come, and never a part of one" {
	gate one two again
	background spool --line-buffer -j2 ::: 'echo 1 a; echo 1 err >&2; printf "1 "; read x <one; echo b; printf "1 c"' \
		'read x <two; printf "2 a\n2 b\n2 "; read x <again; echo c' >"$out" 2>"$err"
	shows "$out" '1 a'
	shows "$err" '1 err'
	open_gate two
	shows "$out" '1 a' '2 a' '2 b'
	open_gate again
	shows "$out" '1 a' '2 a' '2 b' '2 c'
	open_gate one
	ended "$pid"
	status_is 0
	printf '1 a\n2 a\n2 b\n2 c\n1 b\n1 c' | same - "$out"
	err_is '1 err'
}

@test "--line-buffer keeps lines of every length whole, written a byte at a time or at once" {
	local buffer

	cat >job <<-'E'
		for length in 0 1 4095 4096 8191 8192 8193 65535 65536 65537 262145; do
			head -c $length /dev/zero | tr '\0' "$1"
			echo
		done
		printf '%s' "$1" '' $1 "$1"
		printf '\r%s\r%s\n\xe2' "$1" "$1"
		printf '\x82'
		printf '\xac\n\0\n'
	E
	sh job a | sort >wanted
	sh job b | sort >>wanted
	sort -o wanted wanted
	for buffer in 1 4K 1M; do
		capture in_time spool --line-buffer --buffer $buffer -j2 sh job ::: a b
		status_is 0
		sort "$out" | same wanted -
		err_is
	done
}

@test "--ungroup lets the jobs write to stdout and stderr themselves" {
	gate go
	background spool -u ::: 'readlink /proc/self/fd/1 /proc/self/fd/2; printf part; read x <go; echo' >"$out" 2>"$err"
	printf '%s\n%s\npart' "$out" "$err" >wanted
	wait_until 20 cmp -s wanted "$out"
	open_gate go
	ended "$pid"
	status_is 0
	err_is
}

@test "--group is the default, and takes back what stood before it" {
	gate one
	background spool -u --line-buffer --group -j2 ::: 'echo 1; read x <one; echo 1' 'echo 2' >"$out" 2>"$err"
	shows "$out" 2
	open_gate one
	ended "$pid"
	out_is 2 1 1
}

# --- tags -----------------------------------------------------------------------------------------------------------

@test "--tag puts the value and a tab before each line, an empty or unfinished one too, in both streams" {
	local mode

	for mode in "${captured_modes[@]}"; do
		capture in_time spool "$mode" --tag -j1 "printf '\nx\n\nend'; printf 'e\n\ne2' >&2; : {}" ::: 'a b' "1'2"
		status_is 0
		printf 'a b\t\na b\tx\na b\t\na b\tend' >wanted.a
		printf "1'2\t\n1'2\tx\n1'2\t\n1'2\tend" >wanted.b
		cat wanted.a wanted.b | same - "$out"
		printf 'a b\te\na b\t\na b\te2' >wanted.a
		printf "1'2\te\n1'2\t\n1'2\te2" >wanted.b
		cat wanted.a wanted.b | same - "$err"
	done
}

@test "a job that prints nothing gets no tag, and one that writes in pieces gets one a line" {
	local mode

	echo 'printf a; echo >a; read x <go; printf b; echo >b; read x <stop; echo' >job
	for mode in "${captured_modes[@]}"; do
		capture in_time spool "$mode" --tag -j1 ': {}' ::: a b
		out_is
		gate a b go stop
		background spool "$mode" --tag sh ::: job >"$out" 2>"$err"
		await a
		open_gate go
		await b
		open_gate stop
		ended "$pid"
		out_is $'job\tab'
		rm a b go stop
	done
}

@test "a line begun while a job waited for its turn gets its tag once" {
	gate one two ran
	background spool -k --tagstring '{#}' -j2 ::: 'read x <one' \
		'printf a >&2; printf a; echo >ran; read x <two; echo b; echo b >&2' >"$out" 2>"$err"
	await ran
	open_gate one
	printf '2\ta' >wanted
	wait_until 20 cmp -s wanted "$out"
	wait_until 20 cmp -s wanted "$err"
	open_gate two
	ended "$pid"
	out_is $'2\tab'
	err_is $'2\tab'
}

@test "--tagstring may hold replacement strings, or none" {
	capture spool -k --tagstring '{#}:{/.}:{//}:{}' echo ::: dir/one.txt two
	status_is 0
	out_is $'1:one:dir:dir/one.txt\tdir/one.txt' $'2:two:.:two\ttwo'
	capture spool -k --tagstring same echo ::: 1 2
	out_is $'same\t1' $'same\t2'
	capture spool -k --tagstring '{}' echo ::: '{#}' '%s'
	out_is $'{#}\t{#}' $'%s\t%s'
	capture spool -j1 --tagstring '{%}' echo ::: a b
	out_is $'1\ta' $'1\tb'
}

@test "with both streams in one file, tags stand before each line in the order of writing" {
	local mode

	for mode in "${captured_modes[@]}"; do
		in_time spool "$mode" --tag -j1 sh -c 'echo 1; echo 2 >&2; printf 3; printf 4 >&2; echo; echo $0' ::: v >file 2>&1
		lines $'v\t1' $'v\t2' $'v\t34' $'v\tv' | same - file
	done
}

@test "large output with tags is exact, from memory and from disk" {
	local mode buffer

	seq 100000 >list
	sed 's/^/v\t/' list >wanted
	for mode in "${captured_modes[@]}"; do
		for buffer in 1 100M; do
			capture in_time spool "$mode" --buffer "$buffer" --tagstring v cat ::: list
			same wanted "$out"
		done
	done
}

# --- output that waits ---------------------------------------------------------------------------------------------

# waiting_output DIR WORD...: while spool WORD... has output that waits on disk in DIR, nothing is to be seen there.
waiting_output() {
	local dir=$1

	shift
	gate go told
	background spool -j2 "$@" ::: 'head -c 1000000 /dev/zero; echo >told; read x <go' >"$out" 2>"$err"
	await told
	[[ $(spill_of "$pid" '%h %a' "$dir" | sort -u) == '0 600' ]]
	[[ $(spill_of "$pid" %s "$dir" | sum) -gt 500000 ]]
	[[ -z $(ls -A "$dir") && -z $(ls -A "$TMPDIR") ]]
	open_gate go
	ended "$pid"
	status_is 0
	head -c 1000000 /dev/zero | same - "$out"
	[[ -z $(ls -A "$dir") && -z $(ls -A "$TMPDIR") ]]
	rm go told
}

@test "output beyond the buffer waits in a file that has no name, under --tmpdir, else under TMPDIR" {
	mkdir other
	waiting_output "$TMPDIR"
	waiting_output "$TMPDIR" --line-buffer
	waiting_output "$PWD/other" --tmpdir other
	waiting_output "$PWD/other" --tmpdir "$PWD/other" --buffer 8K
}

@test "after a SIGKILL of spool no file is left and no job" {
	gate told
	background spool -j2 --buffer 8K -k ::: 'echo >told; sleep 60' 'head -c 3000000 /dev/zero; echo >told; sleep 60' \
		>"$out" 2>"$err"
	await_all told 2
	[[ -n $(spill_of "$pid" %s) ]]
	kill -KILL "$pid"
	ended "$pid"
	status_is 137
	no_leftovers 5
	no_files_left
}

@test "--buffer says how much of a job's output is kept in memory before a file is used" {
	gate go told
	background spool -j2 --buffer 2M ::: \
		'head -c 1900000 /dev/zero; head -c 1900000 /dev/zero >&2; echo >told; read x <go' >"$out" 2>"$err"
	await told
	[[ -z $(spill_of "$pid" %s) ]]
	open_gate go
	ended "$pid"
	status_is 0
	[[ $(cat "$out" "$err" | wc -c) -eq 3800000 ]]
	background spool -j2 --buffer 10k ::: 'head -c 10001 /dev/zero; echo >told; read x <go' >"$out" 2>"$err"
	await told
	wait_until 20 spilt
	open_gate go
	ended "$pid"
	status_is 0
	[[ $(wc -c <"$out") -eq 10001 ]]
}

@test "a TMPDIR that cannot be used does no harm until output must wait there; then that job's output is incomplete" {
	seq 100000 >whole
	TMPDIR=$PWD/nosuch capture in_time spool -j2 echo ::: one two
	status_is 0
	err_is
	TMPDIR=$PWD/nosuch capture in_time spool --group -j2 --buffer 4K ::: 'echo fine' 'cat whole >&2'
	status_is 255
	out_is fine
	sed '$d' "$err" >part
	tail -n 1 "$err" >message
	# The part was cut in the middle of a line.
	grep -oE '[0-9]*spool: job 2: its output is incomplete: No such file or directory$' message | sed 's/.*spool/spool/' |
		same - <(lines 'spool: job 2: its output is incomplete: No such file or directory')
	prefix_of whole part
}

@test "an empty TMPDIR is none" {
	gate go told
	TMPDIR='' background spool --buffer 1K ::: 'seq 10000; echo >told; read x <go' >"$out" 2>"$err"
	await told
	wait_until 20 spilt /tmp
	open_gate go
	ended "$pid"
	seq 10000 | same - "$out"
}

@test "a full spill disk makes that job's output incomplete, which is said, and the status 255" {
	local mode

	need_small_disk
	seq 500000 >whole
	for mode in --group --keep-order; do
		gate told go
		background on_small_disk 1m spool "$mode" -j2 ::: 'read x <told; echo small' 'cat whole; echo >told; read x <go' \
			>"$out" 2>"$err"
		wait_until 20 test -s "$out"
		open_gate go
		ended "$pid"
		rm told go
		status_is 255
		err_is 'spool: job 2: its output is incomplete: No space left on device'
		head -n 1 "$out" | same - <(echo small)
		tail -n +2 "$out" >part
		prefix_of whole part
		[[ $(wc -c <part) -gt 100000 ]]
	done
}

# full_then_freed MODE: the second job fills the disk; there is room again, the first one ends; the second prints END.
full_then_freed() {
	local mode=$1

	gate full gone go
	cat >fill <<-'E'
		# A line that is not finished waits in all modes.
		head -c 3000000 /dev/zero | tr '\0' x
		echo >full
		read x <go
		echo
		echo END
	E
	cat >free <<-'E'
		read x <full
		rm "$TMPDIR/ballast"
		echo >gone
	E
	background on_small_disk 1500k sh -c 'head -c 500000 /dev/zero >"$TMPDIR/ballast"; exec spool "$@"' sh \
		"$mode" -j2 sh ::: free fill >"$out" 2>"$err"
	await gone
	[[ $mode != --keep-order ]] || wait_until 20 test -s "$out" # its turn has come
	open_gate go
	ended "$pid"
	rm full gone go
	status_is 255
	err_is 'spool: job 2: its output is incomplete: No space left on device'
	[[ $(tr -s x <"$out") == x ]] || {
		printf 'in the mode %s: a hole in the output: ' "$mode"
		tr -s x <"$out"
		return 1
	}
	[[ $(wc -c <"$out") -gt 100000 ]]
}

@test "a spill disk that was full for a moment makes no hole: nothing is printed behind what was lost" {
	need_small_disk
	full_then_freed --group
	full_then_freed --line-buffer
}

@test "a job that lost output while it waited for its turn shows nothing more when it has its turn" {
	need_small_disk
	full_then_freed --keep-order
}

@test "a full spill disk loses nothing of what fits into memory" {
	need_small_disk
	gate go told
	seq 60 >list
	cat >job <<-'E'
		[ "$1" != 1 ] || read x <go
		seq 8000
		[ "$1" != 60 ] || echo >told
	E
	background on_small_disk 64k spool -k -j4 --buffer 64K -a list sh job >"$out" 2>"$err"
	await told
	open_gate go
	ended "$pid"
	if [[ $status -eq 0 ]]; then
		for ((i = 0; i < 60; i++)); do
			seq 8000
		done | same - "$out"
		err_is
	else
		status_is 255
		err_has 'its output is incomplete: No space left on device'
	fi
}

@test "a limit on file sizes that the spill file meets makes that job's output incomplete" {
	capture in_time bash -o pipefail -c '(ulimit -f 100; exec spool --group -j2 seq ::: 100000 3) | cat'
	status_is 255
	err_is 'spool: job 1: its output is incomplete: File too large'
	sed '/^1$/,/^3$/!d' "$out" | head -n 3 | same - <(seq 3)
}

@test "disk space that printed output took is used again" {
	gate one go1 go20 told
	# The first job holds a piece of the file all the time.
	cat >job <<-'E'
		head -c 3000000 /dev/zero
		[ "$1" != 1 ] || { echo >one; read x <go1; }
		[ "$1" != 20 ] || { echo >told; read x <go20; }
	E
	seq 20 >list
	background spool -j2 --group -a list sh job >"$out" 2>"$err"
	await one
	await told
	[[ $(spill_of "$pid" '%b * %B' | sum) -lt 20000000 ]]
	open_gate go1
	open_gate go20
	ended "$pid"
	status_is 0
	[[ $(wc -c <"$out") -eq 60000000 ]]
}

# --- output that cannot be written ---------------------------------------------------------------------------------

@test "a full stdout is an error: one message, status 255, in every mode, however little is printed" {
	local mode command

	for mode in "${captured_modes[@]}" '--keep-order --tag' '--line-buffer --tag' --dry-run -v; do
		for command in echo 'seq 100000;:'; do
			# shellcheck disable=SC2086 # several words
			capture in_time sh -c 'exec spool "$@" >/dev/full' sh $mode -j2 "$command" ::: a b c
			status_is 255
			err_is 'spool: cannot write standard output: No space left on device'
			no_leftovers
		done
	done
	for mode in --help --version '--completion bash'; do
		# shellcheck disable=SC2086 # several words
		capture sh -c 'exec spool "$@" >/dev/full' sh $mode
		status_is 255
		err_is 'spool: cannot write standard output: No space left on device'
	done
}

@test "a full stderr is an error too" {
	local mode

	for mode in "${captured_modes[@]}"; do
		capture in_time sh -c 'exec spool "$@" 2>/dev/full' sh "$mode" -j1 'echo {}; echo {} >&2' ::: a
		status_is 255
		out_is a
	done
}

@test "a closed stdout is an error if something is printed, and none if nothing is" {
	local mode

	for mode in "${captured_modes[@]}"; do
		capture in_time with close=1 spool "$mode" echo ::: a
		status_is 255
		err_is 'spool: cannot write standard output: Bad file descriptor'
		capture in_time with close=1 spool "$mode" true ::: a
		status_is 0
		err_is
		capture in_time with close=1 spool "$mode" 'echo {} >&2' ::: a
		status_is 0
		err_is a
	done
	capture in_time with close=1 spool -u echo ::: a
	[[ $status -ne 0 ]]
}

@test "a closed stderr is an error if something is printed there, and stdout is complete all the same" {
	local mode

	for mode in "${captured_modes[@]}"; do
		capture in_time with close=2 spool "$mode" echo ::: a
		status_is 0
		out_is a
		capture in_time with close=2 spool "$mode" -j1 'echo {}; echo {} >&2' ::: a
		status_is 255
		out_is a
		capture in_time with close=1,2 spool "$mode" echo ::: a
		status_is 255
		capture in_time with close=0,1,2 spool "$mode" true ::: a
		status_is 0
	done
}

@test "a limit on file sizes that stdout meets is an error; what is there is a prefix" {
	local mode

	seq 200000 >whole
	for mode in --group --keep-order --line-buffer; do
		capture in_time bash -c 'ulimit -f 300; exec spool "$1" -j2 --buffer 100M cat ::: whole >part' bash "$mode"
		status_is 255
		err_is 'spool: cannot write standard output: File too large'
		[[ $(stat -c %s part) -eq 307200 ]]
		prefix_of whole part
	done
}

@test "a disk that gets full under stdout is an error; what is there is a prefix" {
	local mode

	need_small_disk
	seq 500000 >whole
	for mode in --group --keep-order --line-buffer; do
		capture on_small_disk 1m sh -c 'spool "$1" --tmpdir . -j2 cat ::: whole >"$TMPDIR/part"
			status=$?; cat "$TMPDIR/part"; exit $status' sh "$mode"
		status_is 255
		err_is 'spool: cannot write standard output: No space left on device'
		[[ $(stat -c %s "$out") -gt 100000 ]]
		prefix_of whole "$out"
	done
}

# --- stdout that others have too ----------------------------------------------------------------------------------

@test "a non-blocking stdout is waited for, loses nothing and stays as it was" {
	local mode

	gate go told
	seq 50000 >list
	for mode in "${captured_modes[@]}"; do
		background bash -c '{ with nonblock=1 spool "$1" ::: "cat list; echo >told"; echo $? >status
			seen fds 5>&1 >fds; } 2>err | { read x <go; cat >copy; }' bash "$mode"
		[[ $mode != --group ]] || await told # in the other modes a job gets no further than its reader
		open_gate go
		[[ $mode == --group ]] || await told
		ended "$pid"
		same list copy
		[[ $(<status) == 0 && ! -s err ]]
		grep -qx 'fd 5: pipe for writing, non-blocking' fds
	done
}

@test "a blocking stdout is not made non-blocking" {
	local mode

	gate told
	for mode in "${all_modes[@]}"; do
		{
			spool "$mode" -j2 ::: 'echo a; echo >told' 'read x <told; seen fds 5>&1 >fds'
			seen fds 5>&1 >fds.after
		} | cat >copy
		lines a | same - copy
		grep -qx 'fd 1: file for writing' fds
		grep -qx 'fd 5: pipe for writing' fds
		grep -qx 'fd 5: pipe for writing' fds.after
	done
}

@test "a file that others append to as well loses nothing of theirs" {
	local mode i pids

	seq 100000 >list
	for mode in "${all_modes[@]}"; do
		echo before >log
		spool "$mode" -j1 ::: 'cat list' 'echo other >>log' 'echo last' >>log
		lines before "$(<list)" other last | sort | same - <(sort log)
		[[ $(head -n 1 log) == before ]]
	done
	echo before >log
	for i in 1 2 3; do
		background spool --group -j2 'seq {}000; seq {}000 >&2' ::: 1 2 3 4 5 6 7 8 9 >>log 2>err.$i
		pids[i]=$pid
	done
	for i in 1 2 3; do
		ended "${pids[i]}"
		status_is 0
		cat err.$i
	done >err
	cat <(echo before) err | sort | same - <(sort log)
}

@test "a file that stands open in the shell and in the jobs is written on, not over" {
	local mode

	seq 100000 >list
	for mode in "${all_modes[@]}"; do
		{
			echo before
			spool "$mode" -j1 ::: 'cat list' 'echo next'
			echo after
			cat list
		} >file
		{
			echo before
			cat list
			lines next after
			cat list
		} | same - file
	done
}

# --- without bound -------------------------------------------------------------------------------------------------

@test "a reader that is slow loses nothing and does not stop the jobs" {
	local mode

	seq 60 >list
	printf '%s\n' 'yes $1 | head -n 4000' 'echo $1 >>ran' >job
	for mode in --group --keep-order --line-buffer; do
		gate slow
		: >ran
		exec 7<>slow
		background spool "$mode" -j3 -a list sh job >slow 2>"$err" 7>&-
		spool=$pid
		if [[ $mode == --group ]]; then
			wait_until 30 eval '[[ $(wc -l <ran) -eq 60 ]]'
		else # the job that prints live waits for the reader
			wait_until 30 eval '[[ $(wc -l <ran) -ge 57 ]]'
		fi
		exec 8<slow
		background cat <&8 >"$out" 7>&- 8<&-
		exec 7>&- 8<&-
		ended "$spool"
		status_is 0
		ended "$pid"
		if [[ $mode == --line-buffer ]]; then
			sort -n "$out"
		else
			uniq "$out" | sort -n | uniq -d | same - /dev/null # in one piece
			[[ $mode == --keep-order ]] && cat "$out" || sort -n "$out"
		fi | uniq -c | awk '{ print $1, $2 }' | same - <(sed 's/^/4000 /' list)
		rm slow
	done
}

@test "behind a slow first job --keep-order keeps all slots busy, in bounded memory and few descriptors" {
	local behind=10000 peak fds

	gate go last here
	head -c 4000 /dev/zero | tr '\0' x >block
	{
		echo 'read x <go; echo 0'
		seq $behind | sed 's/^/args /; n; s/.*/cat block/'
		for i in 1 2 3; do
			echo 'echo >here; read x <last; echo end'
		done
	} >commands
	background spool -k -j4 -a commands >"$out" 2>"$err"
	timeout 100 head -n 3 <>here >/dev/null 3>&- # three jobs at once, and all before them are over
	peak=$(peak_kib "$pid")
	fds=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
	[[ ! -s $out ]]
	open_gate go
	exec 7<>last
	printf '\n\n\n' >&7
	ended "$pid"
	exec 7>&-
	status_is 0
	{
		echo 0
		seq $behind | awk -v "block=$(<block)" 'NR % 2 { printf "%s%c", $1, 0; next } { printf "%s", block }'
		lines end end end
	} | same - "$out"
	err_is
	# 64 MiB for 100,000 jobs, of which 20 are for whatever number.
	[[ $TEST_KIND == [at]san ]] || ((peak < 1024 * (20 + 44 * behind / 100000)))
	((fds < 100))
}

@test "long commands of jobs that are over take no memory while they wait to be printed" {
	local peak

	skip_if_sanitized
	gate go told
	{
		echo 'read x <go'
		seq 3000 | sed "s/\$/$(printf %010000d 0)/; s/^/true /"
		echo 'echo >told'
	} >commands
	background spool -k -j4 -a commands >"$out" 2>"$err"
	timeout 100 head -n 1 told >/dev/null 3>&-
	peak=$(peak_kib "$pid")
	open_gate go
	ended "$pid"
	status_is 0
	((peak < 20 * 1024))
}

@test "large outputs do not take memory" {
	local mode peak

	skip_if_sanitized
	gate told go
	cat >job <<-'E'
		[ "$1" != last ] || { read x <told; read x <told; echo >seen; read x <go; exit; }
		head -c 40000000 /dev/zero
		[ "$1" = line ] || head -c 20000000 /dev/zero >&2
		echo >told
	E
	gate seen
	for mode in --group --keep-order --line-buffer; do
		exec 7<>told
		background bash -c 'with pid=pid spool "$1" -j3 sh job ::: last a line 2>&1 | wc -c >size' bash "$mode"
		await seen
		peak=$(peak_kib "$(<pid)")
		open_gate go
		ended "$pid"
		exec 7>&-
		[[ $(<size) -eq 100000000 ]]
		((peak < 64 * 1024))
	done
}
