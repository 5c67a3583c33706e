"""`folkmoot demo --matrix`: where it plays, and that the story it plays there comes true."""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import suppress

import pytest
import typer
from aiohttp import web
from rich.console import Console
from typer.testing import CliRunner

from bot.cli.demo import register
from bot.demo.matrix.homeserver import Homeserver
from bot.demo.matrix.visit import VisitError, visit
from tests.synapse import Denied, Synapse


def on_the_command_line(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    register(app)
    done = CliRunner().invoke(
        app, ["--matrix", *arguments], env={"COLUMNS": "200", "FOLKMOOT_REGISTRATION_SECRET": ""}
    )
    return done.exit_code, " ".join(re.sub(r"[│╭╮╰╯─]", " ", done.output).split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["https://matrix.example"], "https://matrix.example is not on this machine"),
        (
            ["http://192.168.1.7:8008", "--open-registration"],
            "if it is your own test server, say so with --elsewhere",
        ),
        (["ftp://localhost"], "expected one such as https://"),
        (["http://localhost:8008"], "Give --registration-secret"),
    ],
)
def test_it_asks_before_it_does_anything(arguments: list[str], sentence: str) -> None:
    status, output = on_the_command_line(*arguments)
    assert status == 2
    assert sentence in output


@pytest.mark.loopback
@pytest.mark.enable_socket
@pytest.mark.parametrize("how", [["--open-registration"], ["--registration-secret", "hush"]])
def test_no_homeserver_is_one_sentence(how: list[str]) -> None:
    status, output = on_the_command_line("http://127.0.0.1:9", *how)
    assert status == 1
    assert "http://127.0.0.1:9 cannot be reached" in output
    assert "Traceback" not in output
    assert "hush" not in output


async def test_a_wrong_secret_is_one_sentence(synapse: Synapse) -> None:
    with pytest.raises(
        VisitError, match="does not let the demo set itself up: 403 M_UNKNOWN: HMAC incorrect"
    ):
        await visit(Console(file=io.StringIO()), synapse.url, "wrong", stay=False)


async def test_closed_registration_is_one_sentence(throttled_synapse: Synapse) -> None:
    with pytest.raises(VisitError, match="M_FORBIDDEN"):
        await visit(Console(file=io.StringIO()), throttled_synapse.url, None, stay=False)


@pytest.mark.loopback
@pytest.mark.enable_socket
async def test_it_waits_as_long_as_a_server_with_limits_asks() -> None:
    answers = [(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1}), (401, {"session": "s"})] * 2
    asked = []

    async def register(request: web.Request) -> web.Response:
        asked.append(await request.json())
        status, body = answers[len(asked) - 1]
        return web.json_response(body, status=status)

    application = web.Application()
    application.router.add_post("/_matrix/client/v3/register", register)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with Homeserver.at(f"http://127.0.0.1:{runner.addresses[0][1]}", None) as server:
            with pytest.raises(Denied):
                await server.register("ana")
        assert [request.get("auth") for request in asked] == [
            None,
            None,
            *[{"type": "m.login.dummy", "session": "s"}] * 2,
        ]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("openly", [False, True])
async def test_the_story_comes_true(synapse: Synapse, openly: bool) -> None:
    shown = io.StringIO()
    held = await visit(
        Console(file=shown, width=120), synapse.url, None if openly else synapse.secret, stay=False
    )
    assert held, shown.getvalue()
    assert "✘" not in shown.getvalue()


async def test_a_newcomer_can_join_with_what_is_printed(synapse: Synapse) -> None:
    """The story again, on a server where all the names are taken; then the visitor signs in with what the terminal shows."""
    shown = io.StringIO()
    demo = asyncio.create_task(visit(Console(file=shown, width=400), synapse.url, synapse.secret, stay=True))
    async with asyncio.timeout(100):
        while "Ctrl-C" not in shown.getvalue() and not demo.done():
            await asyncio.sleep(0.1)  # a terminal tells nobody when it was written to
    try:
        assert not demo.done(), "it goes on until it is told to stop"
        text = shown.getvalue()
        user, password = re.search(r"as a member: +(\S+) +password (\S+)", text).groups()
        address = re.search(r"The room is (#\S+)\.", text)[1]
        async with Homeserver.at(synapse.url, None) as server:
            with pytest.raises(Denied, match="M_FORBIDDEN"):
                await server.login(user, "something else")
            visitor = await server.login(user, password)
            await visitor.join(address)
            room = (
                await visitor.request(
                    "GET", f"/_matrix/client/v3/directory/room/{address.replace('#', '%23')}"
                )
            )["room_id"]
            await visitor.send(room, "What a numbskull!")
            await visitor.wait_for_text("#4", room=room)
    finally:
        demo.cancel()
        with suppress(asyncio.CancelledError):
            await demo
