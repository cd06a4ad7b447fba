"""Fixtures of tests/httpd. See README.md."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import certificates as certificate_files  # noqa: E402
from harness import descriptors  # noqa: E402
from harness.bystanders import Bystanders  # noqa: E402
from harness.case import Case  # noqa: E402
from harness.httpd import Httpd  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--mpm", default=os.environ.get("WS_MPM", "event"),
                     choices=("event", "worker", "prefork"), help="the MPM to run on")


def pytest_configure(config):
    descriptors.allow_many()


def pytest_report_header(config):
    return f"mpm: {config.getoption('--mpm')}"


@pytest.fixture(scope="session")
def mpm(request):
    return request.config.getoption("--mpm")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return certificate_files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def _servers(mpm, certificates):
    """Starts httpds. Each is stopped, and its log read, at the end of its fixture's scope."""
    def make(*arguments, **fields):
        return Httpd(fields.pop("mpm", mpm), certificates, *arguments, **fields)
    return make


def _running(make, arguments, fields):
    server = make(*arguments, **fields)
    try:
        server.start()
    except BaseException:
        server.remove()
        raise
    return server


def _end(servers):
    """Stops them. Their tests have read the log up to settled_mark."""
    complaints = []
    for server in servers:
        try:
            server.settle()
            server.stop()
            complaints += server.complaints(server.settled_mark)
        finally:
            server.remove()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def session_httpd(_servers):
    """session_httpd(site, ...) -> a running Httpd for all tests that share its fixture."""
    servers = []

    def start(*arguments, **fields):
        servers.append(_running(_servers, arguments, fields))
        return servers[-1]
    yield start
    _end(servers)


@pytest.fixture(scope="module")
def start_module_httpd(_servers):
    """start_module_httpd(site, ...) -> a running Httpd for the tests of one file."""
    servers = []

    def start(*arguments, **fields):
        servers.append(_running(_servers, arguments, fields))
        return servers[-1]
    yield start
    _end(servers)


@pytest.fixture
def start_httpd(_servers):
    """start_httpd(site, ...) -> a running Httpd for one test."""
    servers = []

    def start(*arguments, **fields):
        servers.append(_running(_servers, arguments, fields))
        return servers[-1]
    yield start
    _end(servers)


@pytest.fixture
def prepare_httpd(_servers):
    """prepare_httpd(site, ...) -> an Httpd that is not started, for its configtest()."""
    servers = []

    def prepare(*arguments, **fields):
        servers.append(_servers(*arguments, **fields))
        return servers[-1]
    yield prepare
    for server in servers:
        server.stop()
        server.remove()


@pytest.fixture(params=("ws", "wss"))
def scheme(request):
    return request.param


@pytest.fixture(scope="module")
def bystanders(server):
    """Needs a fixture `server` of the test's own file or folder."""
    peers = Bystanders(server)
    yield peers
    peers.check()
    peers.close()


@pytest.fixture
def case(server, scheme, bystanders):
    """One test on ws and on wss; afterwards the server must be as before."""
    made = Case(server, scheme, bystanders)
    yield made
    made.finish()


@pytest.fixture
def wss_case(server, bystanders):
    """The same, on wss only."""
    made = Case(server, "wss", bystanders)
    yield made
    made.finish()
