# Code stands on floors: floors.txt says which file is on which, the #include lines say whether that is true.
load helper

floors=$test_root/tests/floors.txt
src=$test_root/src

# Prints a sentence for each #include that the floors don't allow. Arguments: the file with the floors, then sources
# (the name after the last "src/" counts).
check_includes() {
	awk '
		function stem(path) {
			sub(/^.*src\//, "", path)
			sub(/\.[ch]$/, "", path)
			return path
		}
		function same_module(a, b) {
			return a == b || index(a, b "_") == 1 || index(b, a "_") == 1
		}
		FILENAME == ARGV[1] {
			if ($0 ~ /^#/ || !NF)
				next
			n++
			for (i = 1; i <= NF; i++)
				floor[$i] = n
			next
		}
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			split($0, part, "\"")
			from = stem(FILENAME)
			to = stem(part[2])
			if (same_module(from, to) || !(from in floor))
				next
			if (!(to in floor))
				printf "src/%s includes %s, which is on no floor.\n", named(), part[2]
			else if (floor[to] == floor[from])
				printf "src/%s includes %s, which is on the same floor (%d).\n", named(), part[2], floor[to]
			else if (floor[to] > floor[from])
				printf "src/%s (floor %d) includes %s, which is above it (floor %d).\n",
				    named(), floor[from], part[2], floor[to]
		}
		function named(path) {
			path = FILENAME
			sub(/^.*src\//, "", path)
			return path
		}' "$@"
}

sources() {
	find "$src" -name '*.[ch]' | sort
}

@test "a file includes headers of lower floors only" {
	readarray -t files < <(sources)
	check_includes "$floors" "${files[@]}" >wrong
	cat wrong
	[ ! -s wrong ]
}

@test "an include of a floor above, or of the same floor, is found and both files are named" {
	mkdir -p src/run
	printf '%s\n' base/util 'run/one run/one_linux run/two' run/three >plan
	echo '#include "base/util.h"' >src/run/one.h
	printf '#include "run/one.h"\n#include "run/one_linux.h"\n  # include "run/two.h"\n' >src/run/one.c
	echo '#include "run/three.h"' >src/run/two.h
	echo '#include "run/four.h"' >src/run/three.c
	check_includes plan src/run/one.h src/run/one.c src/run/two.h src/run/three.c >found
	lines 'src/run/one.c includes run/two.h, which is on the same floor (2).' \
		'src/run/two.h (floor 2) includes run/three.h, which is above it (floor 3).' \
		'src/run/three.c includes run/four.h, which is on no floor.' | same - found
}

@test "every file is on exactly one floor, and every name there is a file" {
	sources | sed 's,.*/src/,,; s/\.[ch]$//' | sort -u >files
	grep -v '^#' "$floors" | tr -s ' ' '\n' | grep . | sort >named
	uniq -d named | sed 's/$/ is on two floors/'
	diff files named | sed -n 's/^< \(.*\)/\1 is on no floor/p; s/^> \(.*\)/\1 is on a floor but not in src/p'
	cmp files named
}

@test "only os.c asks which system it is built for" {
	readarray -t files < <(sources | grep -v '/base/os\.c$')
	grep -nE '^[[:space:]]*#[[:space:]]*(el)?if.*\<(__linux__|__linux|linux|__APPLE__|__GLIBC__|__GLIBC_PREREQ|__FreeBSD__|__NetBSD__|__OpenBSD__|__DragonFly__|__sun|__CYGWIN__|_WIN32|__unix__|BSD)\>' \
		"${files[@]}" >wrong || true
	cat wrong
	[ ! -s wrong ]
}

# only_in FILE PATTERN: no other source has code that matches; FILE may be empty.
only_in() {
	readarray -t files < <(sources | grep -v "/$1\$")
	awk -v pattern="$2" -v root="$test_root/" '
		{
			code = $0
			gsub(/\/\*.*\*\//, "", code)
			if (code ~ /\/\*/)
				comment = 1
			if (!comment && code ~ pattern)
				print substr(FILENAME, length(root) + 1) ":" FNR ": " $0
			if (code ~ /\*\//)
				comment = 0
		}' "${files[@]}" >wrong
	cat wrong
	[ ! -s wrong ]
}

@test "only spawn.c starts programs" {
	only_in run/spawn.c '(^|[^a-z_])(posix_spawnp?|execve?|execvp|execlp?|system|popen)[ \t]*[(]'
}

@test "only the keeper forks, the init that spool is as process 1, and who holds a semaphore" {
	only_in 'run/\(keeper\|init\)\.c\|holder\.c' '(^|[^a-z_])(v?fork|clone3?|_Fork)[ \t]*[(]'
}

@test "no signal has a handler" {
	only_in '' 'sa_sigaction|SA_SIGINFO|(^|[^a-z_])(signal|sigset)[ \t]*[(]'
	skip_if_sanitized 'a sanitizer has handlers of its own'
	[ -r /proc/self/status ] || skip 'no /proc to look at'
	gate came go
	background spool sh -c 'echo >came; read x <go' ::: 1
	await came
	# the upper half is the C library's own
	grep -x 'SigCgt:[[:space:]]*[0-9a-f]*00000000' "/proc/$pid/status"
	open_gate go
	ended "$pid"
	status_is 0
}
