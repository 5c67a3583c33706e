"""The official Lemmy client spends a day on the embedded server: it finds all it asks for, and every field is as it declares.

The client's types are generated from Lemmy's own code, so what the embedded server answers is compared with the real thing. Where
the environment names a real server (see `tests/lemmy_contract`), the same day is spent there, which checks the day itself.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.lemmy_contract.town import SERVERS, driver_for

CLIENTS = Path(__file__).parent / "clients-lemmy"

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.slow]


def require_npm() -> None:
    """Skips a test where there is no npm to install the client with; fails it where `make servers` was forgotten."""
    if not shutil.which("npm"):
        pytest.skip(
            "npm is not installed, so the official lemmy-js-client is not either; this story needs it (on Debian: apt install npm)"
        )
    if not (CLIENTS / "node_modules" / "lemmy-js-client-v4").exists():
        pytest.fail("tests/clients-lemmy has no node_modules; `make servers` installs them.", pytrace=False)


@pytest.mark.parametrize("server", SERVERS)
async def test_the_official_client_finds_a_server_as_it_declares_it(server: str) -> None:
    require_npm()
    async with driver_for(server) as driver:
        process = await asyncio.create_subprocess_exec(
            "node", f"{driver.generation}.mjs", driver.url, *driver.admin_login,
            cwd=CLIENTS, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    report = json.loads(out)
    assert report["failed"] is None, report["failed"]
    assert report["problems"] == []
    assert len(report["calls"]) > 30
