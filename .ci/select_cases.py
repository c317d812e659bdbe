#!/usr/bin/env python3
"""select_cases.py FAMILY FILE: the cases of FILE that spool can be asked as it is today, as JSON of the same form."""
import base64
import json
import re
import sys

PLAIN = re.compile(r'[A-Za-z0-9_./+=,:@%^-]*\Z')
BASIC = re.compile(r'\{(|\.|/|//|/\.|#|%)\}')


def text(value):
    """The bytes of a case's string as str, one character a byte; None when it is computed in a way not known here."""
    if value is None:
        return ''
    if isinstance(value, str):
        return value.encode().decode('latin-1')
    if 'b64' in value:
        return base64.b64decode(value['b64']).decode('latin-1')
    return None


def split_options(argv, with_value, without):
    """(options, command): options that are all known, each as (name, value); None when one is not."""
    options, i = [], 0
    while i < len(argv) and argv[i].startswith('-') and argv[i] != '-':
        word = argv[i]
        name = word if word.startswith('--') else word[:2]
        if word in without:
            options.append((word, None))
        elif word in with_value and i + 1 < len(argv):
            i += 1
            options.append((word, argv[i]))
        elif name in with_value and not word.startswith('--'):
            options.append((name, word[2:]))
        else:
            return None
        i += 1
    return options, argv[i:]


def one_value_a_command(case):
    """xargs: right with one value a line, and no two values ever meet in one command."""
    if case.get('applies') != 'both' or 'argv' not in case:
        return False
    split = split_options(case['argv'], {'-I', '-P'}, {'-0', '-r'})
    stdin = text(case.get('stdin'))
    if split is None or stdin is None:
        return False
    options, command = split
    names = [name for name, _ in options]
    values = len(stdin.rstrip('\0\n').split('\0' if '-0' in names else '\n')) if stdin else 0
    if not command or values == 0 and '-r' not in names:
        return False  # xargs has a default command, and runs it once for nothing
    return '-I' in names or values == 1


def plain_xe(case):
    """xe: one value a command is its rule too; it replaces only the first {}."""
    if 'argv' not in case or not case['argv'] or text(case.get('stdin')) is None:
        return False
    split = split_options(case['argv'], {'-j'}, {'-0', '-k'})
    return split is not None and bool(split[1]) and sum('{}' in w for w in split[1]) < 2


def basic_parallel(case):
    """GNU parallel: one source, plain words, replacement strings and options that mean the same in both."""
    if case.get('class') != 'core' or 'argv' not in case or not all(isinstance(a, str) for a in case['argv']):
        return False
    split = split_options(case['argv'], {'-j', '-P', '--jobs', '-d', '--delimiter', '-I'},
                          {'-k', '--keep-order', '-0', '--null', '-r', '--no-run-if-empty', '-q', '--dryrun', '-u',
                           '--ungroup', '--tag'})
    if split is None:
        return False
    command = split[1]
    sources = [i for i, word in enumerate(command) if re.match(r':::', word)]
    if len(sources) > 1 or sources and command[sources[0]] not in (':::', '::::'):
        return False
    words = command[:sources[0]] if sources else command
    return bool(words) and '{' not in words[0] and all(PLAIN.match(BASIC.sub('', word)) for word in words)


RULES = {'xargs': one_value_a_command, 'xe': plain_xe, 'parallel': basic_parallel}


def main():
    family, path = sys.argv[1:]
    with open(path, encoding='utf-8', errors='surrogateescape') as f:
        suite = json.load(f)
    suite['cases'] = [case for case in suite['cases'] if RULES[family](case)]
    json.dump(suite, sys.stdout)


if __name__ == '__main__':
    main()
