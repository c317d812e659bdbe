# The command line: what is an option, what is not, and that help, completions and manual all tell the same.
load helper

hint="Try 'spool --help' for more information."

# usage_error MESSAGE WORD...: spool WORD... is refused with exactly this message, and nothing runs.
usage_error() {
	local message=$1

	shift
	capture spool "$@" </dev/null
	{ status_is 255 && out_is && err_is "spool: $message" "$hint"; } || {
		printf 'for: spool'
		printf ' %q' "$@"
		printf '\n'
		return 1
	}
	[ ! -e ran ]
}

# All spellings that the option table advertises, one a line, from what it prints for a shell that is easy to read.
table_names() {
	spool --completion fish | awk '
		/^complete -c spool -n __spool_before_command -[sl]/ {
			for (i = 6; $i == "-s" || $i == "-l"; i += 2)
				print ($i == "-s" ? "-" : "--") $(i + 1)
		}' | sort
}

@test "a wrong option is a usage error: it is named, the help is hinted at, nothing runs" {
	usage_error '--frobnicate: unknown option' --frobnicate touch ::: ran
	usage_error '--frobnicate: unknown option' --frobnicate=3 touch ::: ran
	usage_error '-Z: unknown option' -Z touch ::: ran
	usage_error '-Z: unknown option' -kZ touch ::: ran
	usage_error '-1: unknown option' -1 touch ::: ran
	usage_error '--ta: ambiguous (--tag, --tagstring, --tap)' --ta touch ::: ran
	usage_error '--tag x: takes no value' --tag=x touch ::: ran
	usage_error '-j: needs a value' -j
	usage_error '-d: needs a value' -d ::: 'touch ran'
}

@test "a wrong value is a usage error that names option, value and reason" {
	local value

	for value in abc 1e9 1.5 +x 2X ' 4' 0x4; do
		usage_error "-j $value: not a number of jobs" -j "$value" touch ::: ran
		usage_error "--jobs $value: not a number of jobs" "--jobs=$value" touch ::: ran
	done
	usage_error "-j '': not a number of jobs" -j '' touch ::: ran
	usage_error "-d '': must not be empty" -d '' touch ::: ran
	usage_error "-I '': must not be empty" -I '' touch ::: ran
	usage_error '--grace 3x: not a duration' --grace 3x touch ::: ran
	usage_error '--buffer many: not a size' --buffer many touch ::: ran
	usage_error '--exit-code any: not one of count, xargs, first, max' --exit-code any touch ::: ran
	usage_error '--completion ksh: not one of bash, zsh, fish' --completion ksh
	usage_error '--wd nosuch: No such file or directory' --wd nosuch touch ::: ran
	usage_error '--tmpdir nosuch: No such file or directory' --tmpdir nosuch touch ::: ran
	usage_error '--process-slot-var 1x: not a variable name' --process-slot-var 1x touch ::: ran
	usage_error '-n 1.5: not a number' -n 1.5 touch ::: ran
	usage_error '--max-lines -1: not a number' --max-lines=-1 touch ::: ran
	usage_error '-s 0: must be at least 1' -s0 touch ::: ran
	usage_error '--shuf x: not a number' --shuf=x touch ::: ran
	usage_error '--trim x: not one of n, l, r, lr, rl' --trim x touch ::: ran
	usage_error '--summary x: not one of auto, always, never' --summary x touch ::: ran
	usage_error "--bnr '': must not be empty" --bnr '' touch ::: ran
}

@test "the message stays one line, whatever the value holds" {
	usage_error '-j 1?2: not a number of jobs' -j $'1\n2' touch ::: ran
	usage_error '--a?b: unknown option' $'--a\nb' touch ::: ran
}

@test "a wrong combination is a usage error" {
	usage_error '-q: contradicts --shell' -q --shell touch ::: ran
	usage_error '-C ab: must be a single byte when --csv is given' --csv -C ab touch ::: ran
	usage_error '--stdin-value: needs a command' --stdin-value ::: 'touch ran'
	usage_error "'::::': needs a file" touch ::::
	usage_error "'::::': needs a file" touch :::: ::: ran
	usage_error "'::::' '': must not be empty" touch :::: ''
	usage_error '--as xargs: must be the first option' -k --as xargs touch ran
}

@test "under another name only its options are known, and its name is in the messages" {
	capture spool --as xargs -k touch </dev/null
	status_is 1
	out_is
	err_is 'xargs: -k: unknown option' "Try 'xargs --help' for more information."
	ln -s "$(command -v spool)" xargs
	capture ./xargs -k touch </dev/null
	status_is 1
	err_is 'xargs: -k: unknown option' "Try 'xargs --help' for more information."
	capture spool --as parallel --frobnicate touch ::: ran
	status_is 255
	err_is 'parallel: --frobnicate: unknown option' "Try 'parallel --help' for more information."
	capture spool --as sem -X touch ran
	status_is 255
	err_is 'sem: -X: unknown option' "Try 'sem --help' for more information."
	capture spool --as sem touch ::: ran
	status_is 255
	err_is "sem: ':::' ran: a semaphore takes no values" "Try 'sem --help' for more information."
	[ ! -e ran ]
}

@test "as xargs the last of -n, -L and -I counts, and the one before is told" {
	printf 'a b c\nd e f\n' >list
	capture spool --as xargs -n2 -L1 <list
	status_is 0
	out_is 'a b c' 'd e f'
	err_is 'xargs: warning: options --max-args and -L are mutually exclusive, ignoring previous --max-args value'
	capture spool --as xargs -I% -n1 echo '[%]' <list
	out_is '[a b c]' '[d e f]'
	err_is
	capture spool --as xargs -0 -E x <list
	err_is 'xargs: warning: the -E option has no effect if -0 or -d is used.'
}

@test "a wrong \$SPOOL_JOBS is a usage error too, unless -j is given" {
	export SPOOL_JOBS=many
	usage_error 'SPOOL_JOBS many: not a number of jobs' touch ::: ran
	capture spool -j2 echo ::: a
	status_is 0
	out_is a
}

@test "options end at the first word that is not one; what follows belongs to the command" {
	capture spool -k echo -k --jobs ::: a --tag -j9 --
	status_is 0
	out_is '-k --jobs a' '-k --jobs --tag' '-k --jobs -j9' '-k --jobs --'
}

@test "an option whose value may be left out does not take the next word for it" {
	capture spool -k --fail-fast echo ::: a
	out_is a
	capture spool -k --shuf echo ::: a
	out_is a
	capture spool -k -i echo {} ::: a
	out_is a
	capture spool -k -l echo ::: a
	out_is a
}

@test "-- ends the options by force" {
	mkdir bin
	printf '#!/bin/sh\necho "odd $*"\n' >bin/-k
	chmod +x bin/-k
	PATH=$PWD/bin:$PATH
	capture spool -- -k ::: a
	status_is 0
	out_is 'odd a'
}

@test "long options may be abbreviated when unique, letters may be clustered, values attached" {
	local -a wanted=(1 2 3)
	local words

	for words in '--keep --max-proc 2' '--keep-order --jobs=2' '-kj2' '-kj 2' '-k -P2' '--keep --max-p=2'; do
		# shellcheck disable=SC2086 # a list of words
		capture spool $words echo ::: "${wanted[@]}"
		status_is 0
		out_is "${wanted[@]}"
	done
}

@test "--help is one screen of options in 80 columns, each row starting with a verb" {
	capture spool --help
	status_is 0
	err_is
	[ "$(head -c 13 "$out")" = 'Usage: spool ' ]
	awk 'length > 80 { print; wrong = 1 } END { exit wrong }' "$out"
	# The text of a row starts in its column, or there on the next line when the label is too long.
	sed '/^Examples:/,$d' "$out" | awk '/^(  |      )(-|:::)/ {
		if (length <= 31 || substr($0, 30, 2) != "  ")
			getline
		text = substr($0, 32)
		if (text !~ /^[A-Z][a-z]+ /) { print; wrong = 1 }
	} END { exit wrong }'
	grep -q '(default: ' "$out"
	capture spool -h --nosuch
	status_is 0
	[ "$(head -c 13 "$out")" = 'Usage: spool ' ]
}

@test "--help of each personality fits into 80 columns and names its own options" {
	local name

	for name in xargs parallel sem; do
		capture spool --as "$name" --help
		status_is 0
		err_is
		grep -q "^Usage: .*$name " "$out"
		awk 'length > 80 { print; wrong = 1 } END { exit wrong }' "$out"
	done
	spool --as xargs --help >help
	grep -q -e '-l, --max-lines\[=N\]' help
	[ -z "$(grep -e --keep-order help)" ]
	spool --as sem --help >help
	grep -q -e --semaphore-timeout help
	[ -z "$(grep -e --max-args help)" ]
}

@test "--help names every option of the table, and no other" {
	table_names >table
	[ -s table ]
	spool --help | sed '/^Examples:/,$d' | grep -E '^ +-' | sed 's/^\( *\)//; s/  .*//' |
		grep -oE -- '(^|[ ,])--?[a-zA-Z0-9][a-z0-9-]*' | tr -d ' ,' | sort >help
	same table help
}

@test "the manual has every option of the table, and no other" {
	table_names >table
	grep -E '^\.It Fl' "$test_root/man/spool.1" | grep -oE '\<Fl (-[a-z0-9][a-z0-9-]*|[a-zA-Z0-9]\>)' |
		sed 's/^Fl /-/' | sort >manual
	same table manual
}

@test "--version says name and version, and nothing else is read after it" {
	capture spool --version --nosuch
	status_is 0
	err_is
	[ "$(wc -l <"$out")" -eq 1 ]
	out_has '^spool [0-9]+\.[0-9]+\.[0-9]+$'
}

@test "--explain says how many CPUs were counted and why so many jobs run at once" {
	need taskset
	capture taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" spool --explain -j 200% true ::: a
	status_is 0
	err_has '^spool: 1 CPU usable: [0-9]+ online, 1 allowed by affinity, '
	err_has '^spool: 2 jobs at once: -j 200%$'
	SPOOL_JOBS=+2 capture taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" spool --explain true ::: a
	status_is 0
	err_has '^spool: 3 jobs at once: SPOOL_JOBS \+2$'
}

@test "the completion for bash loads, and completes options, values, commands and files" {
	spool --completion bash >spool.bash
	bash -n spool.bash
	cat >try <<-'SCRIPT'
		source ./spool.bash
		complete -p spool >&2
		try() {
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			_spool 2>/dev/null
			echo "${COMPREPLY[*]}"
		}
		mkdir -p 'a dir' adir
		try spool --exit-
		try spool --exit-code ''
		try spool --exit-code = f
		try spool -j 2 --ke
		try spool -kj 2 --ke
		try spool --wd ad
		try spool --wd 'a d'
		try spool -j ''
		try spool gzip --ke
		try spool gzip ::: --ke
		try spool -- --ke
	SCRIPT
	capture bash --norc try
	status_is 0
	err_has '-F _spool spool$'
	out_is --exit-code 'count xargs first max' first --keep-order --keep-order adir 'a dir' '' '' '' ''
}

@test "the completion for zsh loads" {
	need zsh
	spool --completion zsh >_spool
	zsh -n _spool
	# shellcheck disable=SC2016 # for zsh
	capture zsh -f -c 'autoload -U compinit; compinit -u -D; source ./_spool; print $_comps[spool] $+functions[_spool]'
	out_is '_spool 1'
	mkdir functions
	mv _spool functions
	# shellcheck disable=SC2016 # for zsh
	capture zsh -f -c 'fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D; print $_comps[spool]'
	out_is _spool
}

@test "the completion for fish loads, and completes options, values, commands and files" {
	need fish
	export HOME=$PWD XDG_CONFIG_HOME=$PWD
	spool --completion fish >spool.fish
	fish --no-execute spool.fish
	mkdir adir
	cat >try <<-'SCRIPT'
		source ./spool.fish
		for line in 'spool --exit-' 'spool --exit-code f' 'spool -kj 2 --ke' 'spool -j 2 --ke' 'spool --wd ad' 'spool true ::: adi'
		    complete -C $line | string replace -r '\t.*' ''
		end
		complete -C 'spool true --ke'
	SCRIPT
	capture fish --no-config try
	status_is 0
	out_is --exit-code first --keep-order --keep-order adir/ adir/
}
