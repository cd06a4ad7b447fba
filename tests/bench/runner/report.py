"""The results as JSON and as Markdown tables: figures, rates, and our figures beside the goals."""

import statistics

from .rows import QUICK_CONNECTIONS

OURS, LIMIT = "mod_websocket", "limit"
OURS_TOO = "mod_websocket-4"


def figure(row, cell):
    """The text of a figure: microseconds or bytes."""
    value = cell["figure"]
    if row.unit == "bytes":
        return f"{value:,.0f} B"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else \
        f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def cell_text(row, cell):
    if "figure" in cell:
        return figure(row, cell) + (" ~" if cell.get("disturbed") else "")
    return "failed" if "failed" in cell else "n/a" if cell["skipped"] == "n/a" else "skipped"


def table(head, lines):
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines]) + "\n"


def value_of(results, row_name, server_name):
    return results["rows"].get(row_name, {}).get("cells", {}).get(server_name, {}).get("figure")


def figures(results, rows, servers):
    lines = [[row.title, *(cell_text(row, results["rows"][row.name]["cells"][server.name])
                           for server in servers)] for row in rows]
    return table(["server CPU per operation, in us", *(server.title for server in servers)], lines)


def rates(results, rows, servers):
    lines = []
    for row in rows:
        cells = [results["rows"][row.name]["cells"][server.name] for server in servers]
        if row.kind != "idle":
            lines.append([row.title, *(f"{cell['per_second']:,.0f}" if "per_second" in cell
                                       else cell_text(row, cell) for cell in cells)])
    return table(["operations per second on one CPU", *(server.title for server in servers)], lines)


def last_deliveries(results, rows, servers):
    """Half of the messages were with their last subscriber after so long."""
    lines = []
    for row in rows:
        cells = [results["rows"][row.name]["cells"][server.name] for server in servers]
        if row.kind == "fanout":
            lines.append([row.title.removesuffix(", per delivery"), *(
                f"{statistics.median(run['last_delivery_p50_us'] for run in cell['runs']) / 1000:.2f}"
                if "runs" in cell else cell_text(row, cell) for cell in cells)])
    return table(["publish to last delivery, median in ms",
                  *(server.title for server in servers)], lines) if lines else ""


def scaled_goal(results, row):
    """The goal on this machine and by what it is known, or (None, "")."""
    if row.goal_of_row:
        other, factor = row.goal_of_row
        page = value_of(results, other, OURS)
        return (factor * page, f"{factor} x {other}") if page else (None, "")
    if row.goal is None or row.kind == "idle":
        return row.goal, "absolute"
    limit = value_of(results, row.scale_row or row.name, LIMIT)
    if not limit:
        return None, ""
    ratio = row.goal / row.reference_limit
    return ratio * limit, f"{ratio:.2f} x limit{' of ws' if row.scale_row else ''}"


def goals(results, rows, servers):
    peers = [server.name for server in servers if server.name not in (OURS, OURS_TOO, LIMIT)]
    lines = []
    for row in rows:
        ours = value_of(results, row.name, OURS)
        if ours is None or (row.goal is None and not row.goal_of_row):
            continue
        goal, basis = scaled_goal(results, row)
        limit = value_of(results, row.name, LIMIT)
        others = [value for value in (value_of(results, row.name, peer) for peer in peers) if value]
        lines.append([
            row.title, figure(row, {"figure": ours}),
            f"{ours / limit:.2f}" if limit and row.kind != "idle" else "-",
            f"{ours / min(others):.2f}" if others else "-",
            figure(row, {"figure": row.goal}) if row.goal else "-",
            f"{figure(row, {'figure': goal})} ({basis})" if goal else "-",
            "-" if goal is None else "reached" if ours <= goal else f"{ours / goal:.2f} x the goal"])
    if not lines:
        return ""
    return table(["goal", "ours", "ours / limit", "ours / best peer", "absolute goal",
                  "goal on this machine", "so"], lines)


def remarks(results, rows, servers):
    """What was left out or failed, each reason once."""
    found = {}
    for server in servers:
        for row in rows:
            cell = results["rows"][row.name]["cells"][server.name]
            reason = cell.get("failed") or cell.get("skipped")
            if reason and reason != "n/a":
                word = "FAILED" if "failed" in cell else "skipped"
                found.setdefault((word, server.name, reason), []).append(row.name)
    cells = (cell for row in rows for cell in results["rows"][row.name]["cells"].values())
    note = "~ other programs used much of the CPUs meanwhile\n\n" \
        if any(cell.get("disturbed") for cell in cells) else ""
    return note + "".join(f"- {word} on {server}: {reason} ({', '.join(names)})\n"
                   for (word, server, reason), names in found.items())


def markdown(results, rows, servers):
    quick = "; --quick: at most " + " and ".join(
        f"{count} connections in {kind} rows" for kind, count in QUICK_CONNECTIONS.items())
    facts = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    parts = [f"Measured on: {facts}. Medians of {results['runs']}, {results['seconds']} s each"
             f"{quick if results['quick'] else ''}.\n",
             figures(results, rows, servers), rates(results, rows, servers),
             last_deliveries(results, rows, servers), goals(results, rows, servers),
             remarks(results, rows, servers)]
    return "\n".join(part for part in parts if part)
