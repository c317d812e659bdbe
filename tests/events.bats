# What other programs are told of a run while it runs: --events and --trace. Python and jq are the independent readers.
load helper

setup() {
	test_setup
	need python3
}

# each_event PYTHON: the events as a list of objects e, in file "events", must make the expressions true.
check_events() {
	python3 - "$@" <<-'EOF'
		import base64, json, sys
		data = open("events", "rb").read()
		assert data.endswith(b"\n") or not data, data[-200:]
		lines = data.decode("utf-8").splitlines()
		assert len(lines) == data.count(b"\n"), "a line has a character that ends lines elsewhere"
		e = [json.loads(line) for line in lines]
		def of(event): return [x for x in e if x["event"] == event]
		start, retry, end, summary = of("start"), of("retry"), of("end"), of("summary")
		assert e == [x for x in e if x["event"] in ("start", "retry", "end", "summary")]
		by = {x["seq"]: x for x in end}
		assert len(by) == len(end), "a job has two ends"
		for s in summary:
		    n = lambda *names: sum(x["outcome"] in names for x in end)
		    assert s is e[-1]
		    assert s["jobs"] == len(end) == s["run"] + s["cut_off"] + s["not_run"], s
		    assert s["failed"] == n("failed", "timed_out", "not_started"), s
		    assert s["run"] == s["failed"] + n("ok"), s
		    for name in ("timed_out", "not_started", "cut_off", "not_run"):
		        assert s[name] == n(name), s
		    assert s["retried"] == sum(x["tries"] > 1 for x in end), s
		for test in sys.argv[1:]:
		    if not eval("(%s)" % test):
		        sys.exit(test + "\n" + "\n".join(lines)[:5000])
	EOF
}

# agrees_with_log: each record of the job log in "log" has an end that says the same, and the other way.
agrees_with_log() {
	check_events "$@" && python3 - <<-'EOF'
		import json
		end = [x for x in map(json.loads, open("events")) if x["event"] == "end"]
		mine = {}
		for x in end:
		    if x["outcome"] in ("cut_off", "not_run"):
		        continue
		    code = (-1, 15) if x["timed_out"] else (x["exit"] or 0, x["signal"] or 0)
		    mine[x["seq"]] = (code, x["stdout_bytes"] or 0, x["start"], x["duration"])
		theirs = {}
		for line in open("log").read().split("\n")[1:-1]:
		    c = line.split("\t", 8)
		    theirs[int(c[0])] = ((int(c[6]), int(c[7])), int(c[5]), float(c[2]), float(c[3]))
		assert mine.keys() == theirs.keys(), (mine, theirs)
		for seq in mine:
		    assert mine[seq][:2] == theirs[seq][:2], (seq, mine[seq], theirs[seq])
		    if mine[seq][2] is not None:
		        assert abs(mine[seq][2] - theirs[seq][2]) < 0.0011, seq
		        assert abs(mine[seq][3] - theirs[seq][3]) < 0.0011, seq
	EOF
}

# --- what is in the events -----------------------------------------------------------------------------------------

@test "each job has a start and an end, and the run a summary, an object a line" {
	capture spool -j1 --events events sh -c 'echo $0; exit $0' ::: 0 3
	status_is 1
	check_events '[x["event"] for x in e] == ["start", "end", "start", "end", "summary"]' \
		'[x["seq"] for x in e[:4]] == [1, 1, 2, 2]' \
		'[x["outcome"] for x in end] == ["ok", "failed"]' \
		'[x["exit"] for x in end] == [0, 3] and [x["signal"] for x in end] == [None, None]' \
		'start[1]["argv"] == end[1]["argv"] == ["sh", "-c", "echo $0; exit $0", "3"]' \
		'start[1]["inputs"] == end[1]["inputs"] == ["3"]' \
		'summary[0]["status"] == 1 and summary[0]["run"] == 2 and summary[0]["failed"] == 1' \
		'summary[0]["all_read"] and summary[0]["signal"] is None'
	if command -v jq >/dev/null; then
		[[ $(jq -r 'select(.event == "end" and .outcome == "failed") | .argv | join(" ")' events) == 'sh -c echo $0; exit $0 3' ]]
	fi
}

@test "every event has all of its fields, whatever became of the job" {
	printf '%s\n' true 'exit 3' 'kill -KILL $$' /nonexistent/x 'sleep 30' >list
	capture spool -j1 --timeout 0.3 --events events -a list
	spool -j1 --fail-fast --events more ::: true false true || :
	cat more >>events
	python3 - <<-'EOF'
		import json
		keys = {
		    "start": "event seq tries slot pid start argv inputs",
		    "end": "event seq tries slot pid start outcome exit signal signal_name error timed_out core_dumped pipe_held"
		        " truncated duration user system max_rss blocks_read blocks_written stdout_bytes stderr_bytes argv inputs",
		    "summary": "event start duration status signal signal_name jobs run failed timed_out not_started cut_off"
		        " not_run retried skipped all_read",
		}
		seen = set()
		for x in map(json.loads, open("events")):
		    assert list(x) == keys[x["event"]].split(), x
		    seen.add(x.get("outcome"))
		    ran = x["event"] == "start" or x.get("outcome") in ("ok", "failed", "timed_out", "cut_off")
		    for name in keys[x["event"]].split():
		        if name in ("pid", "duration", "user", "max_rss", "stdout_bytes") and x["event"] != "summary":
		            assert (x[name] is not None) == ran, (name, x)
		assert seen == {None, "ok", "failed", "timed_out", "not_started", "not_run"}, seen
	EOF
}

@test "the manual names every field, and no other" {
	capture spool -0 --retries 2 --events events false ::: $'\x80'
	python3 -c '
import json
print("\n".join({k for line in open("events") for k in json.loads(line)}))' | sort >fields
	printf '%s\n' end retry start summary ok failed timed_out not_started cut_off not_run >words
	sed -n '/^.Sh EVENTS/,/^.Sh EXIT/p' "$test_root/man/spool.1" | sed -En 's/^\.(It )?Cm //p' | tr ' ' '\n' |
		grep -v '^[.,;:]$' | sort -u >manual
	sort -u fields words | same - manual
}

@test "they agree with the job log of a run with failures, timeouts, signals and what could not be started" {
	printf '%s\n' 'echo out; echo err >&2' 'exit 3' 'kill -KILL $$' 'kill -TERM $$' /nonexistent/x 'echo x; exec sleep 30' \
		'exit 255' "printf 'a\\nb'; exit 1" 'exit 127' >list
	: >plain
	echo ./plain >>list
	capture spool -j2 --timeout 2 --events events --joblog log -a list
	status_is 9
	agrees_with_log '[by[i]["outcome"] for i in range(1, 11)] == ["ok", "failed", "failed", "failed", "not_started",
	    "timed_out", "failed", "failed", "failed", "not_started"]' \
		'by[3]["signal_name"] == "SIGKILL" and by[4]["signal"] == 15 and by[3]["exit"] is None' \
		'by[5]["exit"] == 127 and by[5]["error"] == "No such file or directory" and by[10]["exit"] == 126' \
		'by[6]["timed_out"] and by[6]["signal"] == 15 and by[6]["duration"] >= 2' \
		'by[1]["stdout_bytes"] == 4 and by[1]["stderr_bytes"] == 4 and by[8]["stdout_bytes"] == 3' \
		'by[9]["outcome"] == "failed" and summary[0]["status"] == 9'
	capture spool -j2 --ok-codes 3 --events events --joblog log -a list --timeout 1
	agrees_with_log 'by[2]["outcome"] == "ok" and by[2]["exit"] == 3'
}

@test "what it took is there: time, processor time, memory, output" {
	capture spool --events events \
		'python3 -c "import time; x = bytearray(50 << 20); time.sleep(0.2); t = time.process_time()
while time.process_time() < t + 0.2: pass" {}' ::: a
	check_events '0.4 <= end[0]["duration"] < 20' '0.2 <= end[0]["user"] + end[0]["system"] < 20' \
		'50 << 20 < end[0]["max_rss"] < 500 << 20' 'end[0]["stdout_bytes"] == 0' \
		'summary[0]["duration"] >= end[0]["duration"]' \
		'abs(summary[0]["start"] - end[0]["start"]) < 10 and abs(__import__("time").time() - end[0]["start"]) < 100'
	spool --events events ::: 'head -c 100000 /dev/zero; head -c 10 /dev/zero >&2' >/dev/null 2>&1
	check_events 'end[0]["stdout_bytes"] == 100010 and end[0]["stderr_bytes"] is None' # into one file, together
	capture spool -u --events events ::: 'echo x'
	check_events 'end[0]["stdout_bytes"] is None and end[0]["stderr_bytes"] is None'
}

@test "a job whose pipe was held is marked so" {
	background spool --events events ::: 'sleep 30 & echo $! >held'
	ended "$pid"
	kill "$(<held)"
	check_events 'end[0]["pipe_held"] and end[0]["outcome"] == "ok" and not end[0]["truncated"]'
}

@test "every try has its start, those that failed a retry, the last one the end" {
	# shellcheck disable=SC2016 # for the job
	capture spool -j1 --retries 3 --events events 'test $(echo x >>{}; wc -l <{}) -ge 3' ::: a
	status_is 0
	check_events '[(x["event"], x["tries"]) for x in e[:-1]] == [("start", 1), ("retry", 1), ("start", 2), ("retry", 2),
	    ("start", 3), ("end", 3)]' \
		'[x["outcome"] for x in retry] == ["failed"] * 2 and end[0]["outcome"] == "ok"' \
		'summary[0]["retried"] == 1 and summary[0]["failed"] == 0'
	capture spool -j1 --retries 2 --retry-delay 1h --events events --trace trace --deadline 2 'exit 7' ::: a
	check_events '[(x["event"], x["tries"]) for x in e[:-1]] == [("start", 1), ("retry", 1), ("end", 1)]' \
		'end[0]["exit"] == 7 and summary[0]["retried"] == 0'
	[[ $(grep -c '"ph":"X"' trace) -eq 1 ]]
}

@test "jobs that did not run have an end, and are counted" {
	capture spool -j1 --halt soon,fail=1 --events events sh -c ::: 'exit 3' 'echo never' 'echo neither'
	status_is 3
	check_events 'by[1]["outcome"] == "failed" and len(start) == 1' \
		'all(x["outcome"] == "not_run" and x["argv"][:2] == ["sh", "-c"] for x in end[1:]) and len(end) >= 2' \
		'summary[0]["status"] == 3 and summary[0]["not_run"] == len(end) - 1'
}

@test "when a signal ends the run, what was cut off says so, and the summary has the signal" {
	gate ready
	background spool -j1 --events events sh -c '{}' ::: true 'echo >ready; exec sleep 30' true true
	await ready
	kill -TERM "$pid"
	ended "$pid"
	status_is 143
	check_events 'by[2]["outcome"] == "cut_off" and by[2]["signal"] == 15' \
		'summary[0]["signal"] == 15 and summary[0]["signal_name"] == "SIGTERM" and summary[0]["status"] == 143' \
		'[x["outcome"] for x in end[2:]] == ["not_run"] * len(end[2:]) and by[1]["outcome"] == "ok"' \
		'summary[0]["cut_off"] == 1'
}

# --- whatever bytes a command holds --------------------------------------------------------------------------------

@test "it is valid JSON whatever bytes a command holds, and the exact bytes stand beside what is not UTF-8" {
	python3 - >list <<-'EOF'
		import random, sys
		r = random.Random(1)
		items = [bytes([b]) for b in range(1, 256)]
		items += ["\u2028\u2029\x85\x7f\ufeff\ufffd\U0001f600\"\\/{}\x1b[0m\t\r\n\x0b\x0c".encode(), b"", b"plain"]
		items += [b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98"]
		for _ in range(300):
		    items.append(bytes(r.choice(b"\"\\\x01\x7f\x80\xbf\xc2\xe0\xe2\xed\xf0\xf4\xff\xa0\x9f\x90a") for _ in range(12)))
		sys.stdout.buffer.write(b"".join(i + b"\0" for i in items))
	EOF
	capture spool -0 -j2 --events events --trace trace -a list true -x {}
	status_is 0
	check_events 'len(end) == 563' \
		'[by[i + 1]["inputs"][0] for i in range(563)] ==
		    [x.decode("utf-8", "replace") for x in open("list", "rb").read().split(b"\0")[:-1]]' \
		'all(x["argv"] == ["true", "-x"] + x["inputs"] for x in start + end)' \
		'all([base64.b64decode(t) for t in by[i + 1].get("inputs_b64", [x and ""])] == [x] or
		    x == by[i + 1]["inputs"][0].encode() and "inputs_b64" not in by[i + 1]
		    for i, x in enumerate(open("list", "rb").read().split(b"\0")[:-1]))' \
		'all(("argv_b64" in x) == ("inputs_b64" in x) for x in start + end)' \
		'all([base64.b64decode(t) for t in x.get("argv_b64", [])][2:] == [base64.b64decode(t) for t in x.get("inputs_b64", [])]
		    for x in start + end)'
	python3 -c 'import json; json.load(open("trace"))'
	if command -v jq >/dev/null; then
		[[ $(jq -r .seq events | wc -l) -eq 1127 ]]
	fi
}

@test "argv is what the job gets, and inputs is all it was made of" {
	printf 'a b\0c"d\0e\0' >list
	capture spool -0 -j1 -N2 --events events -a list 'tr "\0" "\n" </proc/$$/cmdline; : {1} {2}'
	check_events 'end[0]["inputs"] == ["a b", "c\"d"] and end[1]["inputs"] == ["e"]' \
		'open("../seen/out").read().split("\n")[:-1] == by[1]["argv"] + by[2]["argv"]'
}

@test "an input that is too long for a command is told without it" {
	head -c 3000000 /dev/zero | tr '\0' x >list
	capture spool --events events -a list true
	check_events 'len(start) == 0 and end[0]["outcome"] == "not_started" and end[0]["inputs"] == end[0]["argv"] == []' \
		'end[0]["error"] == "Argument list too long"'
}

# --- where they go -------------------------------------------------------------------------------------------------

@test "with fd:N they go to that descriptor, which spool was started with" {
	capture_to_5() { "$@" 5>events; }
	capture capture_to_5 spool --events fd:5 echo ::: a
	out_is a
	check_events 'len(e) == 3'
	echo before >both
	spool --events fd:5 true ::: a b 5>>both &
	spool --events fd:5 true ::: a b 5>>both
	wait $!
	sed 1d both >events
	python3 -c '
import json
assert len([json.loads(line) for line in open("events")]) == 10'
}

@test "a descriptor that is not open for writing is an error before any job" {
	capture spool --events fd:7 touch ran
	status_is 255
	err_has '^spool: --events fd:7: not open$'
	exec 7</dev/null
	capture spool --events fd:7 touch ::: ran
	exec 7<&-
	status_is 255
	err_has '^spool: --events fd:7: not open for writing$'
	for value in fd: fd:x fd:-1 fd:3x fd:99999999999; do
		capture spool --events "$value" touch ::: ran
		status_is 255
		err_has "^spool: --events $value: not a descriptor"
	done
	for value in fd:0 fd:1 fd:2; do
		capture spool --events "$value" touch ::: ran
		status_is 255
		err_has "^spool: --events $value: 0, 1 and 2 are the jobs'"
	done
	for option in --events --trace; do
		capture spool "$option" - touch ::: ran
		status_is 255
		err_has "^spool: $option -: standard output is the jobs'"
		capture spool "$option" '' touch ::: ran
		status_is 255
	done
	[[ ! -e ran ]]
}

@test "jobs have no descriptor more for it, and that of fd:N as they would have it anyway" {
	capture spool --events events --trace trace ls ::: /proc/self/fd
	out_is 0 1 2 3 # the last is ls's own
	seen_with_5() { "$@" 5>events; }
	capture seen_with_5 spool --events fd:5 ls ::: /proc/self/fd
	out_is 0 1 2 3 5
}

@test "each line is one write at the end of the file" {
	need strace
	skip_if_sanitized
	strace -f -qq -o calls -e trace=write,open,openat spool -j2 --events events true ::: 1 2 3
	grep -Eq 'open(at)?\(.*"events", O_WRONLY\|O_CREAT\|O_NOCTTY\|O_APPEND' calls
	[[ $(grep -c 'write([0-9]*, "{\\"event\\"' calls) -eq 7 ]]
	check_events 'len(e) == 7'
	strace -f -qq -o calls -e trace=write spool --events events true ::: "$(printf '%100000s' '')"
	fd=$(grep -o 'write([0-9]*, "{\\"event' calls | head -n 1 | tr -dc 0-9)
	[[ $(wc -c <events) -gt 400000 && $(grep -c "write($fd, " calls) -eq 3 ]]
}

@test "a pipe that does not block is waited for, and nothing changes its flags" {
	cat >run.py <<-'EOF'
		import fcntl, json, os, subprocess, sys, time
		r, w = os.pipe()
		os.set_inheritable(w, True)
		os.set_blocking(w, False)
		p = subprocess.Popen(["spool", "-j4", "--events", "fd:%d" % w, "true", "x" * 3000, ":::"] +
		    [str(i) for i in range(100)], pass_fds=[w], stdout=subprocess.DEVNULL)
		before = fcntl.fcntl(w, fcntl.F_GETFL)
		time.sleep(1) # long enough for the pipe to be full
		assert p.poll() is None
		assert fcntl.fcntl(w, fcntl.F_GETFL) == before
		os.close(w)
		lines = [json.loads(line) for line in os.fdopen(r)]
		assert p.wait() == 0
		assert len(lines) == 201, len(lines)
	EOF
	timeout 60 python3 run.py
	sed -i 's/os.set_blocking(w, False)/pass/' run.py
	timeout 60 python3 run.py
}

@test "a reader that does not read keeps no signal from its work" {
	gate pipe
	exec 9<>pipe
	background spool -j2 --grace 0.5 --events pipe true "$(printf '%3000s' '')" ::: {1..100} 9<&-
	wait_until 20 eval 'grep -q pipe_write /proc/$pid/task/*/wchan'
	kill -TERM "$pid"
	ended "$pid" 10
	exec 9<&-
	status_is 143
	no_leftovers
}

@test "a run that is killed leaves whole lines" {
	local i

	for i in 1 2 3; do
		background spool -j4 --events events --trace trace sh -c 'echo {}' ::: {1..20000} >/dev/null
		wait_until 20 eval '[[ -s events ]]'
		wait_until 20 eval "(( \$(wc -l <events) > $((i * 40)) ))"
		wait_until 20 eval '(( $(wc -l <trace) > 30 ))' # bars go out together
		kill -KILL "$pid"
		ended "$pid"
		check_events 'len(summary) == 0 and len(end) > 0 and all(x["seq"] in [y["seq"] for y in start] for x in end)'
		python3 -c 'import json; assert len(json.loads(open("trace").read() + "]")) > 20'
		rm events trace
	done
	no_leftovers 5
}

@test "a file that can't be opened is an error before any job" {
	for option in --events --trace; do
		capture spool "$option" nosuch/file touch ::: ran
		status_is 255
		err_is "spool: $option: cannot write nosuch/file: No such file or directory"
		echo a >list
		capture spool -a list "$option" list touch ::: ran
		status_is 255
		err_is "spool: $option list: is also read as input"
		same - list <<<a
	done
	[[ ! -e ran ]]
}

@test "one that can't be written to later ends the run with 255, and a message" {
	capture spool -j1 --events /dev/full 'sleep 30; touch' ::: one two three
	status_is 255
	err_is 'spool: cannot write /dev/full: No space left on device'
	[[ ! -e two ]]
	capture spool -j1 --trace /dev/full touch ::: one two
	status_is 255
	err_is 'spool: --trace: cannot write /dev/full: No space left on device'
	gone() { "$@" 5> >(:); }
	capture gone spool -j1 --events fd:5 'sleep 0.2; true' ::: {1..50}
	status_is 255
	err_is 'spool: cannot write fd:5: Broken pipe'
	no_leftovers
}

@test "with --dry-run nothing is written" {
	echo kept >events
	capture spool --dry-run --events events --trace trace echo ::: a
	status_is 0
	same - events <<<kept
	[[ ! -e trace ]]
}

@test "what an earlier run has done is counted as skipped" {
	spool --joblog log true ::: a b
	spool --joblog log --resume --events events true ::: a b c
	check_events 'summary[0]["skipped"] == 2 and summary[0]["jobs"] == 1 and end[0]["seq"] == 3'
}

# --- the trace -----------------------------------------------------------------------------------------------------

# check_trace EXPRESSION...
check_trace() {
	python3 - "$@" <<-'EOF'
		import json, sys
		t = json.load(open("trace"))
		x = [v for v in t if v["ph"] == "X"]
		lanes = {}
		for v in sorted(x, key=lambda v: (v["tid"], v["ts"])):
		    assert v["ts"] >= lanes.get(v["tid"], 0), "two jobs in a lane at once"
		    lanes[v["tid"]] = v["ts"] + v["dur"]
		named = [v["tid"] for v in t if v["name"] == "thread_name"]
		assert sorted(named) == sorted(set(named)) and set(lanes) <= set(named), "a lane without a name, or with two"
		assert all(v["pid"] == 1 for v in t)
		running = [v["args"]["jobs"] for v in t if v["ph"] == "C"]
		marks = [v["name"] for v in t if v["ph"] == "i"]
		by = {v["args"]["seq"]: v for v in x}
		for test in sys.argv[1:]:
		    if not eval("(%s)" % test):
		        sys.exit(test + "\n" + open("trace").read()[:5000])
	EOF
}

@test "the trace has a bar for each job in the lane of its slot, and a count of what runs" {
	gate one two
	background spool -j2 --trace trace --joblog log --heartbeat 0.1 ::: ': <one' ': <two' 'exit 3' 'kill -9 $$' 2>"$err"
	wait_until 20 grep -q '^spool: 2 running' "$err" # which is counted after the trace has been told
	open_gate one
	open_gate two
	ended "$pid"
	check_trace 'len(x) == 4 and x[0]["cat"] == "job"' \
		't[0] == {"name": "process_name", "ph": "M", "pid": 1, "args": {"name": "spool"}}' \
		'[by[i]["args"]["exit"] for i in (1, 2, 3, 4)] == [0, 0, 3, None] and by[4]["args"]["signal"] == 9' \
		'by[3]["name"] == "exit 3" or by[3]["name"] == "(exit 3)"' \
		'len(running) == 8 and max(running) == 2 and running[-1] == 0 and running[0] == 1' \
		'{v["tid"] for v in x} == {1, 2} and marks == []' \
		'all(abs(by[int(r.split("\t")[0])]["dur"] / 1e6 - float(r.split("\t")[3])) < 0.0011
		    for r in open("log").read().split("\n")[1:-1])'
	[[ $(head -c 2 trace) == '[' && $(tail -n 1 trace) == ']' ]]
}

@test "it has marks for tries that timed out or are made again, and what could not be started" {
	capture spool -j1 --retries 2 --timeout 0.3 --trace trace sh -c ::: 'sleep 30'
	check_trace 'marks == ["timed out", "retry", "timed out"]' 'len(x) == 2' \
		'[v["args"]["tries"] for v in x] == [1, 2]' 'x[0]["args"]["outcome"] == "timed_out" and x[0]["dur"] >= 300000'
	capture spool --trace trace ::: /nonexistent/x
	check_trace 'x[0]["args"]["outcome"] == "not_started" and x[0]["dur"] == 0 and running == []'
	capture spool -j1 --fail-fast --trace trace ::: false true
	check_trace 'len(x) == 1'
}

@test "a long command is cut in the trace" {
	capture spool --trace trace true ::: "$(printf '%1000s' x)"
	check_trace 'len(x[0]["name"]) == 256'
}
