"""One differential case: a command line for a tool, its input, and how to make it smaller or show it. Knows no tool."""
import shlex


def quote(text):
    """text for a POSIX shell; where that can't be read, for bash."""
    if text.isprintable() and text.isascii():
        return shlex.quote(text)
    out = []
    for c in text:
        if c in "\\'":
            out.append('\\' + c)
        elif c.isprintable() and c.isascii():
            out.append(c)
        else:
            out.append(''.join(f'\\{b:03o}' for b in c.encode('utf-8', 'surrogateescape')))
    return "$'" + ''.join(out) + "'"


def printf(text):
    """printf and its argument that print text."""
    safe = text.replace('\\', '\\\\').replace('%', '%%')
    names = {'\n': '\\n', '\t': '\\t', '\r': '\\r'}
    out = []
    for c in safe:
        if c in names:
            out.append(names[c])
        elif c.isprintable() and c.isascii():
            out.append(c)
        else:
            out.append(''.join(f'\\{b:03o}' for b in c.encode('utf-8', 'surrogateescape')))
    return 'printf -- ' + shlex.quote(''.join(out))


class Case:
    """
    Text is str, with surrogates for bytes that are no UTF-8.

    options   list of options, each a list of words
    command   list of words
    sources   list of [operator, values]: ::: and :::+ with a list of values; -a, :::: and ::::+ with a file's name
    files     name -> list of chunks of text; the file - is stdin
    kind      as: spool under the tool's name; plain: under its own
    peer_only, spool_only   words that one of them gets in front
    """

    def __init__(self, tool, name):
        self.tool, self.name, self.kind = tool, name, 'as'
        self.options, self.command, self.sources, self.files = [], [], [], {}
        self.peer_only, self.spool_only = [], []
        self.separators = {':::': ':::', '::::': '::::'}

    def copy(self):
        new = Case(self.tool, self.name)
        new.__dict__.update(self.__dict__)
        new.options = [list(o) for o in self.options]
        new.command = list(self.command)
        new.sources = [[op, list(v) if isinstance(v, list) else v] for op, v in self.sources]
        new.files = {name: list(chunks) for name, chunks in self.files.items()}
        return new

    def words(self):
        """The command line behind the tool's name."""
        out = [w for option in self.options for w in option]
        for op, name in self.sources:
            if op == '-a':
                out += ['-a', name]
        out += self.command
        for op, value in self.sources:
            plus = '+' if op.endswith('+') else ''
            if op.startswith(':::') and isinstance(value, list):
                out += [self.separators[':::'] + plus] + value
            elif op != '-a':
                out += [self.separators['::::'] + plus, value]
        return out

    def stdin(self):
        return ''.join(self.files.get('-', []))

    def line(self):
        """For a shell: $T is the tool."""
        parts = [f'{printf("".join(chunks))} >{name} &&' for name, chunks in self.files.items() if name != '-']
        if '-' in self.files:
            parts.append(f'{printf(self.stdin())} |')
        call = '$T'
        if self.peer_only or self.spool_only:
            peer, spool = (' '.join(map(quote, w)) for w in (self.peer_only, self.spool_only))
            call = f'$T [{self.tool}: {peer}] [spool: {spool}]'
        return ' '.join(parts + [call] + [quote(w) for w in self.words()] + ([] if '-' in self.files else ['</dev/null']))

    # --- smaller ones --------------------------------------------------------------------------------------------

    def smaller(self):
        """Cases that say less, one after the other; the largest steps first."""
        for i in range(len(self.sources)):
            yield self.without('sources', i)
        for i in range(len(self.options)):
            yield self.without('options', i)
        for i in range(len(self.command)):
            yield self.without('command', i)
        for name in self.files:
            yield from self.with_fewer(self.files[name], lambda new, c, name=name: new.files.__setitem__(name, c))
        for i, (_, value) in enumerate(self.sources):
            if isinstance(value, list):
                yield from self.with_fewer(value, lambda new, v, i=i: new.sources[i].__setitem__(1, v))
        yield from self.with_shorter_texts()

    def without(self, what, i):
        new = self.copy()
        del getattr(new, what)[i]
        used = {'-'} | {value for _, value in new.sources if isinstance(value, str)}
        used |= {word for option in new.options for word in option}
        new.files = {name: chunks for name, chunks in new.files.items() if name in used}
        return new

    def with_fewer(self, items, put):
        n = len(items)
        cuts = [(0, n // 2), (n // 2, n)] if n > 3 else []
        for start, end in cuts + [(i, i + 1) for i in range(n)]:
            new = self.copy()
            put(new, items[:start] + items[end:])
            yield new

    def with_shorter_texts(self):
        for i, word in enumerate(self.command):
            for shorter in shortened(word):
                new = self.copy()
                new.command[i] = shorter
                yield new
        for name, chunks in self.files.items():
            for i, chunk in enumerate(chunks):
                for shorter in shortened(chunk):
                    new = self.copy()
                    new.files[name][i] = shorter
                    yield new
        for i, (_, value) in enumerate(self.sources):
            for k, text in enumerate(value if isinstance(value, list) else []):
                for shorter in shortened(text):
                    new = self.copy()
                    new.sources[i][1][k] = shorter
                    yield new


def shortened(text):
    n = len(text)
    if n > 6:
        yield text[:n // 2]
        yield text[n // 2:]
    if n <= 40:
        for i in range(n):
            yield text[:i] + text[i + 1:]
