"""What random cases are made of, whatever the tool."""
PLAIN = ['a', 'b', 'c', 'x1', 'foo', 'bar.txt', 'dir/sub/file.tar.gz', '/a/b.c', './x.y', '.hidden', 'a.b.c', '..', '/', 'a/', '0',
         '10', '-n', '--', '-', 'A_B', 'abcABC', 'z.z.z.foo', '//x//y', 'a/.b', 'END', 'a.', 'x/.']
SPECIAL = ['', ' ', 'a b', ' lead', 'trail ', 'a  b', '\t', 'a\tb', "it's", '"q"', 'a"b', '$HOME', '`id`', '$(id)', 'a;b', 'a&b',
           'a|b', '<x', '*', '?', '[a]', '{}', '{1}', '{#}', '{.}', '\\', 'a\\b', '\\n', '#c', '~', '!!', 'a=b', '%', '%s', 'é',
           'ワ', '\udcff', '(x)', '^', 'a,b', 'a:b', '\x01', '\x7f', '+', 'a,b,c', 'a:b:c', ' a , b ', ',', 'A b.C d/e.f', '\r',
           'x\ry', "'", '"', '@x', 'a{}b', '{2}']


def given(case, *names):
    """Whether one of the options is there: -n also as -n2, --max-args also as --max-args=2."""
    def is_one(word, name):
        if name.startswith('--'):
            return word.split('=')[0] == name
        return word.startswith(name) and not word.startswith('--')
    return any(is_one(option[0], name) for option in case.options for name in names)


def values_of(case):
    """All values as they are written, before anything is split."""
    for op, value in case.sources:
        if isinstance(value, list):
            yield from value
    for chunks in case.files.values():
        yield from chunks
