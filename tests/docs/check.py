#!/usr/bin/python3
"""Checks what the documents and the rules of this tree promise; prints each fault as file:line.

Usage: check.py [CHECK...]   without a name: all of them
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "mod_ws", "plugin_sdk", "plugins", "conf",
             "tests", "README.md", "LICENSE"}
OF_HTTPD = {"conf/publish.key", "conf/ws.key"}  # below its server root
LAYERS = ["base", "protocol", "net", "session", "channel", "plugin", "publish", "httpd"]
CODE = {".h", ".hpp", ".c", ".cpp", ".py", ".js", ".cjs", ".mjs", ".sh", ".php", ".css"}
MOST_LINES = 500
DIRECTIVES_SOURCE = "mod_ws/httpd/directives.cpp"
LIMITS_SOURCE = "mod_ws/session/session_settings.h"
RATES_SOURCE = "mod_ws/session/rate_limit.h"
DIRECTIVES_PAGE = "mod_ws/docs/directives.md"
NO_DIRECTIVES = {"WebSocketClient",  # of plugin_sdk/js
                 "WebSocketLocation"}  # in mod_status


def files():
    """What is in the tree: known to git, or new and not ignored; without git, all but what is built."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                            capture_output=True, text=True)
    if listed.returncode == 0:
        names = listed.stdout.split("\n")
    else:
        names = [str(path.relative_to(TOP)) for path in TOP.rglob("*")
                 if not re.search(r"/(build[^/]*|node_modules|__pycache__|\.git)/", str(path))]
    return [name for name in names if name and (TOP / name).is_file()]


def text_of(name):
    return (TOP / name).read_text(encoding="utf-8", errors="replace")


def lines_of(name):
    return list(enumerate(text_of(name).split("\n"), 1))


def documents():
    return [name for name in files() if name.endswith(".md")]


def blocks(name, language):
    """(first line, text) of each fenced block of that language."""
    found, start, kept = [], 0, []
    for number, line in lines_of(name):
        if start == 0 and line.strip() == "```" + language:
            start, kept = number, []
        elif start and line.strip() == "```":
            found.append((start + 1, "\n".join(kept) + "\n"))
            start = 0
        elif start:
            kept.append(line)
    return found


def check_top_level():
    for name in sorted({name.split("/")[0] for name in files()}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield name, 1, "not a name of the top level"


def check_paths():
    """Every link, and every path in a document that starts at a folder of the top level."""
    folders = "|".join(sorted(name for name in TOP_LEVEL if (TOP / name).is_dir()))
    path = re.compile(r"(?<![\w/.-])(?:\./)?((?:%s|\.ci)/[\w./*{},-]*[\w/*}])" % folders)
    link = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
    for name in documents():
        in_code = False
        for number, line in lines_of(name):
            in_code ^= line.strip().startswith("```")
            for found in path.findall(line):
                if found not in OF_HTTPD and not exists(found):
                    yield name, number, f"{found} does not exist"
            for target in [] if in_code else link.findall(line):  # a lambda looks like a link
                if "://" not in target and not (TOP / name).parent.joinpath(target).exists():
                    yield name, number, f"the link to {target} leads nowhere"


def exists(path):
    """The path, or with {a,b} and * any of what it can mean."""
    choice = re.search(r"\{([^{}]*)\}", path)
    if choice:
        return all(exists(path[:choice.start()] + word + path[choice.end():])
                   for word in choice.group(1).split(","))
    return any(TOP.glob(path.rstrip("/")))


def check_layers():
    """A layer includes itself and those to its left; only httpd/ knows httpd and APR."""
    include = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
    server = re.compile(r"^(httpd|http_\w+|ap_\w+|apr\w*|util_\w+|mod_\w+|scoreboard|mpm_common)\.h$")
    for name in files():
        parts = name.split("/")
        if parts[0] != "mod_ws" or parts[1] not in LAYERS or Path(name).suffix not in (".h", ".cpp"):
            continue
        rank = LAYERS.index(parts[1])
        for number, line in lines_of(name):
            match = include.match(line)
            if not match:
                continue
            target = match.group(2).split("/")[0]
            if target in LAYERS and "/" in match.group(2):
                if LAYERS.index(target) > rank:
                    yield name, number, f"{parts[1]} must not include {match.group(2)}"
            elif parts[1] != "httpd" and server.match(match.group(2)):
                yield name, number, f"only httpd/ includes {match.group(2)}"
            elif match.group(1) == '"' and target != "wsp":
                yield name, number, f'write "{parts[1]}/..." instead of "{match.group(2)}"'


def check_files():
    """A file says first what it is, and is not too long."""
    for name in files():
        suffix = Path(name).suffix
        if suffix not in CODE:
            continue
        lines = text_of(name).rstrip("\n").split("\n")
        if len(lines) > MOST_LINES:
            yield name, len(lines), f"more than {MOST_LINES} lines"
        if not lines[0].strip():
            continue
        first = lines[0] if not lines[0].startswith(("#!", "<?php")) else lines[1]
        if not re.match(r'\s*(//|/\*|#|"""|<!--)', first):
            yield name, 1, "the first line does not say what the file is"


def check_leftovers():
    """No unfinished work, no path of somebody's machine."""
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented|lorem ipsum"
                       r"|(?<![\w.$}~-])/(?-i:home|root|Users|work|workspace)/\w", re.IGNORECASE)
    for name in files():
        if name == "tests/docs/check.py" or Path(name).suffix in (".png", ".bin", ".seed"):
            continue
        if "/corpus/" in name:
            continue
        for number, line in lines_of(name):
            match = marks.search(line)
            if match:
                yield name, number, f"{match.group(0)!r}"


def documented_directives():
    """name -> (line, default as written) of each section of the reference."""
    found, name = {}, None
    for number, line in lines_of(DIRECTIVES_PAGE):
        heading = re.match(r"## (WebSocket\w+)$", line)
        if heading:
            name = heading.group(1)
            found[name] = (number, None)
        default = re.match(r"\| Default \| (.*) \|$", line)
        if default and name:
            found[name] = (found[name][0], default.group(1))
    return found


def directives_in_source():
    """name -> the default that its help text states, or None."""
    found = {}
    for entry in re.split(r"\bAP_INIT_\w+\(", text_of(DIRECTIVES_SOURCE))[1:]:
        default = re.search(r"\(default:? ([^)]*)\)", entry)
        found[entry.split('"')[1]] = default and default.group(1)
    return found


def directives_in_table():
    """name -> (line, default as written) of each row of the README's table."""
    found = {}
    for number, line in lines_of("README.md"):
        row = re.match(r"\| \[`(WebSocket\w+)`\]\([^)]*\) \| ([^|]*) \|", line)
        if row:
            found[row.group(1)] = (number, row.group(2))
    return found


def limits_in_source():
    """name -> default, of the directives whose value ends up in a SessionLimits."""
    text = text_of(LIMITS_SOURCE)
    numbers = {name: eval(value.replace("'", "").replace("size_t{1}", "1"), {})  # noqa: S307
               for name, value in re.findall(r"(\w+) = ([\d'<> ]+|size_t\{1\} << \d+);", text)}
    size, fragments = re.search(r"read\{(.*), (\d+)\}", text).groups()
    numbers |= {"max_message_size": eval(size.replace("size_t{1}", "1"), {}),  # noqa: S307
                "max_fragments": int(fragments)}
    found = {f"WebSocket{name.removesuffix('s').title()}Rate": f"{rate} burst={burst}"
             for name, rate, burst in re.findall(r"Rate (\w+)\{(\d+), (\d+)\};", text_of(RATES_SOURCE))}
    for field, value in numbers.items():
        name = "WebSocket" + "".join(word.title() for word in field.removesuffix("_ms").split("_"))
        if field.endswith("_ms"):
            found[name] = ("off" if value == 0 else f"{value}ms" if value % 1000
                           else f"{value // 1000}s")
        else:
            found[name] = f"{value >> 20}M" if value and value % (1 << 20) == 0 else str(value)
    return found


def check_directives():
    """The reference, the README's table and the source agree on names and defaults."""
    known, documented, table = directives_in_source(), documented_directives(), directives_in_table()
    for name in sorted(set(known) - set(documented)):
        yield DIRECTIVES_PAGE, 1, f"{name} has no section"
    for name in sorted(set(known) - set(table)):
        yield "README.md", 1, f"{name} is not in the table of directives"
    limits = limits_in_source()
    if len(limits) < 7:
        yield LIMITS_SOURCE, 1, f"only these defaults were understood: {sorted(limits)}"
    for name, (number, default) in sorted(documented.items()):
        if name not in known:
            yield DIRECTIVES_PAGE, number, f"{name} is no directive"
            continue
        value = default.strip("`").removeprefix(name).strip()
        for source, other in ((DIRECTIVES_SOURCE, known[name]), (LIMITS_SOURCE, limits.get(name))):
            if other and other != value:
                yield DIRECTIVES_PAGE, number, f"{name}: default {value!r}, but {source} has {other!r}"
        if name in table and table[name][1].strip("`") != value:
            yield "README.md", table[name][0], f"{name}: default {table[name][1]}, " \
                                               f"but its section says {value!r}"
    for page in documents() + [name for name in files() if name.startswith("conf/")]:
        for number, line in lines_of(page):
            for name in re.findall(r"\bWebSocket[A-Z]\w+", line):
                if name not in known and name not in NO_DIRECTIVES:
                    yield page, number, f"{name} is no directive"


def main():
    checks = {name[6:]: function for name, function in globals().items()
              if name.startswith("check_")}
    wanted = sys.argv[1:] or list(checks)
    faults = 0
    for name in wanted:
        for place, number, what in checks[name]():
            print(f"{place}:{number}: {what} [{name}]")
            faults += 1
    print(f"{', '.join(wanted)}: {faults or 'no'} fault{'' if faults == 1 else 's'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
