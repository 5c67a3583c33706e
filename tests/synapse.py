"""A real homeserver for the tests: Synapse from its own environment, one a worker and kind, on loopback, in memory.

A test takes the fixture `synapse` (no rate limits) or `throttled_synapse` (Synapse's own, untouched ones), opens a `Town` on it and
registers people there. The server is shared by all tests of a worker, so a test makes its own people and its own room.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.demo.matrix.homeserver import Homeserver
from bot.demo.matrix.person import Denied, Event, Person

__all__ = ["ROOM_VERSIONS", "Denied", "Event", "Person", "Synapse", "Town"]

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv-synapse" / "bin" / "python"
SERVER_NAME = "localhost"
#: Versions in which every test of permissions runs: power by level alone, and creators above all levels.
ROOM_VERSIONS = ("11", "12")
#: How long a server may take to start on a machine that does much else.
PATIENCE = 90

UNLIMITED = {"per_second": 9999, "burst_count": 9999}
#: Everything that Synapse limits for local users.
NO_LIMITS: dict[str, Any] = {
    "rc_message": UNLIMITED,
    "rc_registration": UNLIMITED,
    "rc_admin_redaction": UNLIMITED,
    "rc_reports": UNLIMITED,
    "rc_room_creation": UNLIMITED,
    "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
    "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
    "rc_joins_per_room": UNLIMITED,
    "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
}

OPEN = {"enable_registration": True, "enable_registration_without_verification": True}


class Synapse:
    """A running server: where it is, and how accounts are made on it."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def town(self) -> AsyncIterator[Town]:
        """People of one test; their connections end with the block."""
        async with Homeserver.at(self.url, self.secret) as server:
            yield Town(self, server)

    def unused(self, name: str) -> str:
        """`ana` becomes `ana.7`: tests share the server, and an account's name is taken for good."""
        return f"{name}.{next(self._numbers)}"


class Town:
    """The people of one test."""

    def __init__(self, synapse: Synapse, server: Homeserver) -> None:
        self._synapse = synapse
        self._server = server

    async def register(self, name: str, *, admin: bool = False) -> Person:
        """A new account `@name.N:localhost`, shown as `name`; logged in, with a password."""
        return await self._server.register(self._synapse.unused(name), name=name, admin=admin)

    async def unlimit(self, *people: Person) -> None:
        """Lifts the server's rate limits for these, as its owner can: who talks much in a test about somebody else's limits."""
        admin = await self.register("admin", admin=True)
        for person in people:
            path = f"/_synapse/admin/v1/users/{person.id}/override_ratelimit"
            await admin.request("POST", path, {"messages_per_second": 0, "burst_count": 0})


def settings(home: Path, port: int, secret: str, *, limits: bool) -> dict[str, Any]:
    """The configuration; JSON is YAML, too."""
    return {
        "server_name": SERVER_NAME,
        "pid_file": str(home / "pid"),
        "signing_key_path": str(home / "signing.key"),
        "media_store_path": str(home / "media"),
        "listeners": [
            {
                "port": port,
                "type": "http",
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": ":memory:"}},
        "registration_shared_secret": secret,
        "bcrypt_rounds": 4,
        "presence": {"enabled": False},
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "report_stats": False,
    } | ({} if limits else NO_LIMITS | OPEN)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(news: socket.socket, process: subprocess.Popen[bytes]) -> bool:
    """Waits for the message with which Synapse tells a service manager that it listens; False if it ended instead."""
    news.settimeout(0.2)
    for _ in range(PATIENCE * 5):
        with contextlib.suppress(TimeoutError):
            if b"READY=1" in news.recv(1024):
                return True
        if process.poll() is not None:
            return False
    return False


@contextmanager
def running(home: Path, *, limits: bool) -> Iterator[Synapse]:
    """Synapse in `home`, until the block ends.

    Raises:
        pytest.fail: it is not installed, or does not start; with the end of its log.
    """
    if not PYTHON.exists():
        pytest.fail(
            f"There is no Synapse in {PYTHON.parent.parent.name}; `make servers` installs it.", pytrace=False
        )
    secret, log = secrets.token_hex(16), home / "synapse.log"
    for _ in range(3):  # between looking for a free port and taking it, somebody else may have taken it
        port = free_port()
        config = home / "homeserver.json"
        config.write_text(json.dumps(settings(home, port, secret, limits=limits)))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as news, log.open("wb") as output:
            (door := home / "ready").unlink(missing_ok=True)
            news.bind(str(door))
            process = subprocess.Popen(
                [PYTHON, "-P", Path(__file__).with_name("synapse_launch.py"), config],
                stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=home,
                env=os.environ | {"NOTIFY_SOCKET": str(door)},
            )  # fmt: skip
            try:
                if wait_until_ready(news, process):
                    yield Synapse(f"http://127.0.0.1:{port}", secret)
                    return
            finally:
                process.stdin.close()  # nothing in memory is worth an orderly end
                process.wait(timeout=PATIENCE)
    pytest.fail(f"Synapse did not start:\n{log.read_text()[-4000:]}", pytrace=False)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A server without rate limits, on which anybody may register."""
    with running(tmp_path_factory.mktemp("synapse"), limits=False) as server:
        yield server


@pytest.fixture(scope="session")
def throttled_synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A server with the limits that everybody has who changes nothing: a message in five seconds after the first ten."""
    with running(tmp_path_factory.mktemp("throttled"), limits=True) as server:
        yield server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that uses a server, so that `-m "not synapse"` leaves them out and nobody forgets a mark."""
    for item in items:
        if {"synapse", "throttled_synapse"} & set(getattr(item, "fixturenames", ())):
            for mark in ("synapse", "loopback", "enable_socket"):
                item.add_marker(mark)
