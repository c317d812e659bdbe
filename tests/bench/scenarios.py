"""What is measured: the work, who does it, and what spool is to reach."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field

from measuring import Work

MIB = 1 << 20


@dataclass
class Contestant:
    """One who does the work of a scenario."""

    name: str
    kind: str  # spool, limit or peer
    work: Work
    fewer: int = 1  # it gets so many times fewer jobs, because it is slow; its times are scaled
    goals: list = field(default_factory=list)  # (reference, at most so many times its time)
    floor: str = ""  # the contestant that makes the same system calls and does nothing else


@dataclass
class Scenario:
    """Contestants that do the same work, one after the other, round by round."""

    key: str
    title: str
    jobs: int
    contestants: list
    lines: int = -1  # that each prints; -1: nobody counts
    memory_mib: float = 64  # of spool, at most
    traced_jobs: int = 0  # system calls are counted in a run of so many jobs
    rounds: int = 0  # when not as many as the others


class Place:
    """Where the programs and inputs of the benchmark are."""

    def __init__(self, spool, build, work):
        self.spool, self.build, self.work = spool, build, work
        self.limit, self.tiny, self.line = (f"{build}/{name}" for name in ("limit", "tiny", "line"))
        self.block, self.both = f"{build}/block", f"{build}/both"

    def file(self, name, lines):
        path = f"{self.work}/{name}"
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as f:
                f.writelines(f"{line}\n" for line in lines)
        return path

    def numbers(self, n):
        return self.file(f"numbers.{n}", range(1, n + 1))


def gnu_parallel():
    for name in ("parallel", "parallel.gnu"):
        path = shutil.which(name)
        if path and "GNU" in subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout:
            return path
    return None


def moreutils():
    for name in ("parallel.moreutils", "parallel"):
        path = shutil.which(name)
        if path and path != gnu_parallel():
            return path
    return None


def makefile(place, n, command):
    rules = "".join(f"j{i}:\n\t@{command} {i}\n" for i in range(1, n + 1))
    return place.file(f"make.{n}.{os.path.basename(command)}", [f"all: {' '.join(f'j{i}' for i in range(1, n + 1))}\n{rules}"])


def ninjafile(place, n, command):
    builds = "".join(f"build j{i}: run\n  n = {i}\n" for i in range(1, n + 1))
    return place.file(f"ninja.{n}.{os.path.basename(command)}", [f"builddir = {place.work}\nrule run\n  command = {command} $n\n{builds}"])


def directory(place, n):
    path = f"{place.work}/files.{n}"
    if not os.path.isdir(path):
        os.mkdir(path)
        for i in range(n):
            with open(f"{path}/{i}", "w", encoding="ascii"):
                pass
    return path


def peers(place, n, program, output="count"):
    """Everyone else who is installed, on n jobs of the program with a number each. None groups output but GNU parallel."""

    def peer(name, tool, argv, fewer=1, reads=True):
        if tool is None:
            return []
        jobs = max(n // fewer, 1)
        return [Contestant(name, "peer", Work([tool, *argv(jobs)], place.numbers(jobs) if reads else "/dev/null", output), fewer)]

    which = shutil.which
    return [
        *peer("busybox xargs", which("busybox"), lambda m: ["xargs", "-P", "2", "-n", "1", program]),
        *peer("GNU xargs", which("xargs"), lambda m: ["-P", "2", "-n", "1", program], 4),
        *peer("xe", which("xe"), lambda m: ["-j", "2", program], 2),
        *peer(
            "parallel of moreutils", moreutils(), lambda m: ["-j", "2", program, "--", *map(str, range(1, m + 1))], max(2, n // 4000), False
        ),
        *peer("xjobs", which("xjobs"), lambda m: ["-v0", "-j", "2", program], 4),
        *peer("pexec", which("pexec"), lambda m: ["-n", "2", "-p", " ".join(map(str, range(1, m + 1))), "-e", "n", "-o", "-", "-c", "--", f"{program} $n"], 20, False),
        *peer("fd -x", which("fdfind") or which("fd"), lambda m: ["-j", "2", ".", directory(place, m), "-x", program], 4, False),
        *peer("make -j2 -s", which("make"), lambda m: ["-s", "-j2", "-f", makefile(place, m, program), "all"], 8, False),
        *peer("GNU parallel", gnu_parallel(), lambda m: ["--will-cite", "-j", "2", program], 80),
    ]


def spool(place, n, name, options, command, goals=(), output="count", floor=""):
    work = Work([place.spool, "-j2", *options, *command], place.numbers(n), output)
    return Contestant(name, "spool", work, 1, list(goals), floor)


def limit(place, n, name, options, program):
    return Contestant(name, "limit", Work([place.limit, "-j", "2", "-n", str(n), *options, program]))


def quiet_jobs(place, n):
    return Scenario(
        "quiet-jobs",
        f"{n} jobs that print nothing",
        n,
        [
            limit(place, n, "bare spawn loop", [], place.tiny),
            limit(place, n, "bare spawn loop, lean attributes", ["-s"], place.tiny),
            spool(place, n, "spool -u", ["-u"], [place.tiny], [("bare spawn loop", 1.05), ("busybox xargs", 1 / 1.1)], floor="bare spawn loop, lean attributes"),
            spool(place, n, "spool", [], [place.tiny]),
            *peers(place, n, place.tiny, "null"),
        ],
        memory_mib=4,
        traced_jobs=1000,
    )


def line_jobs(place, n):
    goals = [
        ("bare loop, two pipes", 1.08),
        ("bare loop, no pipes", 1.25),
        ("GNU parallel", 1 / 20),
        ("GNU xargs", 1 / 2.5),
        ("xe", 1 / 1.5),
        ("parallel of moreutils", 1 / 1.4),
        ("busybox xargs", 1.05),
    ]
    return Scenario(
        "line-jobs",
        f"{n} jobs that print a line",
        n,
        [
            limit(place, n, "bare loop, no pipes", [], place.line),
            limit(place, n, "bare loop, two pipes", ["-c"], place.line),
            limit(place, n, "bare loop, two pipes, lean attributes", ["-c", "-s"], place.line),
            spool(place, n, "spool", [], [place.line], goals, floor="bare loop, two pipes, lean attributes"),
            spool(place, n, "spool -k", ["-k"], [place.line], goals, floor="bare loop, two pipes, lean attributes"),
            spool(place, n, "spool -u", ["-u"], [place.line]),
            spool(place, n, "spool --line-buffer", ["--line-buffer"], [place.line]),
            spool(place, n, "spool --tag", ["--tag"], [place.line]),
            *peers(place, n, place.line),
        ],
        lines=n,
        memory_mib=4,
        traced_jobs=1000,
    )


def piped_jobs(place, n):
    """Their lines are read as they come: each write of a result wakes somebody up."""
    return Scenario(
        "piped-jobs",
        f"{n} jobs that print a line into a pipe",
        n,
        [
            Contestant("bare loop, no pipes", "limit", Work([place.limit, "-j", "2", "-n", str(n), place.line], output="pipe")),
            spool(place, n, "spool", [], [place.line], output="pipe"),
            spool(place, n, "spool -k", ["-k"], [place.line], output="pipe"),
            *peers(place, n, place.line, "pipe"),
        ],
        lines=n,
        memory_mib=4,
    )


def recorded_jobs(place, n):
    """What a run costs that writes everything down."""
    work = place.work
    records = ["--joblog", f"{work}/log", "--events", f"{work}/events"]
    reports = ["--progress", "--ci=github", "--junit", f"{work}/junit.xml", "--trace", f"{work}/trace"]
    return Scenario(
        "recorded-jobs",
        f"{n} jobs that print a line, and what is written about them",
        n,
        [
            spool(place, n, "spool", [], [place.line]),
            spool(place, n, "spool --joblog", ["--joblog", f"{work}/log"], [place.line]),
            spool(place, n, "spool --joblog --events", records, [place.line], [("spool", 1.15)]),
            spool(place, n, "spool --progress --ci --junit --trace", reports, [place.line], [("spool", 1.10)]),
            spool(place, n, "spool --retries 3", ["--retries", "3"], [place.line]),
        ],
        traced_jobs=1000,
    )


def talking_jobs(place, n):
    """4 KiB of output, and lines on both streams."""
    return [
        Scenario(
            f"{os.path.basename(program)}-jobs",
            f"{n} jobs that print {what}",
            n,
            [
                limit(place, n, "bare loop, two pipes", ["-c"], program),
                spool(place, n, "spool", [], [program]),
                spool(place, n, "spool -k", ["-k"], [program]),
                *(c for c in peers(place, n, program) if c.name in ("GNU xargs", "busybox xargs", "GNU parallel")),
            ],
            memory_mib=4,
        )
        for program, what in ((place.block, "4 KiB"), (place.both, "a line on each stream"))
    ]


def command_lines(place, n):
    """Whole commands: those that need no shell are run without one."""
    plain = place.file(f"plain.{n}", [f"{place.line} {i}" for i in range(n)])
    scripts = place.file(f"scripts.{n}", [f"{place.line} {i} && :" for i in range(n)])

    def contestants(path, goals):
        found = [
            Contestant("xargs -I{} sh -c {}", "peer", Work(["xargs", "-P2", "-I{}", "sh", "-c", "{}"], path)),
            Contestant("spool", "spool", Work([place.spool, "-j2"], path), 1, goals),
        ]
        if shutil.which("ninja"):
            ninja = Work(["ninja", "--quiet", "-j2", "-f", ninjafile(place, n // 4, place.line)])
            found.append(Contestant("ninja", "peer", ninja, 4))
        if gnu_parallel():
            head = place.file(f"head.{n}", [f"{place.line} {i}" for i in range(n // 40)])
            found.append(Contestant("GNU parallel", "peer", Work([gnu_parallel(), "--will-cite", "-j2"], head), 40))
        return found

    return [
        Scenario("plain-lines", f"{n} command lines without shell syntax", n, contestants(plain, [("xargs -I{} sh -c {}", 0.5)]), n, 4),
        Scenario("script-lines", f"{n} command lines that need a shell", n, contestants(scripts, []), n, 4),
    ]


def full_commands(place, lines):
    path = place.numbers(lines)
    found = [
        Contestant("bare exec of the same vectors", "limit", Work([place.limit, "-j2", "-x", path, "true"])),
        Contestant("GNU xargs -P2", "peer", Work(["xargs", "-P2", "true"], path)),
        Contestant("spool --xargs", "spool", Work([place.spool, "-j2", "--xargs", "true"], path), 1, [("GNU xargs -P2", 0.45), ("bare exec of the same vectors", 1.5)]),
    ]
    return Scenario("full-commands", f"{lines} values, as many a command as fit", lines, found)


def floods(place, megabytes):
    """Few jobs with much output, to a pipe, to a file, to /dev/null."""
    jobs, each = 8, megabytes * MIB
    values = [str(i) for i in range(jobs)]
    source = f"head -c {each} /dev/zero"
    whole = f"head -c {jobs * each} /dev/zero"

    def contestants(name, into, goals):
        target = {"a pipe": "| cat >/dev/null", "a file": f">{place.work}/flood", "/dev/null": ">/dev/null"}[into]
        cat = Work(["sh", "-c", f"{whole} | cat {target}"], output="null")
        run = Work(["sh", "-c", f'"$@" {target}', "sh", place.spool, "-j2", *name, f"{source} # {{}}", ":::", *values], output="null")
        return [Contestant("cat", "limit", cat), Contestant(" ".join(["spool", *name]), "spool", run, 1, goals)]

    return [
        Scenario(f"flood-{i}", f"{jobs} jobs with {megabytes} MiB each, into {into}", jobs, contestants([], into, [("cat", 1.3)] if i == 1 else []))
        for i, into in enumerate(("a pipe", "a file", "/dev/null"), 1)
    ]


def one_job(place, times):
    again = 'i=0; while [ $i -lt "$0" ]; do "$@" <"$INPUT" || exit; i=$((i + 1)); done'
    env = {"INPUT": place.numbers(1)}

    def repeated(name, kind, argv, goals=()):
        return Contestant(name, kind, Work(["sh", "-c", again, str(times), *argv], output="null", env=env), 1, list(goals))

    return Scenario(
        "one-job",
        f"one job, {times} times",
        times,
        [
            repeated("bare spawn", "limit", [place.limit, "-j", "1", "-n", "1", place.tiny]),
            repeated("GNU xargs", "peer", ["xargs", place.tiny]),
            repeated("spool", "spool", [place.spool, place.tiny, ":::", "1"], [("GNU xargs", 1.1)]),
            repeated("spool, from standard input", "spool", [place.spool, place.tiny], [("GNU xargs", 1.1)]),
            *([repeated("GNU parallel", "peer", [gnu_parallel(), "--will-cite", place.tiny, ":::", "1"])] if gnu_parallel() and times < 50 else []),
        ],
    )


def sleepers(place, n):
    seconds = 3
    script = ["sh", "-c", f"exec sleep {seconds}"]
    found = [
        Contestant("GNU xargs", "peer", Work(["xargs", f"-P{n}", "-n1", *script], place.numbers(n))),
        Contestant("spool", "spool", Work([place.spool, f"-j{n}", *script], place.numbers(n))),
    ]
    return Scenario("sleepers", f"{n} jobs that sleep {seconds} s, all at once", n, found, memory_mib=64 + max(0, n - 1000) * 16 / 1024, rounds=1)


def scaling(place, n):
    return [
        Scenario(
            f"slots-{slots}",
            f"{n} jobs, {slots} slots",
            n,
            [
                Contestant("bare loop, two pipes", "limit", Work([place.limit, "-j", str(slots), "-n", str(n), "-c", place.line], output="null")),
                Contestant("spool", "spool", Work([place.spool, f"-j{slots}", place.line], place.numbers(n))),
            ],
            n,
        )
        for slots in (1, 2, 4, 8, 16, 32, 64)
    ]


def slow_head(place, n):
    """The first job ends when the last one has run: a pool that ever waits for its head never ends."""
    gate = f"{place.work}/gate"
    if not os.path.exists(gate):
        os.mkfifo(gate)
    path = place.file(f"behind.{n}", [f"cat {gate}", *[place.line] * n, f": >{gate}"])
    found = [
        Contestant("bare loop, one slot", "limit", Work([place.limit, "-j", "1", "-n", str(n), "-c", place.line], output="null")),
        Contestant("spool -k", "spool", Work([place.spool, "-j2", "-k"], path)),
    ]
    return Scenario("slow-head", f"-k, {n} jobs behind a slow first one", n, found, rounds=1)


def growth(place, most):
    """From a hundred jobs on: the time for each is to stay what it is."""
    found, n = [], 100
    while n <= most:
        found.append(
            Scenario(
                f"jobs-{n}",
                f"{n} jobs",
                n,
                [
                    limit(place, n, "bare loop, two pipes", ["-c"], place.line),
                    spool(place, n, "spool", [], [place.line]),
                    spool(place, n, "spool -k", ["-k"], [place.line]),
                ],
                n,
                rounds=1 if n > 20000 else 0,
            )
        )
        n *= 10
    return found


SIZES = {  # rounds, jobs, command lines, values, MiB a job, single runs, sleepers, jobs behind a head, most jobs
    "smoke": (1, 40, 40, 1000, 1, 3, 20, 50, 100),
    "quick": (3, 8000, 4000, 2000000, 128, 200, 0, 0, 0),
    "full": (9, 20000, 10000, 10000000, 256, 1000, 5000, 100000, 1000000),
}


def all_of(place, size):
    _, jobs, lines, values, megabytes, singles, asleep, behind, most = SIZES[size]
    found = [quiet_jobs(place, jobs), line_jobs(place, jobs), recorded_jobs(place, jobs), *command_lines(place, lines), full_commands(place, values)]
    found += [*floods(place, megabytes)[: 3 if size != "quick" else 1], one_job(place, singles)]
    if size != "quick":
        found += [piped_jobs(place, jobs), *talking_jobs(place, jobs), sleepers(place, asleep), *scaling(place, jobs // 4), slow_head(place, behind), *growth(place, most)]
    return found
