"""
What must be true after a run of the soak. It knows what each job does (cases.py), reads what the jobs have written down, and
compares that with all that spool left: output, status, files.
"""
import json
import os
import re
import signal
from xml.etree import ElementTree

from cases import LONG_MS

TOKEN = re.compile(rb'@(\d+)\.(\d+)\.([oe])\.(\d+):x*')
HEAD = re.compile(rb'(?s).*?@\d+\.\d+\.')
OWN = re.compile(rb'(spool: |  job \d+: |    \| |  \.\.\. |  and \d+ more)[^\n]*\n')
RECORD = re.compile(rb'(\d+)\t:\t\d+\.\d{3}\t *\d+\.\d{3}\t0\t(\d+)\t(-?\d+)\t(\d+)\t(.*)', re.S)
FINDING = re.compile(rb'(Address|Thread|Leak|UndefinedBehavior)Sanitizer|runtime error:')


class Wrong(Exception):
    pass


def read(path):
    try:
        with open(path, 'rb') as f:
            return f.read()
    except FileNotFoundError:
        return b''


class Oracle:
    def __init__(self, case, directory, status, stdout, stderr, broke_off):
        """status: as Popen has it; broke_off: the reader of stdout went away."""
        self.case, self.model, self.dir, self.status = case, case.model, directory, status
        self.stdout, self.stderr, self.broke_off = stdout, stderr, broke_off
        self.sent = {number for number, _ in case.signals}
        self.starts, self.ends = {}, {}
        for job in case.jobs:
            marks = read(f'{directory}/marks/{job.number}').split()
            self.starts[job.number], self.ends[job.number] = marks.count(b'start'), marks.count(b'end')

    # --- what the run was like ---

    def long(self, job):
        return job.p == LONG_MS

    def judge(self, job, a_try):
        """The status of a try that nobody disturbs."""
        status = 124 if self.long(job) else job.natural(a_try)
        return 0 if status in self.model['ok'] and job.kind != 'killed' else status

    def last_try(self, job):
        n = 1
        while n < self.model['tries'] and self.judge(job, n) != 0:
            n += 1
        return n

    def failures(self):
        return [s for s in (self.judge(j, self.last_try(j)) for j in self.case.jobs) if s != 0]

    def halts(self):
        """The condition of --halt is met sooner or later."""
        if not self.model['halt']:
            return False
        kind, n = self.model['halt'][1].split('=')
        failed = len(self.failures())
        return (failed if kind == 'fail' else len(self.case.jobs) - failed) >= int(n)

    def wanted_status(self):
        failed = self.failures()
        if self.halts():
            if self.model['halt'][1] == 'success=1':
                return [0]
            return failed if self.model['halt'][1] == 'fail=1' else range(2, len(failed) + 1)
        if not failed:
            return [0]
        return {'count': [min(len(failed), 101)], 'first': failed, 'max': [max(failed)]}[self.model['rule']]

    def died_as_told(self):
        """It was ended from outside; False: it says that it did all its work."""
        status, ending = self.status, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL}
        if status < 0 and -status in self.sent & ending or status == -signal.SIGPIPE and self.broke_off:
            return True
        if status < 0 and -status not in self.sent:
            raise Wrong(f'died of {signal.Signals(-status).name}')
        if status == 124 and self.model['dead_s'] and b'--deadline' in self.stderr + self.stdout:
            return True
        if self.broke_off and self.model['style'] == 'none':
            return True  # the jobs themselves have met the end of the pipe
        if status not in self.wanted_status():
            raise Wrong(f'status {status}, not one of {list(self.wanted_status())[:10]}')
        return self.halts()

    # --- output ---

    def tag(self, job):
        if self.model['tag'] is None:
            return b''
        if self.model['tag'] == 'number':
            return b'job %d\t' % job.number
        return (job.value if self.case.input != 'commands' else self.case.command_of(job)) + b'\t'

    def text(self, job, streams):
        """What the last try prints, whole."""
        text = b''.join(data for stream, data in job.writes(max(self.starts[job.number], 1)) if stream in streams)
        tag = self.tag(job)
        if not tag or not text:
            return text
        return re.sub(rb'(?m)^(?=.)', lambda _: tag, text)

    def may_be_cut(self, job):
        return self.ends[job.number] < self.starts[job.number] or job.kind in ('killed', 'closer') and self.ended_early

    def check_blocks(self, data, streams):
        """Each job's output is one piece."""
        texts = {j.number: self.text(j, streams) for j in self.case.jobs}
        jobs = {j.number: j for j in self.case.jobs}
        data = OWN.sub(b'', data) if 2 in streams else data  # a job that is shown live may be interrupted by it
        at, last, seen = 0, 0, set()
        while at < len(data):
            found = TOKEN.search(data, at)
            number = int(found[1]) if found else 0
            text = texts.get(number, b'')
            n = len(os.path.commonprefix([text, data[at:at + len(text)]]))
            if n == 0 and self.ended_early and self.is_stump(data[at:]):
                break
            if n == 0 or number in seen:
                raise Wrong(f'output of {streams} has at {at}: {data[at:at + 100]!r}')
            if n < len(text) and self.may_be_cut(jobs[number]):
                n = self.end_of_cut(data, at, n, [t for other, t in texts.items() if other != number and t])
            if n < len(text) and not self.may_be_cut(jobs[number]) and not (self.ended_early and at + n == len(data)):
                raise Wrong(f'output of job {number} has {data[at + n:at + n + 60]!r} where {text[n:n + 60]!r} should be')
            if self.model['keep'] and number < last:
                raise Wrong(f'job {number} is printed after job {last}')
            if self.starts[number] == 0:
                raise Wrong(f'job {number} is printed and never ran')
            seen.add(number)
            last, at = number, at + n
        return {n for n in texts if texts[n] == b''} | seen

    def end_of_cut(self, data, at, n, others):
        """Where another job's output begins with what this one would have gone on with."""
        for end in range(at + n, max(at + n - 300, at), -1):
            if end == len(data) or any(data.startswith(HEAD.match(t)[0], end) for t in others):
                return end - at
        return n

    def is_stump(self, data):
        """The beginning of a tag or of a message that was cut off."""
        return b'\n' not in data

    def check_lines(self, data, streams):
        """Each job's lines are whole and in their order, those of all tries; the rest is tags and spool's own."""
        data = OWN.sub(b'', data) if 2 in streams else data
        wanted = {j.number: [w.rstrip(b'\n') for a_try in range(1, max(self.starts[j.number], 1) + 1)
                             for s, w in j.writes(a_try)[:1 if self.long(j) else None] if s in streams]
                  for j in self.case.jobs}
        seen = {number: [] for number in wanted}
        for found in TOKEN.finditer(data):
            seen.setdefault(int(found[1]), []).append(found[0])
        for number, lines in seen.items():
            if lines != wanted.get(number, [])[:len(lines)] and not self.ended_early:
                raise Wrong(f'lines of job {number}: {[x[:60] for x in lines[:5]]}, not {[x[:60] for x in wanted[number][:5]]}')
        rest = TOKEN.sub(b'', data)
        for job in reversed(self.case.jobs):  # the tag of job 1 may be the end of that of job 11
            rest = rest.replace(self.tag(job), b'')
        if rest.strip(b'\n') and not self.ended_early:
            raise Wrong(f'output of {streams} has besides: {rest.strip()[:100]!r}')
        return {number for number in wanted if len(seen[number]) == len(wanted[number])}

    def check_output(self):
        check = self.check_blocks if self.model['style'] == 'group' or self.model['keep'] else self.check_lines
        if self.model['style'] == 'none':
            check = self.check_lines
        one = self.case.reader == 'one file'
        parts = [(self.stdout, {1, 2})] if one else [(self.stdout, {1}), (self.stderr, {2})]
        for data, streams in parts:
            whole = check(data, streams)
            if not self.ended_early and not self.broke_off:
                for job in self.case.jobs:
                    if job.number not in whole and not self.long(job):
                        raise Wrong(f'output of job {job.number} is not in {streams}')

    # --- files ---

    def check_tries(self):
        for job in self.case.jobs:
            starts = self.starts[job.number]
            if starts > self.model['tries']:
                raise Wrong(f'job {job.number} ran {starts} times of {self.model["tries"]}')
            if not self.ended_early and starts != self.last_try(job):
                raise Wrong(f'job {job.number} ran {starts} times, not {self.last_try(job)}')
            if not self.ended_early and self.ends[job.number] < starts and not self.long(job):
                raise Wrong(f'job {job.number} did not end by itself')

    def check_log(self):
        lines = read(f'{self.dir}/{self.model["log"]}').split(b'\n')
        jobs, seen = {j.number: j for j in self.case.jobs}, set()
        for line in lines[1:-1]:
            record = RECORD.fullmatch(line)
            job = jobs.get(int(record[1])) if record else None
            if job is None or job.number in seen:
                raise Wrong(f'a line of the log: {line[:100]!r}')
            seen.add(job.number)
            code, sig = int(record[3]), int(record[4])
            status = 124 if code == -1 else 128 + sig if sig else code
            if self.broke_off and self.model['style'] == 'none':
                continue
            wanted = 124 if self.long(job) else job.natural(max(self.starts[job.number], 1))
            if status != wanted:
                raise Wrong(f'the log says {code} and signal {sig} of job {job.number}, not {wanted}')
        if lines[-1] and self.status != -signal.SIGKILL:
            raise Wrong(f'the log ends in {lines[-1][:100]!r}')
        if not self.ended_early and not self.broke_off and len(seen) != len(jobs):
            raise Wrong(f'the log has {len(seen)} of {len(jobs)} jobs')

    def check_fail_log(self):
        data = read(f'{self.dir}/{self.model["fail_log"]}')
        if not self.ended_early and data.count(b'\0') != len(self.failures()):
            raise Wrong(f'{data.count(0)} lines in the fail log, not {len(self.failures())}')

    def check_events(self):
        lines = read(f'{self.dir}/{self.model["events"]}').split(b'\n')
        if self.status != -signal.SIGKILL and lines[-1]:
            raise Wrong(f'the events end in {lines[-1][:100]!r}')
        ends = 0
        for line in lines[:-1]:
            event = json.loads(line)
            ends += event.get('event', event.get('type')) == 'end'
        if not self.ended_early and ends != len(self.case.jobs):
            raise Wrong(f'{ends} events tell of an end, not {len(self.case.jobs)}')

    def check_reports(self):
        """Files that are written at the end, unless spool has died of a signal."""
        if self.status < 0:
            return
        if self.model['junit']:
            ElementTree.parse(f'{self.dir}/{self.model["junit"]}')
        if self.model['trace']:
            json.loads(read(f'{self.dir}/{self.model["trace"]}'))
        if self.model['tap'] and not re.search(rb'(?m)^1\.\.\d+', read(f'{self.dir}/{self.model["tap"]}')):
            raise Wrong('the TAP has no plan')

    # --- all of it ---

    def check(self):
        if FINDING.search(self.stderr + self.stdout):
            raise Wrong('a sanitizer speaks')
        self.ended_early = False
        self.ended_early = self.died_as_told()
        if left := os.listdir(f'{self.dir}/tmp'):
            raise Wrong(f'files left: {left}')
        self.check_tries()
        if not self.broke_off:
            self.check_output()
        for name in 'log', 'fail_log', 'events':
            if self.model[name] and (self.case.jobs or self.model[name] != 'fail_log'):
                try:
                    getattr(self, f'check_{name}')()
                except (ValueError, AttributeError) as problem:
                    raise Wrong(f'{name}: {problem!r}') from None
        try:
            self.check_reports()
        except (ValueError, OSError, ElementTree.ParseError) as problem:
            raise Wrong(f'a report: {problem!r}') from None
