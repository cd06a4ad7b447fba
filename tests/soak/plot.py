"""A run as an SVG: one panel a figure, all over the same time."""

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 760, 120, 70, 20, 46, 34
COLOURS = ("#0b6e99", "#c4500b", "#5a8a00")
# title, unit, divisor, the samples' fields with their names
PANELS = (
    ("Connections", "", 1, {"open": "of the crowd"}),
    ("Private memory of all children; dashed: before the crowd came", " MB", 1 << 20,
     {"memory": "memory"}),
    ("Descriptors of all children; dashed: before", "", 1, {"descriptors": "descriptors"}),
    ("Threads of all children", "", 1, {"threads": "threads"}),
    ("Longest echo in each second", " ms", 1,
     {"bystander_ms": "bystanders", "machine_ms": "the same without a server"}),
)


def _round_up(value):
    """A little above it: 1, 2 or 5 times a power of ten."""
    step = 1
    while step * 10 < value:
        step *= 10
    return next(step * factor for factor in (1, 2, 3, 5, 8, 10) if step * factor >= value)


def _line(samples, field, divisor, highest, seconds, top, colour):
    points = " ".join(
        f"{LEFT + (WIDTH - LEFT - RIGHT) * sample['seconds'] / seconds:.1f},"
        f"{top + PANEL * (1 - sample[field] / divisor / highest):.1f}" for sample in samples)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.3"/>'


def _panel(number, what, samples, seconds):
    title, unit, divisor, fields = PANELS[number]
    top = TOP + number * (PANEL + GAP)
    values = [sample[field] / divisor for sample in samples for field in fields]
    highest = _round_up(max(*values, 1))
    parts = [f'<text x="{LEFT}" y="{top - 8}" class="title">{title}</text>']
    for at, (field, name) in enumerate(fields.items()):
        if len(fields) > 1:
            parts.append(f'<text x="{WIDTH - RIGHT - 150 * at}" y="{top - 8}" text-anchor="end" '
                         f'style="fill: {COLOURS[at]}">{name}</text>')
    for part in range(3):
        y = top + PANEL * (1 - part / 2)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">'
                     f'{highest * part / 2:g}{unit}</text>')
    if next(iter(fields)) in what["before"]:
        y = top + PANEL * (1 - what["before"][next(iter(fields))] / divisor / highest)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                     f'stroke="{COLOURS[1]}" stroke-dasharray="4 3"/>')
    parts += [_line(samples, field, divisor, highest, seconds, top, colour)
              for field, colour in zip(fields, COLOURS)]
    return "\n".join(parts)


def plot(what, samples):
    seconds = max(samples[-1]["seconds"], 1)
    height = TOP + len(PANELS) * (PANEL + GAP) + 10
    bottom = height - GAP
    ticks = "".join(
        f'<text x="{LEFT + (WIDTH - LEFT - RIGHT) * part / 4:.0f}" y="{bottom + 8}" '
        f'text-anchor="middle">{seconds * part / 4 / 60:.1f} min</text>' for part in range(5))
    title = (f"{what['connections']} connections, {what['mpm']} MPM: {what['opened']} opened, "
             f"{what['attacks']} attacks, {what['slow_ends']} slow readers ended, "
             f"{what['received']} messages received")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}">\n'
            "<style>text { font: 11px sans-serif; fill: #333 } .title { font-weight: bold }"
            "</style>\n"
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
            f'<text x="{LEFT}" y="18">{title}</text>\n'
            + "\n".join(_panel(number, what, samples, seconds) for number in range(len(PANELS)))
            + f"\n{ticks}\n</svg>\n")
