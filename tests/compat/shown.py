"""Commands that xargs -t shows on stderr: how to compare them, however they are quoted."""
import re

ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a', 'b': '\b'}
QUOTED_PART = re.compile(rb"\$'((?:[^'\\]|\\.)*)'|'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^\s'\"\\]+)|([ \n])", re.S)
MESSAGES = re.compile(rb'^[^ \n]*(xargs|spool|sh): .*\n((?<=is used\.\n)\n)?', re.M)  # on stderr; they are not compared


def unescaped(text):
    """What bash makes of $'text'; GNU xargs escapes in "text" like that too."""
    def one(match):
        what = match.group(1).decode('latin-1')
        return bytes([int(what, 8)]) if what[0].isdigit() else ESCAPES.get(what, what).encode('latin-1')
    return re.sub(rb'\\([0-7]{3}|.)', one, text, flags=re.S)


def words_shown(text):
    """Commands as they were shown, each way to quote a word taken for the same."""
    out = []
    for escaped, single, double, one, plain, blank in QUOTED_PART.findall(MESSAGES.sub(b'', text)):
        out.append(unescaped(escaped) or single or unescaped(double) or one or plain or
                   {b' ': b'\0', b'\n': b'\1\n', b'': b''}[blank])
    return b''.join(out)
