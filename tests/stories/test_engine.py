"""The engine as members and moderators meet it: commands, schedules, failures, restarts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.api import (
    Ban,
    Call,
    Context,
    Link,
    Made,
    Message,
    Noticed,
    Outcome,
    Person,
    Pin,
    Plugin,
    Post,
    Ref,
    Remember,
    Reply,
    Report,
    Role,
    Settings,
    Tick,
    document,
    line,
)
from bot.testing import DefaultTests, Moot, script


class Nothing(Settings):
    pass


def declare() -> Plugin[Nothing]:
    """A plugin with one of everything."""
    plugin = Plugin("probe", Nothing, about="For these stories.")

    @plugin.command("ping", "p", examples=["!ping"])
    def ping(ctx: Context[Nothing], call: Call) -> str:
        """Answer."""
        return f"pong, {call.author.name}"

    @plugin.command("out", role=Role.MODERATOR, examples=["!out @ana 1d"])
    def out(ctx: Context[Nothing], call: Call, who: Person, span: timedelta | None = None) -> Outcome:
        """Ban somebody."""
        until = ctx.now + span if span else None
        done = Reply(to=call.message.ref, text=document(f"{who.author.name} is out."))
        return Outcome(
            "asked for", (Ban(place="lounge", person=who.author, reason="asked for", until=until), done)
        )

    @plugin.on_message
    async def count(ctx: Context[Nothing], message: Message) -> Any:
        """Count messages; stumble over some words."""
        if message.text == "boom":
            raise ValueError("this word is too much")
        if message.text == "zzz":
            await asyncio.sleep(60)
        if message.text == "again":
            return "a listener has nobody to answer"
        seen = await ctx.recall("seen") or 0
        return Remember(key="seen", value=int(str(seen)) + 1)

    @plugin.daily(at=lambda _: time(9))
    def thread(ctx: Context[Nothing], tick: Tick) -> tuple[Any, ...]:
        """Open the day's thread, pin it, tell the room."""
        return (
            Post(name="thread", place="freechat", title=f"Day {tick.slot}", text=document("Talk.")),
            Pin(ref=Made("thread")),
            Post(place="lounge", text=document(line("New: ", Link("the thread", Made("thread"))))),
        )

    @plugin.command("seen", examples=["!seen"])
    async def seen(ctx: Context[Nothing], call: Call) -> str:
        """Tell how many messages were counted."""
        return f"{await ctx.recall('seen')} messages"

    @plugin.command("report", examples=["!report"])
    def report(ctx: Context[Nothing], call: Call) -> Report:
        """Call the moderators."""
        return Report(text=document(f"{call.author.name} calls."))

    return plugin


PROBE = declare()


def moot(**given: Any) -> Moot:
    return Moot(plugins={"probe": {}}, find_plugin=lambda name: PROBE if name == "probe" else None, **given)


class TestProbe(DefaultTests):
    plugin = PROBE


async def test_commands_and_who_may_give_them() -> None:
    async with moot() as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        await ana.says("!ping")
        await ana.says("!P")
        await ana.says("folkmoot: ping")
        await ana.says("!out @mo")
        await ana.says("!pong")
        await ana.tells("pong")
        await mo.says("!out")
        await mo.says("!out @nobody")
        await mo.says("!out 1d @ana")
        assert town.transcript() == script("""
            lounge | ana: !ping
            lounge | bot → ana: pong, ana
            lounge | ana: !P
            lounge | bot → ana: pong, ana
            lounge | ana: folkmoot: ping
            lounge | bot → ana: pong, ana
            lounge | ana: !out @mo
            lounge | bot → ana: !out is for moderators.
            lounge | ana: !pong
            private | ana → bot: pong
            private | bot → ana: I do not know “pong”. Did you mean “ping”?
            lounge | mo: !out
            lounge | bot → mo: Please say who is meant, or answer one of their messages.
                Usage: !out PERSON [SPAN]
                Example: !out @ana 1d
            lounge | mo: !out @nobody
            lounge | bot → mo: I know nobody called “@nobody” here. Give the full name, or answer one of their messages.
            lounge | mo: !out 1d @ana
            lounge | bot → mo: “1d” does not look like a person; that comes first, as in @ana.
                Usage: !out PERSON [SPAN]
                Example: !out @ana 1d
        """)


async def test_a_ban_ends_by_itself_and_a_newer_one_stands() -> None:
    async with moot() as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        said = await ana.says("buy now")
        await mo.replies(said, "!out 1h")
        await town.advance(minutes=30)
        await mo.says("!out @ana 2d")
        town.skip()
        await town.advance(hours=1)
        assert await ana.tries("hello?") == "ana is banned in lounge and cannot write"
        await town.advance(days=2)
        await ana.says("back again")
        assert town.transcript() == script("""
            freechat | bot posts “Day 2026-03-02”: Talk.
            freechat | bot pins “Day 2026-03-02”
            lounge | bot: New: the thread (memory://freechat/8)
            lounge | ana is banned and cannot write: hello?
            lounge | bot unbans ana (the time is up)
            freechat | bot posts “Day 2026-03-04”: Talk.
            freechat | bot pins “Day 2026-03-04”
            lounge | bot: New: the thread (memory://freechat/10)
            lounge | ana: back again
        """)


async def test_a_moderator_is_never_a_target_and_the_refusal_is_said() -> None:
    async with moot() as town:
        mo, mira = town.moderator("mo"), town.moderator("mira")
        await mo.says("!out @mira")
        await mo.says("!out @mo")
        assert town.transcript() == script("""
            lounge | mo: !out @mira
            lounge | bot → mo: Not done (ban mira from lounge for good): moderators are never a target.
            lounge | mo: !out @mo
            lounge | bot → mo: Not done (ban mo from lounge for good): that is you.
        """)
        assert mira.name


async def test_one_thread_a_day_whatever_happens() -> None:
    berlin = datetime(2026, 3, 28, 7, 0, tzinfo=UTC)  # the clocks change on the 29th
    async with moot(now=berlin, zone="Europe/Berlin") as town:
        for half_hour in range(70 * 2):
            await town.advance(minutes=30)
            if half_hour % 5 == 0:
                await town.restart()
        days = [row for row in town.transcript().splitlines() if "posts" in row]
        assert days == [
            "freechat | bot posts “Day 2026-03-28”: Talk.",
            "freechat | bot posts “Day 2026-03-29”: Talk.",
            "freechat | bot posts “Day 2026-03-30”: Talk.",
        ]


async def test_too_late_is_skipped_and_told() -> None:
    async with moot() as town:
        town.moderator("mo")
        await town.advance(hours=9)
        assert town.transcript() == (
            "modroom | bot: probe: what was due at 2026-03-02 09:00 UTC was skipped, because it would have come 8 h late. "
            "Raise late_by to have it come anyway."
        )


async def test_a_plugin_that_fails_is_paused_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    async with moot() as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        for _ in range(5):
            await ana.says("boom")
        town.skip()
        await ana.says("!ping")
        await mo.says("!status", place="modroom")
        await mo.says("!resume probe", place="modroom")
        await ana.says("!ping")
        assert town.transcript() == script("""
            lounge | ana: !ping
            lounge | bot → ana: !ping is paused after repeated errors; the moderators know.
            modroom | mo: !status
            modroom | bot → mo: Accounts
                - memory: fine
                Plugins
                - core
                - probe (paused)
                Ledger
                7 occurrences, 7 decisions, 2 sent
            modroom | mo: !resume probe
            modroom | bot → mo: probe works again.
            lounge | ana: !ping
            lounge | bot → ana: pong, ana
        """)
        assert [r.code for r in caplog.records if hasattr(r, "code")].count("handler.failed") == 5


async def test_a_listener_that_answers_nonsense_is_a_failed_decision() -> None:
    async with moot() as town:
        await town.member("ana").says("again")
        assert await town.ledger.failures() == [
            "probe.count: the handler raised TypeError: only a command may answer with a bare string; return an action"
        ]


@pytest.mark.parametrize(
    ("fault", "minutes"),
    [("unclear after acting", 0), ("unclear before acting", 0), ("busy 3 s", 1), ("unreachable", 1)],
)
async def test_whatever_the_platform_does_the_answer_comes_once(fault: Any, minutes: int) -> None:
    async with moot() as town:
        ana = town.member("ana")
        town.world.faults.add(fault, kind="reply")
        await ana.says("!ping")
        await town.advance(minutes=minutes)
        assert town.transcript() == "lounge | ana: !ping\nlounge | bot → ana: pong, ana"


async def test_what_the_platform_refuses_is_told_to_the_moderators() -> None:
    async with moot() as town:
        ana = town.member("ana")
        town.world.faults.add("refused", kind="reply")
        await ana.says("!ping")
        assert town.transcript() == (
            "lounge | ana: !ping\nmodroom | bot: I could not reply: the server said no."
        )


async def test_what_builds_on_something_that_failed_is_not_done() -> None:
    async with moot() as town:
        town.world.faults.add("refused", kind="post")
        await town.advance(hours=1)
        assert town.transcript() == script("""
            modroom | bot: I could not post in freechat: the server said no.
            modroom | bot: I could not pin: what it builds on (“thread”) was not done.
            modroom | bot: I could not post in lounge: what it builds on (“thread”) was not done.
        """)


async def test_other_bots_are_not_answered() -> None:
    async with moot() as town:
        other = town.member("otherbot", is_bot=True)
        await other.says("!ping")
        assert town.transcript() == "lounge | otherbot: !ping"


async def test_roles_from_the_configuration() -> None:
    async with moot(config={"roles": {"moderators": ["ana"]}}) as town:
        ana, bo = town.member("ana"), town.member("bo")
        await ana.says("!out @bo 1h")
        assert "ana: Not done" not in town.transcript()
        assert await bo.tries("hello") != ""


async def test_two_messages_in_one_breath_are_counted_one_after_the_other() -> None:
    async with moot() as town:
        town.member("ana")
        town.member("bo")
        for number in range(20):
            town.world.say("lounge", "ana", f"message {number}")
            town.world.say("freechat", "ana", "text", title=f"post {number}")
        await town.settle()
        await town.member("ana").says("!seen")
        assert town.transcript().endswith("bot → ana: 40 messages")


async def test_a_call_for_the_moderators_reaches_their_room() -> None:
    async with moot() as town:
        await town.member("ana").says("!report")
        assert town.transcript() == "lounge | ana: !report\nmodroom | bot: ana calls."


async def test_a_reload_with_a_mistake_keeps_the_old_configuration(tmp_path: Any) -> None:
    async with moot() as town:
        broken = tmp_path / "config.yaml"
        broken.write_text("communities: [")
        object.__setattr__(town.app.loaded, "path", broken)
        assert not await town.app.reload()
        await town.settle()
        said = town.transcript()
        assert said.startswith(
            "modroom | bot: The new configuration has mistakes, so the old one stays in force:"
        )
        assert "config.yaml:1:" in said
        await town.member("ana").says("!ping")
        assert town.transcript().endswith("pong, ana")


async def test_long_work_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = asyncio.Event()
    plugin = Plugin("slow", Nothing, about="Takes its time.")

    @plugin.command("think", examples=["!think"])
    async def think(ctx: Context[Nothing], call: Call) -> str:
        """Take as long as it takes until the room sees that something happens."""
        await shown.wait()
        return "done"

    async with Moot(
        plugins={"slow": {}}, find_plugin=lambda name: plugin if name == "slow" else None
    ) as town:
        adapter = next(iter(town.app.adapters.values()))
        seen = []

        async def working(ref: Ref) -> None:
            seen.append(ref)
            shown.set()

        monkeypatch.setattr(adapter, "working", working)
        said = await town.member("ana").says("!think")
        assert seen == [town.ref(said)]
        assert "lounge | bot → ana: done" in town.transcript()


async def test_what_the_account_itself_meets_is_told_to_the_moderators_once() -> None:
    async with Moot({}) as moot:
        [community] = moot.app.loaded.communities.values()
        lounge = community.place("lounge")
        assert lounge is not None
        noticed = Noticed(
            lounge, "Somebody removed me from the room of lounge.", "removed:1", moot.clock.now()
        )
        assert [await moot.app.pipeline.handle(noticed) for _ in range(2)] == [True, False]
        await moot.settle()
        assert moot.transcript() == script(
            """
            modroom | bot: Somebody removed me from the room of lounge.
            """
        )


def crowd() -> Plugin[Nothing]:
    """A plugin whose one handler decides about several people."""
    plugin = Plugin("crowd", Nothing, about="For these stories.")

    @plugin.every(lambda _: timedelta(minutes=1))
    async def sweep(ctx: Context[Nothing], tick: Tick) -> list[Outcome]:
        """Ban everybody, each for a reason of their own."""
        until = ctx.now + timedelta(days=1)
        return [
            Outcome(f"reason {who.name}", (Ban(place="lounge", person=who, reason="r", until=until),))
            for who in await ctx.members("lounge") or ()
        ]

    @plugin.command("judge", examples=["!judge @ana"])
    def judge(ctx: Context[Nothing], call: Call, who: Person) -> list[Outcome]:
        """Answer, and let the bot decide by itself."""
        until = ctx.now + timedelta(days=1)
        ban = Ban(place="lounge", person=who.author, reason="r", until=until)
        return [
            Outcome("answered", (Reply(to=call.message.ref, text=document("I shall look.")),)),
            Outcome("decided", (ban,), own=True),
            Outcome("asked for", (Ban(place="lounge", person=who.author, reason="asked", until=until),)),
        ]

    @plugin.command("odd", examples=["!odd"])
    def odd(ctx: Context[Nothing], call: Call) -> Any:
        """Mix what cannot be mixed."""
        return [Outcome("one"), Reply(to=call.message.ref, text=document("two"))]

    return plugin


def crowded(**limits: object) -> Moot:
    return Moot({"crowd": {}}, find_plugin=lambda _: crowd(), config={"limits": limits})


async def test_several_outcomes_are_several_cases_and_count_against_one_limit() -> None:
    async with crowded(bans_per_hour=2) as moot:
        for name in ("ana", "bo", "cy"):
            moot.member(name)
        await moot.advance(minutes=1)
        cases = [await moot.ledger.case("moot", number) for number in (1, 2, 3)]
        assert [case and (case.person and case.person.name, case.held) for case in cases] == [
            ("ana", False),
            ("bo", False),
            ("cy", True),
        ]
        assert moot.world.banned == {("lounge", "ana"), ("lounge", "bo")}


async def test_what_a_command_only_occasioned_is_decided_without_its_authors_power() -> None:
    """A member cannot ban; but what the bot decides by itself, because of what a member showed, holds."""
    async with crowded() as moot:
        bo, _ = moot.member("bo"), moot.member("ana")
        await bo.says("!judge @ana")
        case = await moot.ledger.case("moot", 1)
        assert case is not None
        assert (case.because, case.by) == ("decided", None)
        assert await moot.ledger.case("moot", 2) is None
        assert "Not done (ban ana from lounge" not in moot.transcript()


async def test_outcomes_and_actions_do_not_mix() -> None:
    async with crowded() as moot:
        await moot.member("ana").says("!odd")
        [failure] = await moot.ledger.failures()
        assert "a handler returned something among its actions that is none" in failure
