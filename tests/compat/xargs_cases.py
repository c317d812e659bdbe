"""Random command lines for GNU xargs, and which of them spool takes otherwise on purpose."""
import re

from case import Case
from values import PLAIN, SPECIAL, given

WORDS = ['a', 'bc', 'd.e', 'long_word_number_one', '-n', '--', '0', 'END', '_', '{}', 'é', '\udcff', '*', '$HOME', 'a;b', '#',
         '%s']
BLANKS = [' ', '  ', '\t', '\n', '\n\n', ' \n', '\n ', ' \t ', '\r', '\f', '\v']
QUOTED = ["'x y'", '"x y"', '""', "''", '\\ ', '\\a', '\\\\', "\\'", '\\"', '\\\n', "'a\"b'", '"a\'b"', "a'b c'd", '"\\"', "'\t'",
          "x\\\ny"]
BROKEN = ["'", '"', "'a\nb'", '"a\n', '\\']


def text_of_words(r):
    """Chunks for xargs' own splitting."""
    chunks = []
    for _ in range(r.choice([0, 1, 1, 2, 3, 5, 8, 12, 20])):
        kind = r.random()
        chunks.append(r.choice(WORDS if kind < 0.6 else QUOTED if kind < 0.85 else BLANKS))
        if r.random() < 0.8:
            chunks.append(r.choice(BLANKS[:4] if r.random() < 0.8 else BLANKS))
    if r.random() < 0.06:
        chunks.insert(r.randrange(len(chunks) + 1), r.choice(BROKEN))
    return chunks


def text_of_lines(r, end):
    """Chunks for -0 and -d: the newline is data there."""
    chunks = [r.choice(PLAIN if r.random() < 0.6 else SPECIAL + ['a\nb', '\n']).replace(end, 'E') + end
              for _ in range(r.choice([0, 1, 2, 3, 4, 7, 12, 30]))]
    if chunks and r.random() < 0.3:
        chunks[-1] = chunks[-1][:-1]
    return [c for c in chunks if c]


def long_or_short(r, short, long, value):
    """The same option as people write it."""
    forms = [[short + value], [short, value], [f'{long}={value}']] if value else [[short, value], [f'{long}=']]
    return r.choice(forms)


def limits(r):
    """How much goes into one command."""
    options = []
    kind = r.random()
    if kind < 0.3:
        options.append(long_or_short(r, '-n', '--max-args', str(r.choice([1, 1, 2, 3, 5, 100]))))
    elif kind < 0.5:
        options.append(r.choice([long_or_short(r, '-L', '--max-lines', str(r.choice([1, 2, 3]))), ['-l'], ['-l2']]))
    elif kind < 0.6:
        options.append(r.choice([['-I', '{}'], ['-I{}'], ['-i'], ['-iX'], ['-I', 'X'], ['--replace'], ['--replace=%%'],
                                 ['-I', 'ab']]))
    if r.random() < 0.2:
        options.append(long_or_short(r, '-s', '--max-chars', str(r.choice([10, 20, 25, 30, 40, 64, 100, 1000]))))
        if r.random() < 0.3:
            options.append(r.choice([['-x'], ['--exit']]))
    if r.random() < 0.06:  # two that exclude each other
        options.append(r.choice([['-n', '2'], ['-L', '2'], ['-I', '{}']]))
    return options


FAILING = [['sh', '-c', script] for script in ('exit 1', 'exit 255', 'kill -9 $$', 'kill -15 $$')] + [
    ['sh', '-c', script, 'sh'] for script in (
        'echo "$@"; [ $# -ne 2 ]', 'echo $#; exit $#', 'echo "$1"; [ "$1" != a ] || exit 255')] + [
    ['/nonexistent/x'], ['nosuchcommand'], ['/etc/passwd'], ['false'], ['/']]


def command(r):
    kind = r.random()
    if kind < 0.12:
        return []
    if kind < 0.3:
        return list(r.choice(FAILING))
    words = ['show']
    for _ in range(r.choice([0, 0, 1, 2, 3])):
        words.append(''.join(r.choice(['a', '{}', 'X', '%%', 'ab', '-x', ' ', 'é', '', 'w', '{.}', '\\', "'"]) for _ in
                             range(r.choice([1, 1, 2, 3]))))
    return words


def personal_case(r, name):
    case = Case('xargs', name)
    end = None
    kind = r.random()
    if kind < 0.15:
        case.options.append(r.choice([['-0'], ['--null']]))
        end = '\0'
    elif kind < 0.35:
        end, words = r.choice([('\n', ['-d', '\\n']), (',', ['-d,']), (':', ['--delimiter=:']), ('\t', ['-d', '\\t']),
                               (' ', ['-d', ' ']), ('x', ['-d', 'x']), ('a', ['-d', '\\x61']), ('b', ['-d', '\\0142']),
                               ('\0', ['-d', '\\0']), ('\n', ['-d\n'])])
        case.options.append(words)
    text = text_of_lines(r, end) if end else text_of_words(r)
    if r.random() < 0.08:
        case.options.append(r.choice([['-a', 'in'], ['--arg-file=in']]))
        case.files['in'] = text
        case.files['-'] = ['for the command\n']
    else:
        case.files['-'] = text
    case.options += limits(r)
    if r.random() < 0.12:
        case.options.append(r.choice([['-E', 'END'], ['-eEND'], ['--eof=END'], ['-E', '_'], ['-e'], ['-E', ''], ['-Ea'],
                                      ['--eof']]))
    if r.random() < 0.2:
        case.options.append(r.choice([['-r'], ['--no-run-if-empty']]))
    if r.random() < 0.12:
        case.options.append(r.choice([['-P2'], ['-P', '3'], ['--max-procs=2'], ['-P1'], ['-P0']]))
    if r.random() < 0.12:
        case.options.append(r.choice([['-t'], ['--verbose']]))
    if r.random() < 0.5:
        r.shuffle(case.options)
    case.command = command(r)
    if r.random() < 0.04:
        case.options.append(['--process-slot-var=SLOT'])
        case.command = ['sh', '-c', 'echo "$SLOT" "$@"', 'sh']
    return case


def plain_case(r, name):
    """Without a personality: one value a line, as -d and -n of xargs have it."""
    case = Case('xargs', name)
    case.kind = 'plain'
    end = r.choice(['\n', '\n', '\0', ','])
    case.files['-'] = text_of_lines(r, end)
    n = str(r.choice([1, 1, 2, 3]))
    delimiter = {'\n': [], '\0': ['-0'], ',': ['-d', ',']}[end]
    case.peer_only = (delimiter or ['-d', '\\n']) + ['-r', '-n', n]
    case.spool_only = delimiter + ['-j1', '--exit-code', 'xargs'] + ([] if n == '1' else ['-n', n])
    if r.random() < 0.3:
        case.command = list(r.choice([['false'], ['sh', '-c', 'exit 1'], ['sh', '-c', 'echo "$1"; [ "$1" != a ]', 'sh'],
                                      ['sh', '-c', 'echo $#; exit $#', 'sh']]))
    else:
        case.command = ['show'] + r.sample(['a', '-x', 'b c', '', "it's", '$HOME'], r.choice([0, 1, 2]))
    return case


def unordered(case):
    """Commands run at the same time and print as they like."""
    return given(case, '-P', '--max-procs')


def allowed(case):
    """False where spool differs on purpose, or the order of output is nobody's promise."""
    if case.kind == 'plain' and case.command[:1] not in (['show'], ['false'], ['sh']):
        return False
    text = case.stdin() + ''.join(case.files.get('in', []))
    words = case.kind == 'as' and not given(case, '-0', '--null', '-d', '--delimiter')
    if words and '\0' in text:
        return False  # refused; GNU xargs warns and drops the rest of the word
    if words and re.search('(^|[ \\t\\n])[\'"]+$', text):
        return False  # GNU xargs sees neither an empty word nor an open quote where the input ends with it
    if given(case, '-d', '--delimiter') and '\0' in text and ['-d', '\\0'] not in case.options:
        return False
    if given(case, '-s', '--max-chars') and given(case, '-I', '-i', '--replace'):
        return False  # GNU xargs takes no line of so many characters, whatever the command is
    return not unordered(case) or case.command[:1] == ['show']  # in one write, and it does not end the run


def generate(r, name):
    return plain_case(r, name) if r.random() < 0.1 else personal_case(r, name)
