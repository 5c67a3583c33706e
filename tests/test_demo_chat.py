"""The chat server: a world spoken to over HTTP behaves like one in the same process."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import get_args

import httpx
import pytest
from aiohttp import web
from pydantic import TypeAdapter

from bot.actions import External, Post
from bot.demo.chat import ChatServer, routes
from bot.platforms.memory import wire
from bot.platforms.memory.remote import RemoteWorld
from bot.platforms.protocol import Busy, PlatformError, Refused, SignedOut, Unclear, Unreachable
from bot.text import document
from tests.test_memory_adapter import STORIES, Story, adapter_on, carefully, deeds, ref, start, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]

POST = Post(place="lounge", text=document("hello"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.removeprefix("story_"))
async def test_contract_over_http(story: Story) -> None:
    world = town()
    async with ChatServer(world) as server:
        adapter = adapter_on(RemoteWorld(server.url))
        await adapter.open()
        await story(world, adapter)
        await adapter.close()


async def test_every_deed_is_done_once_over_http() -> None:
    world, _, actions = await start()
    async with ChatServer(world) as server:
        adapter = adapter_on(RemoteWorld(server.url))
        for number, action in enumerate(actions):
            world.faults.add("unclear after acting")
            world.faults.add("busy 3 s")
            receipt = await carefully(adapter, action, str(number))
            assert receipt == await carefully(adapter, action, str(number))
        await adapter.close()
    assert len(world.transcript) == len(actions)


async def test_a_second_process_finds_the_world_as_the_first_one_left_it() -> None:
    world = town()
    async with ChatServer(world) as server:
        first = RemoteWorld(server.url)
        done = await first.perform(POST, "1")
        await first.close()
        second = RemoteWorld(server.url + "/")
        assert await second.performed("1") == done
        assert await second.performed("2") is None
        assert await second.perform(POST, "1") == done
        await second.close()
    assert world.transcript == ["lounge | bot: hello"]


async def test_faults_travel() -> None:
    world = town()
    async with ChatServer(world) as server:
        remote = RemoteWorld(server.url)
        world.faults.add("busy 3 s")
        with pytest.raises(Busy, match="wait 3 seconds") as busy:
            await remote.perform(POST, "1")
        assert busy.value.after == timedelta(seconds=3)
        world.faults.add("refused")
        with pytest.raises(Refused) as refused:
            await remote.perform(POST, "1")
        assert refused.value.code == "refused"
        await remote.close()


@pytest.mark.parametrize(
    "error",
    [
        Busy("later"),
        Busy("later", timedelta(seconds=1.5)),
        Refused("no", "code"),
        SignedOut("who?"),
        Unreachable("where?"),
        Unclear("what?"),
    ],
)
def test_every_error_travels_there_and_back(error: PlatformError) -> None:
    told = wire.PROBLEM.validate_json(wire.PROBLEM.dump_json(wire.problem(error)))
    back = wire.error(told)
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
    assert wire.STATUS[told.kind] >= 400


def test_every_action_travels_there_and_back() -> None:
    codec: TypeAdapter[wire.Deed] = wire.DEED
    for action in deeds(ref("1"), ref("2")):
        deed = wire.Deed("key", action)
        assert codec.validate_json(codec.dump_json(deed)) == deed


async def test_a_server_that_is_gone_is_unreachable() -> None:
    async with ChatServer(town()) as server:
        url = server.url
    remote = RemoteWorld(url)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
        await remote.perform(POST, "1")
    with pytest.raises(Unreachable):
        await remote.item("1")
    await remote.close()


async def serve(handler) -> tuple[web.AppRunner, str]:
    application = web.Application()
    application.add_routes([web.route("*", "/chat/{call}", handler)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.mark.parametrize(
    ("status", "body"), [(200, "what?"), (502, "<h1>Bad gateway</h1>"), (200, '{"a": 1}')]
)
async def test_an_answer_that_makes_no_sense_is_unclear(status: int, body: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    runner, url = await serve(handler)
    remote = RemoteWorld(url)
    with pytest.raises(Unclear, match="nobody understands"):
        await remote.perform(POST, "1")
    await remote.close()
    await runner.cleanup()


async def test_a_connection_that_is_cut_is_unclear() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.abort()
        return web.Response()

    runner, url = await serve(handler)
    remote = RemoteWorld(url)
    with pytest.raises(Unclear, match="did not answer"):
        await remote.perform(POST, "1")
    await remote.close()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("GET", "events?since=x&wait=0", "", "invalid literal"),
        ("GET", "events?since=-1&wait=0", "", "from 0 up"),
        ("GET", "events?since=0&wait=nan", "", "from 0 up"),
        ("GET", "events?since=0", "", "'wait' is missing"),
        ("GET", "item", "", "'id' is missing"),
        ("POST", "perform", "no json", "Invalid JSON"),
        ("POST", "perform", '{"key": "1", "action": {"kind": "dance"}}', "dance"),
    ],
)
async def test_bad_requests_are_answered_with_a_sentence(
    method: str, path: str, body: str, complaint: str
) -> None:
    world = town()
    async with ChatServer(world) as server, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.request(method, f"{server.url}/chat/{path}", content=body)
    problem = wire.PROBLEM.validate_json(answer.content)
    assert (answer.status_code, problem.code, world.transcript) == (400, "bad_request", [])
    assert complaint in problem.message


async def test_stopping_the_server_cuts_waiting_polls_off() -> None:
    world = town()
    remote: RemoteWorld
    async with ChatServer(world) as server:
        remote = RemoteWorld(server.url)
        poll = asyncio.create_task(remote.events(0, timedelta(minutes=1)))
        while not world.log.awaited:
            await asyncio.sleep(0)
    with pytest.raises(PlatformError):
        await poll
    await remote.close()


def test_routes_can_be_mounted_beside_others() -> None:
    application = web.Application()
    application.add_routes(routes(town()))
    paths = {resource.canonical for resource in application.router.resources()}
    assert all(path.startswith("/chat/") for path in paths)
    assert {"/chat/about", "/chat/events", "/chat/item", "/chat/members"} <= paths


def test_actions_on_the_wire_are_all_there_are() -> None:
    schema = wire.DEED.json_schema()
    kinds = set(schema["properties"]["action"]["discriminator"]["mapping"])
    assert len(kinds) == len(get_args(External))
