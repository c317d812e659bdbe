"""Tables and pictures of what was measured."""

import html

WIDTH, ROW, LEFT, RIGHT, TOP = 860, 22, 300, 110, 46
COLOURS = {"spool": "#1f77b4", "limit": "#7f7f7f", "peer": "#c7a76c"}


def number(value, digits=2):
    if value is None:
        return ""
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def table(columns, rows):
    """As Markdown that is readable as it is."""
    cells = [columns, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]

    def line(row):
        first = row[0].ljust(widths[0])
        return "| " + " | ".join([first] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2)] + ["-" * (w + 1) + ":" for w in widths[1:]]) + "|"
    return "\n".join([line(columns), rule, *map(line, rows)])


def bars(title, unit, values):
    """A picture of (name, kind, value, low, high): bars from zero, the spread as a line on each."""
    most = max((v[4] for v in values), default=1) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{TOP + ROW * len(values) + 14}"'
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="20" font-size="14" font-weight="bold">{html.escape(title)}</text>',
        f'<text x="10" y="37" fill="#555">{html.escape(unit)}</text>',
    ]
    for i, (name, kind, value, low, high) in enumerate(values):
        y = TOP + ROW * i
        middle = y + ROW / 2 - 1
        out += [
            f'<text x="{LEFT - 8}" y="{middle + 4}" text-anchor="end">{html.escape(name)}</text>',
            f'<rect x="{LEFT}" y="{y + 2}" width="{value * scale:.1f}" height="{ROW - 6}" fill="{COLOURS[kind]}"/>',
            f'<line x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}" y1="{middle}" y2="{middle}" stroke="black"/>',
            f'<text x="{LEFT + high * scale + 6:.1f}" y="{middle + 4}">{number(float(value))}</text>',
        ]
    return "\n".join([*out, "</svg>\n"])
