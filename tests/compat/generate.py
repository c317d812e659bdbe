"""Random cases: what people may write for xargs and for GNU parallel, and what nobody would. Which are told apart on purpose
(cli.md, "Deliberate differences") is here too: allowed()."""
import re

from case import Case

PLAIN = ['a', 'b', 'c', 'x1', 'foo', 'bar.txt', 'dir/sub/file.tar.gz', '/a/b.c', './x.y', '.hidden', 'a.b.c', '..', '/', 'a/', '0',
         '10', '-n', '--', '-', 'A_B', 'abcABC', 'z.z.z.foo', '//x//y', 'a/.b', 'END', 'a.', 'x/.']
SPECIAL = ['', ' ', 'a b', ' lead', 'trail ', 'a  b', '\t', 'a\tb', "it's", '"q"', 'a"b', '$HOME', '`id`', '$(id)', 'a;b', 'a&b',
           'a|b', '<x', '*', '?', '[a]', '{}', '{1}', '{#}', '{.}', '\\', 'a\\b', '\\n', '#c', '~', '!!', 'a=b', '%', '%s', 'é',
           'ワ', '\udcff', '(x)', '^', 'a,b', 'a:b', '\x01', '\x7f', '+', 'a,b,c', 'a:b:c', ' a , b ', ',', 'A b.C d/e.f', '\r',
           'x\ry', "'", '"', '@x', 'a{}b', '{2}']

BASIC = ['{}', '{.}', '{/}', '{//}', '{/.}', '{#}']
MODIFIERS = ['', '.', '/', '//', '/.']
PLUS = ['{##}', '{..}', '{...}', '{/..}', '{/...}', '{+/}', '{+.}', '{+..}', '{+...}', '{%.c}', '{%%.*}', '{%b}', '{#a}', '{##.*/}',
        '{/a/X}', '{//b/Y}', '{/[.]/}', '{:1}', '{:0:2}', '{:1:3}', '{:-dflt}', '{^a}', '{^^b}', '{,A}', '{,,B}', '{0#}', '{^}',
        '{^^}', '{,}', '{,,}', '{1..}', '{1:2}', '{1^^a}', '{-1%b}', '{2#a}', '{1//a/Z}', '{1:-d}', '{%\\.[a-z]+}', '{#[a-z.]*[/]}',
        '{/\\s+/_}', '{//[^a-z]/-}', '{+/}{/}', '{/(.)b/<$1>}']
LITERALS = ['a', '-x', 'pre_', '.ext', '/', ':', ',', '+', '@', '0', 'w']
SYNTAX = ['"{}"', "'{}'", '\\{}', '{};', 'a{}"b{}"', '`printf %s {}`', '$(printf %s {})', '"$(printf %s {})"', "'a b'", '"a  b"', '\\n',
          '$X', '"$HOME"x', '#', 'a\\ b', '{}{}', "'{.}' {/}", 'x=1', '$((1+1))', '*', '?', '~', '$PARALLEL_SEQ', '{foo}', '{a,b}',
          '{= =', '{', '}', '{}}', '{{}}', '%s', '!', '\\\\', '\\"']
TAILS = ['| cat', '&& echo yes', '|| echo no', '; echo end', '>f.out; cat f.out', '; exit 3', '2>&1', '; exit {#}', '| tr a b']


# --- xargs ---------------------------------------------------------------------------------------------------------

WORDS = ['a', 'bc', 'd.e', 'long_word_number_one', '-n', '--', '0', 'END', '_', '{}', 'é', '\udcff', '*', '$HOME', 'a;b', '#', '%s']
BLANKS = [' ', '  ', '\t', '\n', '\n\n', ' \n', '\n ', ' \t ', '\r', '\f', '\v']
QUOTED = ["'x y'", '"x y"', '""', "''", '\\ ', '\\a', '\\\\', "\\'", '\\"', '\\\n', "'a\"b'", '"a\'b"', "a'b c'd", '"\\"', "'\t'",
          "x\\\ny"]
BROKEN = ["'", '"', "'a\nb'", '"a\n', '\\']


def xargs_text(r):
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


def xargs_lines(r, end):
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


def xargs_limits(r):
    """How much goes into one command."""
    options = []
    kind = r.random()
    if kind < 0.3:
        options.append(long_or_short(r, '-n', '--max-args', str(r.choice([1, 1, 2, 3, 5, 100]))))
    elif kind < 0.5:
        options.append(r.choice([long_or_short(r, '-L', '--max-lines', str(r.choice([1, 2, 3]))), ['-l'], ['-l2']]))
    elif kind < 0.6:
        options.append(r.choice([['-I', '{}'], ['-I{}'], ['-i'], ['-iX'], ['-I', 'X'], ['--replace'], ['--replace=%%'], ['-I', 'ab']]))
    if r.random() < 0.2:
        options.append(long_or_short(r, '-s', '--max-chars', str(r.choice([10, 20, 25, 30, 40, 64, 100, 1000]))))
        if r.random() < 0.3:
            options.append(r.choice([['-x'], ['--exit']]))
    if r.random() < 0.06:  # two that exclude each other
        options.append(r.choice([['-n', '2'], ['-L', '2'], ['-I', '{}']]))
    return options


XARGS_FAILING = [['sh', '-c', 'exit 1'], ['sh', '-c', 'exit 255'], ['sh', '-c', 'kill -9 $$'], ['/nonexistent/x'], ['nosuchcommand'],
                 ['/etc/passwd'], ['false'], ['sh', '-c', 'echo "$@"; [ $# -ne 2 ]', 'sh'], ['sh', '-c', 'echo $#; exit $#', 'sh'],
                 ['sh', '-c', 'kill -15 $$'], ['sh', '-c', 'echo "$1"; [ "$1" != a ] || exit 255', 'sh'], ['/']]


def xargs_command(r):
    kind = r.random()
    if kind < 0.12:
        return []
    if kind < 0.3:
        return list(r.choice(XARGS_FAILING))
    words = ['show']
    for _ in range(r.choice([0, 0, 1, 2, 3])):
        words.append(''.join(r.choice(['a', '{}', 'X', '%%', 'ab', '-x', ' ', 'é', '', 'w', '{.}', '\\', "'"]) for _ in
                             range(r.choice([1, 1, 2, 3]))))
    return words


def xargs_case(r, name):
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
    text = xargs_lines(r, end) if end else xargs_text(r)
    if r.random() < 0.08:
        case.options.append(r.choice([['-a', 'in'], ['--arg-file=in']]))
        case.files['in'] = text
        case.files['-'] = ['for the command\n']
    else:
        case.files['-'] = text
    case.options += xargs_limits(r)
    if r.random() < 0.12:
        case.options.append(r.choice([['-E', 'END'], ['-eEND'], ['--eof=END'], ['-E', '_'], ['-e'], ['-E', ''], ['-Ea'], ['--eof']]))
    if r.random() < 0.2:
        case.options.append(r.choice([['-r'], ['--no-run-if-empty']]))
    if r.random() < 0.12:
        case.options.append(r.choice([['-P2'], ['-P', '3'], ['--max-procs=2'], ['-P1'], ['-P0']]))
    if r.random() < 0.12:
        case.options.append(r.choice([['-t'], ['--verbose']]))
    if r.random() < 0.5:
        r.shuffle(case.options)
    case.command = xargs_command(r)
    if r.random() < 0.04:
        case.options.append(['--process-slot-var=SLOT'])
        case.command = ['sh', '-c', 'echo "$SLOT" "$@"', 'sh']
    return case


def xargs_plain_case(r, name):
    """Without a personality: one value a line, as -d and -n of xargs have it."""
    case = Case('xargs', name)
    case.kind = 'plain'
    end = r.choice(['\n', '\n', '\0', ','])
    case.files['-'] = xargs_lines(r, end)
    n = str(r.choice([1, 1, 2, 3]))
    delimiter = {'\n': [], '\0': ['-0'], ',': ['-d', ',']}[end]
    case.peer_only = (delimiter or ['-d', '\\n']) + ['-r', '-n', n]
    case.spool_only = delimiter + ['-j1', '--exit-code', 'xargs'] + ([] if n == '1' else ['-n', n])
    if r.random() < 0.3:
        case.command = list(r.choice([c for c in XARGS_FAILING if c[0][0] != '/' and 'nosuch' not in c[0]]))
    else:
        case.command = ['show'] + r.sample(['a', '-x', 'b c', '', "it's", '$HOME'], r.choice([0, 1, 2]))
    return case


# --- GNU parallel --------------------------------------------------------------------------------------------------

class Shape:
    """What the template must know of the input."""

    def __init__(self):
        self.positions = 1  # values of a job that have a number
        self.names = []
        self.end = '\n'     # of a record in a file
        self.separator = None
        self.header = False


def parallel_input_options(r, case, shape):
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
        shape.separator, words = r.choice([(',', ['-C', ',']), ('\t', ['--colsep', '\\t']), (':', ['--colsep=[: ]+']), (' ', ['-C', ' ']),
                                           ('%', ['-C', '%']), (', ', ['-C', ' *, *']), ('  ', ['-C', '\\s+']), ('12', ['-C', '\\d+']),
                                           ('ab', ['-C', 'a|b'])])
        case.options.append(words)
        shape.positions = r.choice([1, 2, 3])
    if r.random() < 0.1:
        case.options.append(r.choice([['--header', ':'], ['--header=:']]))
        shape.header = True


def parallel_value(r, shape):
    value = r.choice(PLAIN if r.random() < 0.55 else SPECIAL)
    if shape.separator and r.random() < 0.9:
        value = shape.separator.join(r.choice(PLAIN + SPECIAL[:8]) for _ in range(shape.positions))
    return value


def parallel_values(r, shape, at_least):
    n = max(at_least, r.choice([0, 1, 1, 2, 2, 3, 3, 4, 6]))
    values = [parallel_value(r, shape) for _ in range(n)]
    if shape.header and values:
        names = [r.choice(['h', 'name', 'a1']) + str(len(shape.names) + i) for i in range(shape.positions if shape.separator else 1)]
        values[0] = (shape.separator or '').join(names)
        shape.names += names
    return values


def parallel_sources(r, case, shape):
    n = r.choice([1, 1, 1, 2, 2, 3])
    least = (1 if n > 1 else 0) + (2 if shape.header else 0)
    stdin_free = True
    for i in range(n):
        values = parallel_values(r, shape, least)
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


def parallel_batches(r, case, shape):
    kind = r.random()
    if kind < 0.55:
        return
    if kind < 0.7:
        n = r.choice([1, 2, 3, 5])
        case.options.append(r.choice([['-N', str(n)], [f'-N{n}'], [f'--max-replace-args={n}'], ['-n', str(n)], [f'--max-args={n}']]))
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


def parallel_command(r, case, shape):
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
        words = r.choice([['exit {}'], ['exit', '{}'], ['test -n {}'], ['exit {#}'], ['false'], ['echo {}; exit {#}'], ['echo {1} {2}']])
    case.command = words


def parallel_rest(r, case):
    jobs = r.choice([1, 1, 2, 3])
    case.options.append(r.choice([[f'-j{jobs}'], ['-j', str(jobs)], [f'--jobs={jobs}'], ['-P', str(jobs)]]))
    case.options.append(r.choice([['-k'], ['-k'], ['--keep-order']]))
    for chance, choices in (
            (0.08, [['--tag'], ['--tagstring', '{}x'], ['--tagstring', '{#}'], ['--tagstring={1}']]),
            (0.08, [['--trim', 'l'], ['--trim=r'], ['--trim', 'lr'], ['--trim', 'n']]),
            (0.06, [['-E', 'END'], ['-E', 'a'], ['--eof=b']]),
            (0.08, [['-r'], ['--no-run-if-empty']]),
            (0.07, [['-I', 'XX'], ['-I', ',,'], ['-I', '{1}'], ['-i'], ['--replace=%']]),
            (0.06, [['--er', ',,'], ['--bnr=BN'], ['--dnr', 'DN'], ['--bner', '{b}'], ['--seqreplace', 'SQ'], ['--basenamereplace=B']]),
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
        if words[0] in ('-I', '--er', '--bnr', '--dnr', '--bner', '--seqreplace', '--basenamereplace', '--replace') and len(words) > 1:
            case.command.append(words[1] + r.choice(['', 'w']))


def whole_commands(r, case, shape):
    """No command: each value is one."""
    case.command = []
    lines = [r.choice(['show a', "show 'b  c'", 'exit 2', 'echo a | cat', 'false', 'show "$HOME" \\n', 'show {}', 'show {#} {.}', 'true',
                       'show *', 'show a;show b', 'show $PARALLEL_SEQ'])
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
    parallel_input_options(r, case, shape)
    parallel_sources(r, case, shape)
    parallel_batches(r, case, shape)
    parallel_rest(r, case)
    parallel_command(r, case, shape)
    renamed(r, case)
    if r.random() < 0.05 and kind == 'as':
        whole_commands(r, case, shape)
    if r.random() < 0.3:
        r.shuffle(case.options)
    return case


# --- what may differ -----------------------------------------------------------------------------------------------

def given(case, *names):
    return any(word == name or word.startswith(name + '=') for option in case.options for word in option[:1] for name in names) or any(
        len(name) == 2 and option[0].startswith(name) and not option[0].startswith('--') for option in case.options for name in names)


def values_of(case):
    """All values as they are written, before anything is split."""
    for op, value in case.sources:
        if isinstance(value, list):
            yield from value
    for chunks in case.files.values():
        yield from chunks


def may_vanish(case):
    """
    Several words: one that may become nothing, which the shell of GNU parallel does not see, and spool hands over as an empty
    argument.
    """
    several = given(case, '-C', '--colsep', '-N', '--max-replace-args', '-n', '--max-args', '-L', '-l', '--max-lines', '-m', '-X', '--xargs')
    for word in case.command:
        numbers = [abs(int(n)) for n in re.findall(r'\{(-?\d)[^}]*\}', word)]
        if word == '' or numbers and max(numbers) > (1 if several else len(case.sources) or 1):
            return True
    return False


def plain_allowed(case):
    """Without a personality."""
    return (case.command[:1] == ['show'] and not may_vanish(case) and
            not given(case, '-s', '--max-chars') and  # it counts what the shell gets
            not given(case, '-i', '--replace', '--eof', '--max-lines'))  # they are not spool's, or -L's second name there


def parallel_allowed(case):
    if not given(case, '-k', '--keep-order') or not given(case, '-j', '--jobs', '-P'):
        return False
    if case.kind == 'plain' and not plain_allowed(case):
        return False
    several = len(case.sources) > 1
    null = given(case, '-0', '--null')
    if any('\n' in v for _, value in case.sources if isinstance(value, list) for v in value) and not null:
        return False  # a ::: value keeps its newlines
    if any('\0' in v for v in values_of(case)) and not null:
        return False  # refused
    kinds = [op for op, _ in case.sources]
    if '-a' in kinds and any(op.endswith('+') and before == '-a' for before, op in zip(kinds, kinds[1:])):
        return False  # GNU parallel links :::+ to no -a
    empty = any(not value for _, value in case.sources) or any(not chunks for chunks in case.files.values())
    if several and (empty or given(case, '-E', '--eof', '-r', '--no-run-if-empty', '--skip-first-line')):
        return False  # a product with an empty source is empty
    if re.search('["\'`]', ' '.join(case.command)) and any('&' in v for v in values_of(case)):
        return False  # a value that ends quotes leaves something running behind
    if not case.command and any(not v.strip() for v in values_of(case)):
        return False  # blank command lines take no job number
    return True


def xargs_allowed(case):
    text = case.stdin() + ''.join(case.files.get('in', []))
    words = case.kind == 'as' and not given(case, '-0', '--null', '-d', '--delimiter')
    if words and '\0' in text:
        return False  # refused; GNU xargs warns and drops the rest of the word
    if words and re.search('(^|[ \\t\\n])[\'"]$', text):
        return False  # GNU xargs sees no open quote where nothing follows it
    if given(case, '-d', '--delimiter') and '\0' in text and ['-d', '\\0'] not in case.options:
        return False
    return not unordered(case) or case.command[:1] in ([], ['show'])  # others may end the run


def allowed(case):
    """False where spool differs on purpose, or the order of output is nobody's promise."""
    if case.tool == 'parallel':
        return parallel_allowed(case)
    return xargs_allowed(case)


def generate(r, tool, name):
    while True:
        if tool == 'xargs':
            case = xargs_plain_case(r, name) if r.random() < 0.1 else xargs_case(r, name)
        else:
            case = parallel_case(r, name, 'plain' if r.random() < 0.35 else 'as')
        if allowed(case):
            return case


ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a', 'b': '\b'}
QUOTED_PART = re.compile(rb"\$'((?:[^'\\]|\\.)*)'|'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^\s'\"\\]+)|([ \n])", re.S)


def unescaped(text):
    """What bash makes of $'text'."""
    def one(match):
        what = match.group(1).decode('latin-1')
        return bytes([int(what, 8)]) if what[0].isdigit() else ESCAPES.get(what, what).encode('latin-1')
    return re.sub(rb'\\([0-7]{3}|.)', one, text, flags=re.S)


def words_shown(text):
    """Commands as they were shown, each way to quote a word taken for the same."""
    out = []
    for escaped, single, double, one, plain, blank in QUOTED_PART.findall(text):
        out.append(unescaped(escaped) or single or re.sub(rb'\\(.)', rb'\1', double) or one or plain or
                   {b' ': b'\0', b'\n': b'\1\n', b'': b''}[blank])
    return b''.join(out)


MESSAGES = re.compile(rb'^[^ \n]*(xargs|spool|sh): .*\n((?<=is used\.\n)\n)?', re.M)  # on stderr; they are not compared


def unordered(case):
    """Commands run at the same time and print as they like."""
    return case.tool == 'xargs' and given(case, '-P', '--max-procs')


def traced(case):
    """Commands are shown on stderr."""
    return case.tool == 'xargs' and given(case, '-t', '--verbose')
