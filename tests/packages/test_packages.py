"""The life of the packages in a clean Debian: what each test leaves, the next one finds."""

import json
import re
import subprocess

import next_version
from conftest import TOP
from harness import processes
from harness.waiting import wait_until
from member import Member

MODULE = "/usr/lib/apache2/modules/mod_websocket.so"
ECHO = "/usr/lib/apache2/modules/websocket/echo.so"
SITE = """
<Location "/ws/chat">
  WebSocketPlugin chat
</Location>
<Location "/ws/echo">
  WebSocketPlugin echo
</Location>
<Location "/ws/publish">
  SetHandler websocket-publish
  Require local
</Location>
"""


def test_lintian_finds_nothing(packages):
    done = subprocess.run(["lintian", "--allow-root", "--display-info", *packages.values()],
                          capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    found = done.stdout.splitlines()
    assert not [line for line in found if line[0] in "EW" or "hardening" in line]


def test_installing_enables_it(debian, packages):
    debian.start()
    debian.before = debian.chroot.files()
    debian.run("apt-get", "install", "-q", "-y", *debian.chroot.copy(*packages.values()))
    assert "enabled by maintainer script" in debian.run("a2query", "-m", "websocket")
    # It runs already: no restart was needed.
    wait_until(lambda: MODULE in maps(debian.parent), "the module in httpd")


def test_a2dismod_and_a2enmod_turn_it_off_and_on(debian):
    for command, runs in (("a2dismod", False), ("a2enmod", True)):
        debian.run(command, "-q", "websocket")
        debian.run("service", "apache2", "reload")
        wait_until(lambda: all((MODULE in maps(pid)) is runs for pid in
                               [debian.parent, *processes.children(debian.parent)]), command)


def test_a_site_uses_it(debian):
    debian.write("/etc/apache2/conf-available/site.conf", SITE)
    debian.run("a2enconf", "-q", "site")
    debian.run("wsctl", "check")
    debian.run("service", "apache2", "reload")
    wait_until(lambda: answers(debian, "/ws/echo"), "the Location to be there")
    echo = debian.connect("/ws/echo")
    echo.echo("größer")
    echo.close()
    assert "Apache2" in debian.page("/")


def test_whole_examples_fit_the_package(debian):
    """The chat's page and the client that it imports, by the example that comes along."""
    example = "/usr/share/doc/libapache2-mod-websocket/examples/chat.conf"
    debian.run("a2enmod", "-q", "headers")
    debian.run("cp", example, "/etc/apache2/conf-available/chat.conf")
    debian.run("a2enconf", "-q", "chat")
    debian.run("service", "apache2", "restart")
    wait_until(lambda: answers(debian, "/ws/chat"), "the Location to be there")
    assert "<script" in debian.page("/chat/index.html")
    imported, = re.findall(r'from "(\.\./websocket-client/[^"]+)"',
                           debian.page("/chat/client.js"))
    assert "export" in debian.page("/chat/" + imported)


def test_publishes_from_a_shell_and_from_php(debian):
    listener = debian.connect("/ws/chat")
    listener.text(json.dumps({"chat_user": "ann", "chat_message": "here"}))
    assert json.loads(listener.read_message())["chat_message"] == "here"
    url = f"http://127.0.0.1:{debian.port}/ws/publish"
    names = [json.loads(line)["channel"]
             for line in debian.run("wsctl", "channels", "--url", url, "--json").splitlines()]
    simple, = [name for name in names if name.endswith(":s:lobby")]
    said = {"chat_user": "shell", "chat_message": "hello"}
    debian.run("wsctl", "publish", simple, json.dumps(said), "--url", url)
    assert json.loads(listener.read_message()) == said
    debian.run("php", "-r", f"""require 'ModWebSocket/autoload.php';
        $publisher = new ModWebSocket\\Publisher('{url}');
        $publisher->publish('{simple}', ModWebSocket\\Message::json(['chat_user' => 'php',
                                                                      'chat_message' => 'hi']));""")
    assert json.loads(listener.read_message())["chat_user"] == "php"
    listener.close()
    members = debian.run("runuser", "-u", "www-data", "--", "wsctl", "who", simple, "--state-dir",
                         "/run/apache2/websocket", "--namespace", "localhost")
    assert members.startswith("MEMBER")


def test_its_doctor_makes_it_well(debian):
    """Debian's own settings would retire children; what the doctor says is written down."""
    remedy, = re.findall(r"^ +-> (.*)", debian.run("wsctl", "doctor", wanted=1), re.M)
    assert remedy == "MaxSpareThreads 150"
    debian.write("/etc/apache2/conf-available/spare.conf", remedy + "\n")
    debian.run("a2enconf", "-q", "spare")
    report = debian.run("wsctl", "doctor")
    assert report.count("pages of other sites are refused") == 2, report


def test_a_plugin_is_built_with_the_dev_package(debian, tmp_path):
    """By the compiler of this machine, which is the same Debian."""
    debian.run("cp", "-r", "/usr/share/wsp/template", "/tmp/template")
    source, built = debian.path("/tmp/template"), tmp_path / "built"
    found = debian.path("/usr/share/cmake/wsp")
    for command in (["cmake", "-S", source, "-B", built, f"-Dwsp_DIR={found}"],
                    ["cmake", "--build", built], ["ctest", "--test-dir", built]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    plugin, = built.glob("*.so")
    destination = re.search(r"^WSP_PLUGIN_DIR:STRING=(.*)",
                            (built / "CMakeCache.txt").read_text(), re.M).group(1)
    assert destination == "/usr/lib/apache2/modules/websocket"
    local = "/usr/local/lib/greeter.so"
    debian.path(local).write_bytes(plugin.read_bytes())
    debian.write("/etc/apache2/conf-available/greeter.conf",
                 f'<Location "/ws/greeter">\n  WebSocketPlugin {local}\n</Location>\n')
    debian.run("a2enconf", "-q", "greeter")
    debian.run("service", "apache2", "reload")
    wait_until(lambda: answers(debian, "/ws/greeter"), "the plugin to answer")


def test_upgrade_leaves_old_connections_on_the_old_code(debian, packages, tmp_path):
    set_drain(debian, "off")
    old = [debian.connect("/ws/echo") for _ in range(8)]
    old_children = processes.children(debian.parent)
    upgrade(debian, packages, "7.0", tmp_path)
    assert f"{MODULE} (deleted)" not in maps(debian.parent)
    for peer in old:
        peer.echo("still here")

    def run_old_code():
        serving = [text for text in map(maps, old_children) if text]
        return serving and all(f"{file} (deleted)" in text
                               for text in serving for file in (MODULE, ECHO))
    wait_until(run_old_code, "old children with the old files alone")
    for peer in old:
        peer.close()
    wait_until(lambda: not any(map(processes.is_alive, old_children)), "the old children's end")


def test_upgrade_drains_and_nobody_misses_anything(debian, packages, tmp_path):
    set_drain(debian, "1s")
    members = [Member(debian.connect, f"m{number}") for number in range(8)]
    speaker = members[0]
    for text in ("before", "just before"):
        speaker.say(type="say", text=text)
        for member in members:
            member.listen()
    upgrade(debian, packages, "8.0", tmp_path)
    for member in members:
        member.peer.expect_failure(1012)
    for member in members[:4]:
        member.come()
    speaker.say(type="say", text="meanwhile")
    for member in members[:4]:
        member.listen()
    for member in members[4:]:
        member.come()
    speaker.say(type="say", text="after")
    for member in members:
        member.listen()
        assert member.heard == ["before", "just before", "meanwhile", "after"]
        member.peer.abandon()


def test_its_documents_are_there(debian):
    documents = debian.path("/usr/share/doc/libapache2-mod-websocket")
    page = (documents / "html/directives.html").read_text()
    for name in re.findall(r"^## (WebSocket\w+)", (TOP / "mod_ws/docs/directives.md").read_text(),
                           re.M):
        section = page.split(f'<h2 id="{name.lower()}">')[1].split("<h2")[0]
        for title in ("Description", "Syntax", "Default", "Context", "Status", "Module"):
            assert f"<th>{title}:</th>" in section, f"{name} has no {title}"
        assert "<pre>" in section, f"{name} has no example"
    for html in documents.rglob("*.html"):
        for target, _, place in re.findall(r'(?:href|src)="([^":#]*)(#([^"]*))?"',
                                           html.read_text()):
            file = html.parent / target if target else html
            assert file.exists(), f"{html.name}: {target}"
            assert not place or f'id="{place}"' in file.read_text(), f"{html.name}: {place}"
    assert debian.path("/usr/share/man/man1/wsctl.1.gz").is_file()


def test_removing_disables_it(debian):
    set_drain(debian, "off")
    debian.guest = debian.connect("/ws/echo")
    debian.run("a2disconf", "-q", "site", "chat", "greeter", "drain", "spare")
    debian.run("apt-get", "remove", "-q", "-y", "libapache2-mod-websocket")
    wait_until(lambda: "mod_websocket" not in maps(debian.parent), "httpd without it")
    assert "Apache2" in debian.page("/")
    assert "disabled" in debian.run("sh", "-c", "a2query -m websocket || true")
    assert debian.path("/etc/apache2/mods-available/websocket.conf").exists()


def test_purging_leaves_nothing(debian, packages):
    debian.run("apt-get", "purge", "-q", "-y", "--autoremove", *packages)
    debian.guest.text("which?")
    assert debian.guest.read_message() == "8.0"
    debian.guest.close()
    left = debian.chroot.files() - debian.before
    ours = {path for path in left if re.search("websocket|wsp|wsctl", path, re.I)}
    assert not ours
    assert not {path for path in left if path.startswith(("/usr/lib", "/usr/share", "/run"))}
    assert "Apache2" in debian.page("/")


def test_the_last_steps_of_the_docker_image_work(debian, packages):
    """Here instead of in PHP's image, which is a Debian with apache2, too."""
    steps = (TOP / "conf/packages/docker/Dockerfile").read_text().replace("\\\n", "")
    first, *_, last = re.findall(r"^RUN (.*)", steps, re.M)
    debian.run("sh", "-c", first.replace("install -y", "install -y --simulate"))
    debian.path("/tmp/packages").mkdir()
    for package in packages.values():
        debian.run("cp", *debian.chroot.copy(package), "/tmp/packages")
    debian.run("sh", "-c", last)
    debian.run("php", "-r", "require 'ModWebSocket/autoload.php';")
    debian.run("service", "apache2", "restart")
    wait_until(lambda: answers(debian, "/ws/chat"), "the chat")
    assert "<script" in debian.page("/chat/index.html")


def answers(debian, path):
    """Whether a WebSocket can be had there."""
    peer = None
    try:
        peer = debian.connect(path)
        return True
    except (AssertionError, OSError):
        return False
    finally:
        if peer:
            peer.abandon()


def set_drain(debian, value):
    debian.write("/etc/apache2/conf-available/drain.conf", f"WebSocketDrain {value}\n")
    debian.run("a2enconf", "-q", "drain")
    before = processes.children(debian.parent)
    debian.run("service", "apache2", "reload")
    wait_until(lambda: not set(before) & set(processes.children(debian.parent)),
               "children that know it", 30)


def upgrade(debian, packages, version, folder):
    """By the package of a later version, as apt does it; then new connections run on its code."""
    made = next_version.make(packages["libapache2-mod-websocket"], version, folder)
    debian.run("apt-get", "install", "-q", "-y", *debian.chroot.copy(made))

    def runs():
        peer = debian.connect("/ws/echo")
        peer.text("which?")
        answer = peer.read_message()
        peer.close()
        return answer == version
    wait_until(runs, f"the code of {version}", 30)


def maps(pid):
    """What files a process has in its memory."""
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
