"""Runs of commands, measured: time, CPU, context switches, memory, descriptors, system calls."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Run:
    """What one run of a command took, with all that it started where cpu and switches are concerned."""

    seconds: float
    cpu: float
    switches: int
    lines: int = -1  # that it printed, where they were counted
    memory_kib: int = 0  # the process alone, watched runs only
    descriptors: int = 0


@dataclass
class Work:
    """A command and what it is given."""

    argv: list
    input: str = "/dev/null"  # path
    output: str = "count"  # "count": into a file, and the lines are counted; "pipe": they are as they come; "null"; or a path
    env: dict = field(default_factory=dict)


class Failed(Exception):
    """A command of the benchmark did not do its work."""


def clean_environment(extra):
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("SPOOL_", "MAKE", "MFLAGS", "CARGO_MAKE", "PARALLEL"))}
    return {**keep, "LC_ALL": "C.UTF-8", **extra}


def watch(pid, run, done):
    """Look at the process every 10 ms: peak memory as the kernel keeps it, and descriptors."""
    while not done.wait(0.01):
        try:
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
                found = re.search(r"VmHWM:\s+(\d+)", f.read())
            run.memory_kib = max(run.memory_kib, int(found.group(1)) if found else 0)
            run.descriptors = max(run.descriptors, len(os.listdir(f"/proc/{pid}/fd")))
        except (OSError, ValueError):
            pass


def count_lines(fd, run):
    run.lines = 0
    while True:
        block = os.read(fd, 1 << 20)
        if not block:
            return
        run.lines += block.count(b"\n")


def run(work, watched=False, limit=600):
    """Do the work once. Raises Failed when it ends with another status than 0."""
    result = Run(0, 0, 0)
    reader = writer = None
    if work.output == "pipe":
        reader, writer = os.pipe()
    elif work.output == "count":
        writer, path = tempfile.mkstemp()
        reader = os.open(path, os.O_RDONLY)
        os.unlink(path)
    else:
        writer = os.open("/dev/null" if work.output == "null" else work.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(work.input, "rb") as stdin, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        child = subprocess.Popen(work.argv, stdin=stdin, stdout=writer, stderr=errors, env=clean_environment(work.env), start_new_session=True)
        os.close(writer)
        done = threading.Event()
        threads = []
        if watched:
            threads.append(threading.Thread(target=watch, args=(child.pid, result, done)))
        timer = threading.Timer(limit, lambda: os.killpg(child.pid, 9))
        threads.append(timer)
        for thread in threads:
            thread.start()
        if work.output == "pipe":
            count_lines(reader, result)
        _, status, usage = os.wait4(child.pid, 0)
        result.seconds = time.monotonic() - start
        if work.output == "count":
            count_lines(reader, result)
        if reader is not None:
            os.close(reader)
        child.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        done.set()
        for thread in threads:
            thread.join()
        errors.seek(0)
        said = errors.read(400).decode(errors="replace").strip()
    if child.returncode != 0:
        raise Failed(f"{' '.join(work.argv)[:120]}: status {child.returncode}: {said}")
    result.cpu = usage.ru_utime + usage.ru_stime
    result.switches = usage.ru_nvcsw + usage.ru_nivcsw
    return result


def system_calls(work):
    """How many system calls all threads of the command itself make; None where strace can't tell."""
    if shutil.which("strace") is None:
        return None
    with tempfile.TemporaryDirectory() as there, open(work.input, "rb") as stdin:
        traced = ["strace", "-ff", "-b", "execve", "-o", f"{there}/t", *work.argv]
        child = subprocess.Popen(
            traced, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment(work.env)
        )
        child.communicate()
        total, first = 0, True
        for path in sorted(glob.glob(f"{there}/t.*"), key=lambda p: int(p.rsplit(".", 1)[1])):
            with open(path, encoding="ascii", errors="replace") as f:
                lines = [line for line in f if not line.startswith(("---", "+++"))]
            # A child on its way to exec is a file of its own, which ends with that.
            if first or not any(line.startswith("execve(") for line in lines):
                total += len(lines)
            first = False
    return total or None
