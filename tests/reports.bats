# What other programs read of a run: --junit and --tap.
load helper

setup() {
	test_setup
	need python3
	cat >job <<-'END'
		case $1 in
		fail) echo "out of $1"; echo "err of $1" >&2; exit 3 ;;
		kill) kill -KILL $$ ;;
		slow) exec sleep 30 ;;
		flaky | never) echo x >>"tries.$1"; n=$(wc -l <"tries.$1"); echo "try $n"; [ "$1:$n" = flaky:2 ] ;;
		*) echo "out of $1" ;;
		esac
	END
}

# A reader of its own for the XML, strict about what Jenkins' schema wants; prints a line for each test case:
# RESULT:TYPE:MESSAGE:TRIES:CLASS:NAME, where TRIES are the kinds of the earlier ones.
junit() {
	cat >"$BATS_TEST_TMPDIR/junit.py" <<-'END'
		import re, sys, xml.etree.ElementTree as ET
		reruns = ("rerunFailure", "rerunError", "flakyFailure", "flakyError")
		root = ET.parse(sys.argv[1]).getroot()
		assert root.tag == "testsuites" and set(root.attrib) == {"name", "tests", "failures", "errors", "time"}
		(suite,) = root
		assert suite.tag == "testsuite"
		assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"}
		assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
		counts = {"tests": 0, "failure": 0, "error": 0, "skipped": 0}
		for case in suite:
		    assert case.tag == "testcase" and set(case.attrib) == {"classname", "name", "time"}
		    assert re.fullmatch(r"\d+\.\d{3}", case.get("time"))
		    counts["tests"] += 1
		    result, tries = ["passed", "", ""], []
		    for child in case:
		        if child.tag in ("failure", "error", "skipped"):
		            assert result[0] == "passed" and len(child) == 0
		            counts[child.tag] += 1
		            result = [child.tag, child.get("type", ""), child.get("message")]
		        elif child.tag in reruns:
		            assert set(child.attrib) == {"type", "message"}
		            assert [c.tag for c in child] in ([], ["system-out"], ["system-err"], ["system-out", "system-err"])
		            tries.append(child.tag)
		        else:
		            assert child.tag in ("system-out", "system-err") and not child.attrib and len(child) == 0
		    print(*result, "+".join(tries), case.get("classname"), repr(case.get("name"))[1:-1], sep=":")
		for key, child in (("tests", "tests"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
		    assert int(suite.get(key)) == counts[child], key
		    assert key == "skipped" or root.get(key) == suite.get(key)
	END
	python3 "$BATS_TEST_TMPDIR/junit.py" "$1"
}

# text FILE NAME ELEMENT: the text below the test case of that name.
text() {
	python3 -c 'import sys, xml.etree.ElementTree as ET
case = [c for c in ET.parse(sys.argv[1]).iter("testcase") if c.get("name") == sys.argv[2]][0]
sys.stdout.write(case.findtext(sys.argv[3]) or "")' "$@"
}

# --- JUnit ---------------------------------------------------------------------------------------------------------

@test "--junit has a test for each job, by how it ended, in the order of the input" {
	capture spool -j3 --timeout 1 --junit r.xml sh job ::: slow a fail kill
	status_is 3
	junit r.xml >got
	lines 'error:timeout:timed out after 1.*::sh job:slow' 'passed::::sh job:a' 'failure:exit:exit 3::sh job:fail' \
		'error:signal:SIGKILL::sh job:kill' >want
	[ "$(wc -l <got)" -eq 4 ]
	paste -d'\n' want got | while read -r pattern && read -r line; do
		[[ $line =~ ^$pattern$ ]] || { echo "$line is not $pattern"; exit 1; }
	done
}

@test "it has what a job printed on each stream, and the line that runs it again" {
	capture spool --junit r.xml sh job ::: fail "a'b"
	text r.xml fail system-out | same - <(echo 'out of fail')
	text r.xml fail system-err | same - <(echo 'err of fail')
	text r.xml fail failure | same - <(printf 'sh job fail')
	text r.xml "a'b" system-out | same - <(echo "out of a'b")
}

@test "a job that could not be started is an error, one that was not run is skipped" {
	capture spool -j1 --junit r.xml --halt soon,fail=1 ::: 'exit 0' './none' true true
	junit r.xml >got
	lines 'passed::::spool:exit 0' 'error:start:not started: No such file or directory::spool:./none' \
		'skipped::not run::spool:true' 'skipped::not run::spool:true (2)' | same - got
}

@test "earlier tries are flaky when the last one succeeds, else reruns, each with what it printed" {
	capture spool --retries 3 --junit r.xml sh job ::: flaky never
	status_is 1
	junit r.xml >got
	lines 'passed:::flakyFailure:sh job:flaky' 'failure:exit:exit 1:rerunFailure+rerunFailure:sh job:never' | same - got
	python3 -c 'import sys, xml.etree.ElementTree as ET
for c in ET.parse("r.xml").iter("testcase"):
    print(*[t.strip() for t in c.itertext() if "try" in t])' >got
	lines 'try 1 try 2' 'try 3 try 1 try 2' >want
	sed 's/try 3 try 1 try 2/try 1 try 2 try 3/' want | same - got
}

@test "names are stable: the number of a job is not in them, and equal ones are told apart in order" {
	capture spool -j4 --junit a.xml 'true {#} {}' ::: x y x x 'x (2)' ''
	junit a.xml | cut -d: -f5- >a
	capture spool -j1 --junit b.xml 'true {#} {}' ::: x y x x 'x (2)' ''
	junit b.xml | cut -d: -f5- | same a -
	cut -d: -f2 a | same - <(lines x y 'x (2)' 'x (3)' 'x (2) (2)' 'true {#} {}')
	sort a | uniq -d | same - /dev/null
	capture spool --junit c.xml --link true ::: a b ::: c d
	junit c.xml | cut -d: -f6 | same - <(lines 'a c' 'b d')
}

@test "hostile bytes in names and output make no bad XML" {
	printf '%b' '\0001\0002<&>"]]>\0033[31mred\0033[0m\0377\0303\0244\0355\0240\0200\r\n\0000end\0357\0277\0276\0013\n' >hostile
	capture spool -0 --junit r.xml --tap r.tap 'cat hostile; cat hostile >&2; false {}' ::: $'a\001<b>&"\n\033[1mc\377\tä'
	status_is 1
	junit r.xml >got
	python3 - <<-'END'
		import xml.etree.ElementTree as ET
		(case,) = ET.parse("r.xml").iter("testcase")
		assert case.get("name") == 'a<b>&"\nc\ufffd\tä', ascii(case.get("name"))
		want = '<&>"]]>red\ufffdä\ufffd\ufffd\ufffd\nend\ufffd\n'
		for stream in ("system-out", "system-err"):
		    assert case.findtext(stream) == want, ascii(case.findtext(stream))
		tap = open("r.tap", "rb").read().decode()
		assert not [c for c in tap if c < " " and c != "\n"]
	END
}

@test "every byte there is can be in the output" {
	python3 -c 'import sys
for i in range(256):
    sys.stdout.buffer.write(bytes([i]) * 3 + b"\x1b" + bytes([i]) + b"\xe2\x82" + bytes([i]))' >bytes
	capture spool --junit r.xml --tap r.tap 'cat bytes; exit' ::: 1 2
	junit r.xml
	[ "$(text r.xml 1 system-out | wc -c)" -gt 1000 ]
	tap r.tap
}

@test "of a long output it has the last 64 KiB" {
	python3 -c 'for i in range(100000): print(i)' >long
	capture spool --junit r.xml cat ::: long
	tail -c 65536 long >last
	text r.xml long system-out | same last -
	# Nor is a character cut in two.
	python3 -c 'print("ä" * 70000, end="x")' >long
	capture spool --junit r.xml cat ::: long
	text r.xml long system-out >got
	run ! grep -q $'\xef\xbf\xbd' got
	[ "$(wc -c <got)" -eq 65535 ]
}

@test "what is printed is not changed by it, in any mode" {
	local mode

	seq 30000 >long
	for mode in '' -k --lb -j1; do
		# shellcheck disable=SC2086 # an option or none
		capture spool $mode --junit r.xml --tap r.tap cat ::: long
		same long "$out"
		tail -c 65536 long >last
		text r.xml long system-out | same last -
	done
	capture spool -u --junit r.xml cat ::: long
	same long "$out"
	junit r.xml
}

@test "a very long name is cut, and is not the same as another" {
	capture spool --junit r.xml true ::: "$(head -c 5000 /dev/zero | tr '\0' a)1" "$(head -c 5000 /dev/zero | tr '\0' a)2"
	junit r.xml | cut -d: -f6 >got
	sort got | uniq -d | same - /dev/null
	[ "$(wc -c <got)" -lt 2100 ]
}

@test "it agrees with the job log" {
	capture spool -j4 --timeout 1 --retries 2 --joblog log --junit r.xml --tap r.tap sh job ::: a fail kill slow flaky never ''
	tail -n +2 log | sort -n | cut -f7,8 | tr '\t' ' ' >want
	junit r.xml | cut -d: -f2,3 | sed -E 's/^timeout:.*/-1 15/; s/^exit:exit (.*)/\1 0/; s/^signal:SIGKILL/0 9/; s/^:$/0 0/' |
		same want -
	grep -cE '^(not )?ok' r.tap | same - <(echo 7)
}

# --- TAP -----------------------------------------------------------------------------------------------------------

# A reader of its own: prints OK:NAME for each test, and checks the numbers, the plan and what stands below.
tap() {
	cat >"$BATS_TEST_TMPDIR/tap.py" <<-'END'
		import re, sys
		lines = open(sys.argv[1], encoding="utf-8", newline="\n").read().split("\n")
		assert lines.pop() == "" and lines.pop(0) == "TAP version 13"
		count = plan = below = 0
		for line in lines:
		    if below:
		        assert re.fullmatch(r'  (\.\.\.|\w+: (\S+|"([^"\\]|\\[nt"\\])*"))', line), ascii(line)
		        below = line != "  ..."
		    elif line == "  ---":
		        below = 1
		    elif m := re.fullmatch(r"(not ok|ok) (\d+) - ((?:[^#\\]|\\.)*?)( # SKIP .+)?", line):
		        count += 1
		        assert int(m[2]) == count
		        print("skipped" if m[4] else m[1], m[3], sep=":")
		    elif not line.startswith("Bail out! "):
		        assert line == f"1..{count}" and not plan, ascii(line)
		        plan = 1
		assert plan and not below
	END
	python3 "$BATS_TEST_TMPDIR/tap.py" "$1"
}

@test "--tap has a test for each job, in the order of the input, and the plan at the end" {
	capture spool -j3 --timeout 1 --tap r.tap sh job ::: slow 'a # SKIP b\' fail kill
	tap r.tap >got
	lines 'not ok:slow' 'ok:a \# SKIP b\\' 'not ok:fail' 'not ok:kill' | same - got
	[ "$(tail -n 1 r.tap)" = 1..4 ]
}

@test "below a test stands how the job ended" {
	capture spool --timeout 1 --retries 2 --tap r.tap sh job ::: fail slow kill flaky
	sed -E 's/(duration_ms: )[0-9]+/\1N/' r.tap >got
	lines 'TAP version 13' 'not ok 1 - fail' '  ---' '  duration_ms: N' '  tries: 2' '  verdict: failed' '  exit: 3' \
		'  command: "sh job fail"' '  stdout: "out of fail\n"' '  stderr: "err of fail\n"' '  ...' \
		'not ok 2 - slow' '  ---' '  duration_ms: N' '  tries: 2' '  verdict: timed_out' '  signal: SIGTERM' \
		'  command: "sh job slow"' '  ...' \
		'not ok 3 - kill' '  ---' '  duration_ms: N' '  tries: 2' '  verdict: failed' '  signal: SIGKILL' \
		'  command: "sh job kill"' '  ...' \
		'ok 4 - flaky' '  ---' '  duration_ms: N' '  tries: 2' '  ...' '1..4' | same - got
}

@test "prove takes it, and fails when a job has" {
	need prove
	capture spool --tap r.tap sh job ::: a "b: 'c' # x" $'d\ne'
	capture prove -e cat r.tap
	status_is 0
	out_has '^All tests successful'
	capture spool --timeout 1 --tap r.tap sh job ::: a fail slow $'fail\n"x": \\'
	capture prove -e cat r.tap
	status_is 1
	out_has 'Failed tests:  2-3$'
	run ! grep -q 'Parse errors' "$out"
}

@test "jobs that were not run are skipped" {
	capture spool -j1 --tap r.tap --halt soon,fail=1 'exit {}' ::: 0 1 2 3
	tap r.tap >got
	lines ok:0 'not ok:1' skipped:2 skipped:3 | same - got
}

# --- the files -----------------------------------------------------------------------------------------------------

@test "a report replaces what was there when the run is over, and not before" {
	local file

	mkdir sub
	echo old >sub/r.xml
	ln -s sub/r.xml link
	gate came go
	background spool --junit link --tap r.tap sh -c 'echo >came; read x <go' ::: 1
	await came
	echo old | same - sub/r.xml
	ls sub | same - <(echo r.xml)
	[ ! -e r.tap ]
	open_gate go
	ended "$pid"
	status_is 0
	[ -L link ]
	junit sub/r.xml
	tap r.tap
	ls sub | same - <(echo r.xml)
	for file in sub/r.xml r.tap; do
		[ "$(stat -c %a "$file")" = "$(printf '%o' $((0666 & ~$(umask))))" ]
	done
	no_files_left
}

@test "a run that a signal ends leaves its reports" {
	gate came
	background spool -j2 --junit r.xml --tap r.tap ::: 'echo partly; echo >came; exec sleep 30' 'exec sleep 30' true true
	await came
	kill -TERM "$pid"
	ended "$pid"
	junit r.xml >got
	grep -q '^error:cut off:cut off' got
	[ "$(text r.xml 'echo partly; echo >came; exec sleep 30' system-out)" = partly ]
	grep -qx 'Bail out! SIGTERM' r.tap
	tap r.tap
	no_files_left
}

@test "a run that is killed leaves nothing, and what was there" {
	echo old >r.xml
	gate came
	background spool --junit r.xml --tap r.tap ::: 'echo partly; echo >came; exec sleep 30'
	await came
	kill -KILL "$pid"
	ended "$pid"
	echo old | same - r.xml
	ls | same - <(lines came job r.xml)
	no_files_left
}

@test "a report that can't be written stops spool before any job" {
	local option

	mkdir locked there
	for option in --junit --tap; do
		capture spool "$option" none/r touch ::: ran
		status_is 255
		err_is "spool: $option: cannot write none/r: No such file or directory"
		capture spool "$option" there touch ::: ran
		status_is 255
		capture spool "$option=" touch ::: ran
		status_is 255
		err_has "^spool: $option '': must not be empty"
	done
	[ ! -e ran ]
	[ "$(id -u)" -ne 0 ] || skip 'root may write everywhere'
	chmod 555 locked
	capture spool --junit locked/r touch ::: ran
	status_is 255
	[ ! -e ran ]
}

@test "one that can't be written later is an error" {
	[ -w /dev/full ] || skip 'there is no /dev/full'
	capture spool --junit /dev/full echo ::: a
	status_is 255
	out_is a
	err_has '^spool: cannot write /dev/full: No space left on device$'
}

@test "a pipe and - are written to as they are, behind what the jobs print" {
	gate pipe
	cat pipe >piped 3>&- &
	capture spool --junit pipe echo ::: a
	wait "$!"
	junit piped
	[ -p pipe ]
	capture spool -k --tap - echo ::: a b
	head -n 2 "$out" | same - <(lines a b)
	tail -n +3 "$out" >r.tap
	tap r.tap | same - <(lines ok:a ok:b)
}

@test "where it is standard output or error under another name, nothing of that is lost" {
	spool -k --tap r echo ::: a b >r
	head -n 2 r | same - <(lines a b)
	tail -n +3 r >r.tap
	tap r.tap | same - <(lines ok:a ok:b)
	! spool --junit r 'echo {} >&2; false #' ::: a 2>r || false
	grep -qx 'spool: 1 of 1 jobs failed' r
	grep -q '^<testsuite ' r
	spool -k --junit /dev/stdout echo ::: a b | head -n 2 | same - <(lines a b)
}

@test "a report is not written over what is read, or what another option writes" {
	local option

	echo a >list
	for option in --junit --tap; do
		capture spool -a list "$option" list touch ::: ran
		status_is 255
		err_is "spool: $option list: is also read as input"
		same - list <<<a
		capture spool --joblog log "$option" log touch ::: ran
		status_is 255
		err_is "spool: $option log: is also written by --joblog"
	done
	capture spool --junit r --tap r touch ::: ran
	status_is 255
	echo old >r
	capture spool --junit r --tap ./r touch ::: ran
	status_is 255
	err_is 'spool: --tap ./r: is also written by --junit'
	same - r <<<old
	[ ! -e ran ]
}

@test "where a file without a name can't be given one, it is copied" {
	need strace
	skip_if_sanitized
	strace -f -o /dev/null -e trace=linkat -e inject=linkat:error=ENOENT true || skip 'strace can not trace here'
	echo old >r.xml
	capture strace -f -o trace -e trace=linkat -e inject=linkat:error=ENOENT spool --junit r.xml --tap r.tap sh job ::: a b
	status_is 0
	grep -q INJECTED trace
	junit r.xml | cut -d: -f6 | same - <(lines a b)
	tap r.tap
	ls | same - <(lines job r.tap r.xml trace)
}

@test "--dry-run writes none" {
	capture spool --dry-run --junit r.xml --tap r.tap echo ::: a
	[ ! -e r.xml ]
	[ ! -e r.tap ]
}

@test "no jobs are an empty report" {
	capture spool --junit r.xml --tap r.tap echo </dev/null
	status_is 0
	junit r.xml | same - /dev/null
	tap r.tap | same - /dev/null
}
