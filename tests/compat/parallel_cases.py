"""Random command lines for GNU parallel, and which of them spool takes otherwise on purpose."""
import re

from case import Case
from values import PLAIN, SPECIAL, given, values_of

BASIC = ['{}', '{.}', '{/}', '{//}', '{/.}', '{#}']
MODIFIERS = ['', '.', '/', '//', '/.']
PLUS = ['{##}', '{..}', '{...}', '{/..}', '{/...}', '{+/}', '{+.}', '{+..}', '{+...}', '{%.c}', '{%%.*}', '{%b}', '{#a}', '{##.*/}',
        '{/a/X}', '{//b/Y}', '{/[.]/}', '{:1}', '{:0:2}', '{:1:3}', '{:-dflt}', '{^a}', '{^^b}', '{,A}', '{,,B}', '{0#}', '{^}',
        '{^^}', '{,}', '{,,}', '{1..}', '{1:2}', '{1^^a}', '{-1%b}', '{2#a}', '{1//a/Z}', '{1:-d}', '{%\\.[a-z]+}', '{#[a-z.]*[/]}',
        '{/\\s+/_}', '{//[^a-z]/-}', '{+/}{/}', '{/(.)b/<$1>}']
RENAMING = ('-I', '-i', '--replace', '--er', '--bnr', '--basenamereplace', '--dnr', '--bner', '--seqreplace')
LITERALS = ['a', '-x', 'pre_', '.ext', '/', ':', ',', '+', '@', '0', 'y_']
SYNTAX = ['"{}"', "'{}'", '\\{}', '{};', 'a{}"b{}"', '`printf %s {}`', '$(printf %s {})', '"$(printf %s {})"', "'a b'", '"a  b"',
          '\\n', '$X', '"$HOME"x', '#', 'a\\ b', '{}{}', "'{.}' {/}", 'x=1', '$((1+1))', '*', '?', '~', '$PARALLEL_SEQ', '{foo}', '{a,b}',
          '{= =', '{', '}', '{}}', '{{}}', '%s', '!', '\\\\', '\\"']
TAILS = ['| cat', '&& echo yes', '|| echo no', '; echo end', '>f{#}.out; cat f{#}.out', '; exit 3', '2>&1', '; exit {#}',
         '| tr a b']


class Shape:
    """What the template must know of the input."""

    def __init__(self):
        self.positions = 1  # values of a job that have a number
        self.names = []
        self.end = '\n'     # of a record in a file
        self.separator = None
        self.header = False


def add_input_options(r, case, shape):
    """Delimiter and columns."""
    kind = r.random()
    if kind < 0.1:
        case.options.append(r.choice([['-0'], ['--null']]))
        shape.end = '\0'
    elif kind < 0.22:
        shape.end, words = r.choice([(',', ['-d', ',']), ('\t', ['-d', '\\t']), (':', ['--delimiter', ':']), ('XX', ['-d', 'XX']),
                                     ('\n', ['-d', '\\n'])])
        case.options.append(words)
    if r.random() < 0.2:
        shape.separator, words = r.choice([
            (',', ['-C', ',']), ('\t', ['--colsep', '\\t']), (':', ['--colsep=[: ]+']), (' ', ['-C', ' ']), ('%', ['-C', '%']),
            (', ', ['-C', ' *, *']), ('  ', ['-C', '\\s+']), ('12', ['-C', '\\d+']), ('ab', ['-C', 'a|b'])])
        case.options.append(words)
        shape.positions = r.choice([1, 2, 3])
    if r.random() < 0.1:
        case.options.append(r.choice([['--header', ':'], ['--header=:']]))
        shape.header = True


def random_value(r, shape):
    value = r.choice(PLAIN if r.random() < 0.55 else SPECIAL)
    if shape.separator and r.random() < 0.9:
        value = shape.separator.join(r.choice(PLAIN + SPECIAL[:8]) for _ in range(shape.positions))
    return value


def random_values(r, shape, at_least):
    n = max(at_least, r.choice([0, 1, 1, 2, 2, 3, 3, 4, 6]))
    values = [random_value(r, shape) for _ in range(n)]
    if shape.header and values:
        names = [r.choice(['h', 'name', 'a1']) + str(len(shape.names) + i)
                 for i in range(shape.positions if shape.separator else 1)]
        values[0] = (shape.separator or '').join(names)
        shape.names += names
    return values


def add_sources(r, case, shape):
    n = r.choice([1, 1, 1, 2, 2, 3])
    least = (1 if n > 1 else 0) + (2 if shape.header else 0)
    stdin_free = True
    for i in range(n):
        values = random_values(r, shape, least)
        kind = r.random()
        plus = '+' if i and r.random() < 0.25 else ''
        if kind < 0.55:
            case.sources.append([':::' + plus, values])
            continue
        chunks = [v + shape.end for v in values]
        if chunks and r.random() < 0.2:
            chunks[-1] = chunks[-1][:-len(shape.end)]
        chunks = [c for c in chunks if c]
        if stdin_free and (n == 1 and kind < 0.85 or kind < 0.65):
            stdin_free = False
            case.files['-'] = chunks
            if n > 1:
                case.sources.append(['::::' + plus, '-'])
        else:
            case.files[f'f{i}'] = chunks
            case.sources.append(['-a' if not plus and kind > 0.93 else '::::' + plus, f'f{i}'])
    case.sources.sort(key=lambda s: s[0] != '-a')
    if case.sources and case.sources[0][0].endswith('+'):
        case.sources[0][0] = case.sources[0][0][:-1]
    if n > 1 and r.random() < 0.15 and not any(op.endswith('+') for op, _ in case.sources):
        case.options.append([r.choice(['--link', '--xapply'])])
    if not shape.separator:
        shape.positions = n


def add_batches(r, case, shape):
    kind = r.random()
    if kind < 0.55:
        return
    if kind < 0.7:
        n = r.choice([1, 2, 3, 5])
        case.options.append(r.choice([['-N', str(n)], [f'-N{n}'], [f'--max-replace-args={n}'], ['-n', str(n)],
                                      [f'--max-args={n}']]))
        if len(case.sources) < 2 and not shape.separator:
            shape.positions = n
    elif kind < 0.74:
        case.options.append(r.choice([['-N0'], ['-n0']]))
    elif kind < 0.8:
        case.options.append(r.choice([['-L', str(r.choice([1, 2, 3]))], ['-l2'], ['--max-lines=2']]))
    else:
        case.options.append([r.choice(['-m', '-X', '-X', '--xargs'])])
        if r.random() < 0.3:
            case.options.append(['-n', str(r.choice([1, 2, 3]))])
        if r.random() < 0.3:
            case.options.append(['-s', str(r.choice([40, 60, 90, 200]))])


def replacement(r, case, shape):
    kind = r.random()
    if shape.names and kind < 0.4:
        return '{' + r.choice(shape.names) + r.choice(MODIFIERS) + '}'
    if kind < 0.35 and (shape.positions > 1 or r.random() < 0.3):
        return '{' + r.choice(['', '-']) + str(r.randint(1, shape.positions)) + r.choice(MODIFIERS) + '}'
    if ['--plus'] in case.options and kind < 0.85:
        return r.choice(PLUS)
    return r.choice(BASIC)


def template_word(r, case, shape):
    pieces = []
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        if r.random() < 0.65:
            pieces.append(replacement(r, case, shape))
        elif case.kind == 'as' and r.random() < 0.35:
            pieces.append(r.choice(SYNTAX))
        else:
            pieces.append(r.choice(LITERALS))
    return ''.join(pieces)


def add_command(r, case, shape):
    words = ['show'] + [template_word(r, case, shape) for _ in range(r.choice([0, 1, 1, 2, 3]))]
    if case.kind == 'plain':
        case.command = words
        return
    kind = r.random()
    if kind < 0.15:
        words.append(r.choice(TAILS))
    if kind < 0.4:
        words = [' '.join(words)]  # one word
    elif kind < 0.5:
        words = r.choice([['exit {}'], ['exit', '{}'], ['test -n {}'], ['exit {#}'], ['false'], ['echo {}; exit {#}'],
                          ['echo {1} {2}']])
    case.command = words


def add_other_options(r, case):
    jobs = r.choice([1, 1, 2, 3])
    case.options.append(r.choice([[f'-j{jobs}'], ['-j', str(jobs)], [f'--jobs={jobs}'], ['-P', str(jobs)]]))
    case.options.append(r.choice([['-k'], ['-k'], ['--keep-order']]))
    for chance, choices in (
            (0.08, [['--tag'], ['--tagstring', '{}x'], ['--tagstring={1}']]),
            (0.08, [['--trim', 'l'], ['--trim=r'], ['--trim', 'lr'], ['--trim', 'n']]),
            (0.06, [['-E', 'END'], ['-E', 'a'], ['--eof=b']]),
            (0.08, [['-r'], ['--no-run-if-empty']]),
            (0.07, [['-I', 'XX'], ['-I', ',,'], ['-I', '{1}'], ['-i'], ['--replace=%']]),
            (0.06, [['--er', ',,'], ['--bnr=BN'], ['--dnr', 'DN'], ['--bner', '{b}'], ['--seqreplace', 'SQ'],
                    ['--basenamereplace=B']]),
            (0.04, [['--skip-first-line']]),
            (0.06 if case.kind == 'as' else 0, [['--dry-run'], ['--dryrun'], ['-v'], ['-vv'], ['--verbose']]),
            (0.08, [['-q'], ['--quote']])):
        if r.random() < chance:
            case.options.append(r.choice(choices))
    if r.random() < 0.04:
        case.separators = {':::': ',,', '::::': '::::'}
        case.options.append(['--arg-sep', ',,'])
    elif r.random() < 0.03:
        case.separators = {':::': ':::', '::::': '@@'}
        case.options.append(['--arg-file-sep=@@'])


def renamed(r, case):
    """The new name of a replacement string is used."""
    for option in case.options:
        words = option[0].split('=') if '=' in option[0] else option
        if words[0] in RENAMING and len(words) > 1:
            case.command.append(words[1] + r.choice(['', 'y_']))


def whole_commands(r, case, shape):
    """No command: each value is one."""
    case.command = []
    lines = [r.choice(['show a', "show 'b  c'", 'exit 2', 'echo a | cat', 'false', 'show "$HOME" \\n', 'show {}', 'show {#} {.}',
                       'true', 'show *', 'show a;show b', 'show $PARALLEL_SEQ'])
             for _ in range(r.choice([1, 2, 3, 5]))]
    if case.sources and isinstance(case.sources[0][1], list):
        case.sources = [[':::', lines]]
        case.files = {}
    else:
        case.sources = []
        case.files = {'-': [line + shape.end for line in lines]}


def parallel_case(r, name, kind):
    case, shape = Case('parallel', name), Shape()
    case.kind = kind
    if r.random() < 0.35:
        case.options.append(['--plus'])
    add_input_options(r, case, shape)
    add_sources(r, case, shape)
    add_batches(r, case, shape)
    add_other_options(r, case)
    add_command(r, case, shape)
    renamed(r, case)
    if r.random() < 0.05 and kind == 'as':
        whole_commands(r, case, shape)
    if r.random() < 0.3:
        r.shuffle(case.options)
    return case


def delimiter_of(case):
    for option in case.options:
        if option[0] in ('-d', '--delimiter'):
            return option[1].replace('\\t', '\t').replace('\\n', '\n')
    return None


def may_vanish(case):
    """
    Several words: one that may become nothing, which the shell of GNU parallel does not see, and spool hands over as an empty
    argument.
    """
    several = given(case, '-C', '--colsep', '-N', '--max-replace-args', '-n', '--max-args', '-L', '-l', '--max-lines', '-m', '-X',
                    '--xargs')
    for word in case.command:
        numbers = [abs(int(n)) for n in re.findall(r'\{(-?\d)[^}]*\}', word)]
        if word == '' or numbers and max(numbers) > (1 if several else len(case.sources) or 1):
            return True
    return False


def counts_back_too_far(case):
    """{-3} of two: GNU parallel takes another one."""
    several = given(case, '-C', '--colsep', '-N', '--max-replace-args', '-n', '--max-args', '-L', '-l', '--max-lines', '-m', '-X',
                    '--xargs')
    there = 1 if several else len(case.sources) or 1
    return any(int(n) > there for word in case.command for n in re.findall(r'\{-(\d)', word))


def has_syntax(case):
    """Several words: one that the shell of GNU parallel would not leave as it is."""
    plus = PLUS if ['--plus'] in case.options else []
    for word in case.command:
        for string in sorted(plus, key=len, reverse=True):
            word = word.replace(string, '')
        if not re.fullmatch(r'[\w./:,=+@-]*', re.sub(r'\{[\w./#%-]*\}', '', word)):
            return True
    return False


def plain_allowed(case):
    """Without a personality."""
    return (case.command[:1] == ['show'] and not may_vanish(case) and (not has_syntax(case) or given(case, '-q', '--quote')) and
            not given(case, '-s', '--max-chars') and  # it counts what the shell gets
            not given(case, '-i', '--replace', '--eof', '--max-lines'))  # they are not spool's, or -L's second name there


def allowed(case):
    """False where spool differs on purpose, or GNU parallel does what nobody can want."""
    if not given(case, '-k', '--keep-order') or not given(case, '-j', '--jobs', '-P'):
        return False
    if case.kind == 'plain' and not plain_allowed(case):
        return False
    several = len(case.sources) > 1
    null = given(case, '-0', '--null')
    if any('\0' in v for v in values_of(case)) and not null:
        return False  # refused
    values = [v for _, value in case.sources if isinstance(value, list) for v in value]
    delimiter = delimiter_of(case)
    operators = ' '.join(op for op, _ in case.sources)
    if '-a' in operators and '+' in operators:
        return False  # GNU parallel links none where there is an -a
    if case.command and case.command[0][:1] in ('-', '+', '{', ''):
        return False  # taken for an option; GNU parallel appends {} to a command that becomes nothing
    if any(word.startswith(tuple(case.separators.values())) for word in case.command):
        return False  # no word of the command
    if given(case, '--tag', '--tagstring') and given(case, '-s', '--max-chars'):
        return False  # GNU parallel counts the tag too
    if given(case, '--header') and given(case, *RENAMING):
        return False  # GNU parallel makes {1} of {name} and lets it stand
    if given(case, '--header') and {'a|b', '\\d+'} & {option[-1] for option in case.options}:
        return False  # which are in the names: an empty name is one in GNU parallel, so that {} is that column
    if any('\n' in v for v in values) and not null:
        return False  # a ::: value keeps its newlines
    if delimiter and any(v.endswith(delimiter) for v in values):
        return False  # GNU parallel sees one more, empty, value
    if given(case, '--tag', '--tagstring') and any('\r' in v for v in values_of(case)):
        return False  # GNU parallel puts the tag behind each \r
    if given(case, '-N0', '-n0') and (several or given(case, '-C', '--colsep') or re.search('{[^#}]', ''.join(case.command))):
        return False  # of what is not there GNU parallel makes an empty value for each column, which has a directory
    if given(case, '-m', '-X', '--xargs') and re.search('{(##|0#)}', ' '.join(case.command)):
        return False  # they do not go together, GNU parallel's manual says
    if '+' in operators and given(case, '-m', '-X', '--xargs') and given(case, '-n', '--max-args'):
        return False  # GNU parallel does not see the end of linked sources in time to spread the last values
    if counts_back_too_far(case):
        return False
    if case.kind == 'plain' and given(case, '-r', '--no-run-if-empty') and any(v and not v.strip() for v in values_of(case)):
        return False  # a value that is a blank is passed over where it is a line
    if ':-' in ' '.join(case.command) and '0' in values_of(case):
        return False  # to GNU parallel a 0 is as empty as nothing
    empty = any(not value for _, value in case.sources) or any(not chunks for chunks in case.files.values())
    if several and (empty or given(case, '-E', '--eof', '-r', '--no-run-if-empty', '--skip-first-line')):
        return False  # a product with an empty source is empty
    if re.search('["\'`]', ' '.join(case.command)) and any('&' in v for v in values_of(case)):
        return False  # a value that ends quotes leaves something running behind
    if not case.command and (empty or any(not v.strip() for v in values_of(case))):
        return False  # blank command lines take no job number; an empty list after ::: makes GNU parallel read stdin
    return True


def generate(r, name):
    return parallel_case(r, name, 'plain' if r.random() < 0.35 else 'as')
