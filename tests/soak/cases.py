"""
A random run of spool for the soak: its jobs, options, input, reader and signals, and what the oracle must know of them. A new
option is a line in OPTIONS: it is tried as soon as spool --help has it.
"""
import signal

# --- jobs ----------------------------------------------------------------------------------------------------------

JUNK = ['', ' a  b', "it's", '"', '$HOME `x`', '{} {#}', '*', '\\n', 'caf\xc3\xa9', '\xff', ';&|', '-j4', '#']
KINDS = [  # kind, how often, p, q; times are milliseconds
    ('fast', 30, lambda r: 0, lambda r: 0),
    ('fast', 6, lambda r: r.choice([1, 2, 100, 126, 127, 255]), lambda r: 0),
    ('slow', 8, lambda r: r.randint(1, 150), lambda r: 0),
    ('killed', 3, lambda r: r.choice([1, 2, 9, 11, 13, 15]), lambda r: 0),
    ('noisy', 8, lambda r: r.randint(1, 60), lambda r: r.choice([0, 7, 500, 3000])),
    ('noisy', 2, lambda r: r.randint(2, 8), lambda r: r.choice([65000, 100000])),
    ('daemon', 2, lambda r: r.randint(1, 600), lambda r: 0),
    ('child', 2, lambda r: r.randint(1, 600), lambda r: 0),
    ('stubborn', 3, lambda r: r.choice([50, 50, 300, 1500]), lambda r: 0),
    ('tree', 2, lambda r: r.choice([50, 300]), lambda r: 0),
    ('flaky', 4, lambda r: r.randint(1, 4), lambda r: r.choice([0, 1000])),
    ('closer', 2, lambda r: r.randint(1, 100), lambda r: 0),
    ('hungry', 3, lambda r: 0, lambda r: 0),
]
LONG_MS = 20000  # of a job that only a limit ends


class Job:
    def __init__(self, number, kind, p, q, junk):
        self.number, self.kind, self.p, self.q = number, kind, p, q
        self.value = f'{number}:{kind}:{p}:{q}:{junk}'.encode('latin-1')

    def natural(self, a_try):
        """How it ends by itself: its status as spool counts it."""
        if self.kind == 'fast':
            return self.p
        if self.kind == 'killed':
            return 128 + self.p
        return 7 if self.kind == 'flaky' and a_try < self.p else 0

    def writes(self, a_try):
        """All that a try prints, in order: stream and bytes."""
        def line(n, stream, pad, newline=True):
            return stream, b'@%d.%d.%c.%d:' % (self.number, a_try, b'_oe'[stream], n) + b'x' * pad + b'\n' * newline

        if self.kind == 'fast':
            return [line(0, 1, 10)] + ([line(1, 2, 0)] if self.p else [])
        if self.kind == 'noisy':
            return [line(i, 1 + i % 2, self.q, i + 2 < self.p) for i in range(self.p)]
        if self.kind in ('slow', 'stubborn', 'tree'):
            return [line(0, 1, 0), line(1, 1, 0)]
        if self.kind == 'closer':
            return [line(0, 2, 0)]
        return [line(0, 1, self.q if self.kind == 'flaky' else 0)]


# --- options -------------------------------------------------------------------------------------------------------

# Each: the option that --help must name, how often (0 to 1), words(random, model) that also tells the model, which is:
#   style group, line or none; keep; tag; slots; tries; ok: codes; rule: of the status; limit_s: of a job; halt; dead_s: the
#   deadline; log, fail_log, events, ...: files; grace_s
OPTIONS = []


def option(name, chance):
    def add(words):
        OPTIONS.append((name, chance, words))
        return words
    return add


def plain(name, chance, words=None, **model):
    """One whose words are fixed."""
    def choose(r, m):
        m.update(model)
        return list(words or [name])
    OPTIONS.append((name, chance, choose))


plain('--keep-order', .35, ['-k'], keep=True)
plain('--line-buffer', .15, style='line')
plain('--ungroup', .1, ['-u'], style='none', tag=None, keep=False)
plain('--tag', .15, tag='value')
plain('--buffer', .2, ['--buffer', '1'])
plain('--delay', .08, ['--delay', '3ms'])
plain('--nice', .05, ['--nice', '1'])
plain('--load', .05, ['--load', '1000'])
plain('--memfree', .05, ['--memfree', '1k'])
plain('--limit', .05, ['--limit', 'true'])
plain('--explain', .05)
plain('--progress', .1, ['--progress=plain'])
plain('--bar', .05)
plain('--eta', .05)
plain('--heartbeat', .05, ['--heartbeat', '50ms'])
plain('--color', .05, ['--color=never'])
plain('--jobserver', .05, ['--jobserver', 'server'])
plain('--pty', .0)  # a terminal changes what is printed
plain('--summary', .1, ['--summary', 'always'])


@option('--jobs', .9)
def jobs(r, m):
    m['slots'] = r.choice([1, 2, 2, 3, 4, 8, 30])
    return [f'-j{m["slots"]}']


@option('--grace', .9)
def grace(r, m):
    m['grace_s'] = r.choice([.05, .2, .5])
    return ['--grace', f'{m["grace_s"]}s']


@option('--max-output', .05)
def max_output(r, m):
    return ['--max-output', '100M'] if m['style'] != 'none' else []


@option('--tagstring', .05)
def tagstring(r, m):
    if m['style'] == 'none':
        return []
    m['tag'] = 'number'
    return ['--tagstring', 'job {#}']


@option('--timeout', .12)
def timeout(r, m):
    m['limit_s'] = 3
    return ['--timeout', '3']


@option('--deadline', .06)
def deadline(r, m):
    m['dead_s'] = r.choice([.01, .3, 2])
    return ['--deadline', f'{m["dead_s"]}s']


@option('--halt', .1)
def halt(r, m):
    m['halt'] = r.choice(['soon', 'now']), r.choice(['fail=1', 'fail=2', 'success=1'])
    return ['--halt', ','.join(m['halt'])]


@option('--fail-fast', .06)
def fail_fast(r, m):
    if m['halt']:
        return []
    m['halt'] = r.choice(['soon', 'now']), 'fail=1'
    return [f'--fail-fast={m["halt"][0]}']


@option('--ok-codes', .1)
def ok_codes(r, m):
    m['ok'] = {1, 7}
    return ['--ok-codes', '1,7']


@option('--exit-code', .1)
def exit_code(r, m):
    m['rule'] = r.choice(['first', 'max'])
    return ['--exit-code', m['rule']]


@option('--retries', .2)
def retries(r, m):
    m['tries'] = r.randint(1, 5)
    return ['--retries', str(m['tries'])]


@option('--retry-delay', .1)
def retry_delay(r, m):
    return ['--retry-delay', r.choice(['5ms', '1ms,exp,20ms'])] if m['tries'] > 1 else []


@option('--joblog', .35)
def joblog(r, m):
    m['log'] = 'log'
    return ['--joblog', 'log'] + r.choice([[], [], ['--resume']])


@option('--fail-log', .1)
def fail_log(r, m):
    m['fail_log'] = 'fail.log'
    return ['--fail-log', 'fail.log']


@option('--events', .25)
def events(r, m):
    m['events'] = 'events'
    return ['--events', 'events']


for name, file in ('--junit', 'junit.xml'), ('--tap', 'tap'), ('--trace', 'trace.json'):
    plain(name, .06, [name, file], **{file.split('.')[0]: file})


# --- one run -------------------------------------------------------------------------------------------------------

SIGNALS = [
    (46, lambda r: []),
    (18, lambda r: [(r.choice(ENDING), 0)]),
    (8, lambda r: [(r.choice(ENDING), 0), (r.choice(ENDING), r.uniform(.1, .4))]),
    (8, lambda r: [(signal.SIGKILL, 0)]),
    (4, lambda r: [(r.choice(ENDING), 0), (signal.SIGKILL, r.uniform(0, .3))]),
    (6, lambda r: [(signal.SIGTSTP, 0), (signal.SIGCONT, r.uniform(.01, .3))]),
    (3, lambda r: [(signal.SIGTSTP, 0), (r.choice(ENDING), .05), (signal.SIGCONT, .05)]),
    (7, lambda r: [(r.choice([signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH]), r.uniform(0, .005)) for _ in range(40)]),
]
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


def weighted(r, rows):
    return r.choices(rows, [row[0] for row in rows])[0][1]


class Case:
    """Words, jobs, and how it is fed, read and signalled; model as above."""

    def __init__(self, r, act, known_options):
        count = r.choice([0, 1, 2, 5, 10, 20, 40, 80])
        self.act = act
        self.model = dict(style='group', keep=False, tag=None, slots=None, tries=1, ok=set(), rule='count', limit_s=None,
                          halt=None, dead_s=None, log=None, fail_log=None, events=None, junit=None, tap=None, trace=None,
                          grace_s=2)
        options = []
        for name, chance, words in OPTIONS:
            if name in known_options and r.random() < chance:
                options += words(r, self.model)
        self.jobs = self.random_jobs(r, count)
        self.input = r.choice([':::', 'stdin', 'file', 'slow stdin', 'commands'])
        self.words = options + self.command(r, act)
        self.reader = r.choices(['file', 'one file', 'pipe', 'slow pipe', 'gone'], [50, 15, 20, 8, 7])[0]
        self.signals = weighted(r, SIGNALS)(r)
        self.signal_after = r.choice([r.uniform(0, .05), r.uniform(0, .3), r.uniform(0, 1)])

    def random_jobs(self, r, count):
        jobs, kinds = [], r.sample(KINDS, r.randint(1, len(KINDS)))
        for n in range(1, count + 1):
            kind, _, p, q = r.choices(kinds, [k[1] for k in kinds])[0]
            p, q = p(r), q(r)
            if self.model['limit_s'] and kind in ('slow', 'stubborn', 'tree') and n % 20 == 1:
                p = LONG_MS
            if self.model['style'] == 'none':
                q = min(q, 3000)  # longer writes to a pipe are not in one piece
            jobs.append(Job(n, kind, p, q, r.choice(JUNK)))
        return jobs

    def command(self, r, act):
        if self.input == 'commands':
            return ['-0']
        form = r.choice([[act, 'marks', '{}'], [act, 'marks'], [f'exec {act} marks {{}}'], [f'exec {act} marks "$1"'],
                         [f'X={{}}; exec {act} marks "$X"']])
        source = {':::': [':::'] + [j.value for j in self.jobs], 'file': ['-a', 'list']}.get(self.input, [])
        return (source + form) if self.input == 'file' else form + source

    def command_of(self, job):
        return b"exec %s marks '%s'" % (self.act.encode(), job.value.replace(b"'", b"'\\''"))

    def feed(self):
        """The bytes of the input."""
        if self.input == 'commands':
            return b''.join(self.command_of(j) + b'\0' for j in self.jobs)
        return b''.join(j.value + b'\n' for j in self.jobs)
