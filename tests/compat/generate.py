"""Random cases for either tool: what people may write, and what nobody would."""
import parallel_cases
import xargs_cases
from values import given

TOOLS = {'xargs': xargs_cases, 'parallel': parallel_cases}


def allowed(case):
    """False where spool need not do the same (cli.md, "Deliberate differences")."""
    return TOOLS[case.tool].allowed(case)


def generate(r, tool, name):
    while True:
        case = TOOLS[tool].generate(r, name)
        if allowed(case):
            return case


def unordered(case):
    """Commands run at the same time and print as they like."""
    return case.tool == 'xargs' and xargs_cases.unordered(case)


def traced(case):
    """Commands are shown on stderr."""
    return case.tool == 'xargs' and given(case, '-t', '--verbose')
