"""The guard: what goes, what waits, what is only rehearsed, what is dropped, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import guard
from bot.actions import (
    Ban,
    Capability,
    Lockdown,
    Mute,
    Pin,
    Post,
    Remember,
    Remove,
    Reply,
    Report,
    Unban,
    Unmute,
    Urgency,
    Warn,
)
from bot.decision import Decision, Outcome, Reviewed, State, may_target
from bot.markup import plain
from bot.model import Author, Community, Place, PlaceKind, Platform, Ref, Role
from bot.text import Link, Made, document, line, resolve

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANA = Author(Platform.MEMORY, "ana", "ana")
MO = Author(Platform.MEMORY, "mo", "mo", Role.MODERATOR)
OWNER = Author(Platform.MEMORY, "olga", "olga", Role.OWNER)
LOUNGE = Place(Platform.MEMORY, "lounge", "lounge", PlaceKind.ROOM, "moot", "memory")
MODROOM = replace(LOUNGE, alias="modroom", native="modroom")
MOOT = Community("moot", "The Moot", "UTC", "en", (LOUNGE, MODROOM), "modroom")
SAID = Ref(Platform.MEMORY, "lounge", "7")
EVERYTHING = frozenset(Capability)


@dataclass(frozen=True)
class Limits:
    bans_per_hour: int = 2
    acts_per_hour: int = 3
    dry_run: bool = False
    hold_permanent_bans: bool = True


def facts(**changes: object) -> guard.Facts:
    base = guard.Facts(
        community=MOOT,
        limits=Limits(),
        capabilities={"lounge": EVERYTHING, "modroom": EVERYTHING},
        roles={},
        bans=0,
        now=NOW,
    )
    return replace(base, **changes)


def decide(*actions: object, by: Author | None = None, **outcome: object) -> Decision:
    made = Outcome("spam", tuple(actions), rule="no spam", evidence="buy now", **outcome)
    return Decision(
        cause="message:1", community="moot", plugin="moderation", handler="judge", outcome=made, by=by
    )


def verdicts(decision: Decision, given: guard.Facts | None = None) -> list[tuple[str, State, str]]:
    return [(type(v.action).__name__, v.state, v.why) for v in guard.review(decision, given or facts())]


def line_for_moderators(reviewed: list[Reviewed]) -> str:
    report = next(v.action for v in reviewed if isinstance(v.action, Report))
    return plain(resolve(report.text, case=12, links=lambda _: None))


def ban(until: datetime | None = NOW + timedelta(days=1), place: str = "lounge") -> Ban:
    return Ban(place=place, person=ANA, reason="spam", until=until)


WARN = Warn(place="lounge", person=ANA, about=SAID, rule="no spam", text=document("Please do not."))
REMOVE = Remove(ref=SAID, person=ANA, reason="spam")


def test_a_servers_own_warning_is_given_while_what_it_is_about_is_there() -> None:
    order = [(type(v.action).__name__, v.urgency) for v in guard.review(decide(REMOVE, WARN), facts())]
    assert order[:2] == [("Warn", Urgency.REMOVE), ("Remove", None)]
    in_words = facts(capabilities={"lounge": EVERYTHING - {Capability.NATIVE_WARN}, "modroom": EVERYTHING})
    order = [(type(v.action).__name__, v.urgency) for v in guard.review(decide(REMOVE, WARN), in_words)]
    assert order[:2] == [("Remove", None), ("Warn", None)]


def test_a_warning_goes_and_the_moderators_read_one_line_about_it() -> None:
    reviewed = guard.review(decide(WARN, REMOVE), facts())
    assert [(type(v.action).__name__, v.state) for v in reviewed] == [
        ("Warn", State.PENDING), ("Remove", State.PENDING), ("Report", State.PENDING),
    ]  # fmt: skip
    assert line_for_moderators(reviewed) == (
        "Case #12 — warn ana; remove what ana wrote (rule “no spam”: spam)\n\n> buy now"
    )


def test_a_timed_ban_is_lifted_by_us_where_the_platform_does_not() -> None:
    plainly = facts(capabilities={"lounge": EVERYTHING - {Capability.TIMED_BAN}, "modroom": EVERYTHING})
    lift = next(v.action for v in guard.review(decide(ban()), plainly) if isinstance(v.action, Unban))
    assert lift.not_before == NOW + timedelta(days=1)
    assert not any(isinstance(v.action, Unban) for v in guard.review(decide(ban()), facts()))


def test_a_mute_always_ends_by_an_unmute() -> None:
    mute = Mute(place="lounge", person=ANA, reason="spam", until=NOW + timedelta(hours=1))
    assert [type(v.action) for v in guard.review(decide(mute), facts())] == [Mute, Unmute, Report]


def test_what_a_platform_cannot_do_is_dropped_and_named() -> None:
    bare = facts(capabilities={"lounge": frozenset({Capability.REPLY}), "modroom": EVERYTHING})
    assert verdicts(decide(ban()), bare)[0] == ("Ban", State.DROPPED, "memory cannot do that: ban")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.OWNER])
@pytest.mark.parametrize("by", [None, MO, OWNER])
def test_moderators_are_never_a_target(role: Role, by: Author | None) -> None:
    reviewed = guard.review(decide(ban(), by=by), facts(roles={ANA.key: role}))
    assert reviewed[0].state is State.DROPPED
    assert reviewed[0].why == "moderators are never a target"


def test_a_refused_command_says_why_instead_of_done() -> None:
    done = Reply(to=SAID, text=document("Ana is banned."))
    reviewed = guard.review(
        decide(ban(), Remember(key="x", value=1), done, by=MO), facts(roles={ANA.key: Role.MODERATOR})
    )
    said = [
        plain(v.action.text) for v in reviewed if isinstance(v.action, Reply) and v.state is State.PENDING
    ]
    assert said == [
        "Not done (ban ana from lounge until 2026-03-03 09:00 UTC): moderators are never a target."
    ]
    assert not any(isinstance(v.action, Remember) for v in reviewed)


def test_a_watching_rule_does_nothing_but_tell() -> None:
    reviewed = guard.review(decide(WARN, ban(), watch=True), facts())
    assert [(type(v.action).__name__, v.state) for v in reviewed] == [
        ("Warn", State.SIMULATED), ("Ban", State.SIMULATED), ("Report", State.PENDING),
    ]  # fmt: skip
    assert line_for_moderators(reviewed).startswith("Only watching — would: warn ana; ban ana")


def test_a_dry_run_still_answers_commands() -> None:
    dry = facts(limits=Limits(dry_run=True))
    answer = Reply(to=SAID, text=document("pong"))
    assert verdicts(decide(answer, by=MO), dry) == [("Reply", State.PENDING, "allowed")]
    assert verdicts(decide(Post(place="lounge", text=document("hi"))), dry) == [
        ("Post", State.SIMULATED, "this community is set to dry_run")
    ]


def test_a_ban_for_good_waits_for_a_human_unless_a_human_asked() -> None:
    assert verdicts(decide(ban(None)))[0] == ("Ban", State.HELD, "bans for good are decided by a moderator")
    assert verdicts(decide(ban(None), by=MO))[0] == ("Ban", State.PENDING, "allowed")
    assert verdicts(decide(ban(None)), facts(limits=Limits(hold_permanent_bans=False)))[0][1] is State.PENDING


def test_too_many_bans_in_an_hour_wait_for_a_human() -> None:
    assert verdicts(decide(ban()), facts(bans=1))[0][1] is State.PENDING
    assert verdicts(decide(ban()), facts(bans=2))[0] == (
        "Ban", State.HELD, "more than 2 bans within an hour: a moderator decides",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "state"), [({"watch": True}, State.SIMULATED), ({"propose": True}, State.HELD)]
)
def test_what_would_lift_a_ban_shares_the_fate_of_the_ban(given: dict[str, bool], state: State) -> None:
    plainly = facts(capabilities={"lounge": EVERYTHING - {Capability.TIMED_BAN}, "modroom": EVERYTHING})
    reviewed = guard.review(decide(ban(), **given), plainly)
    assert [(type(v.action), v.state) for v in reviewed[:2]] == [(Ban, state), (Unban, state)]


def test_a_proposed_ban_waits_while_the_warning_goes() -> None:
    reviewed = guard.review(decide(WARN, replace(ban(), proposed=True)), facts())
    assert [v.state for v in reviewed[:2]] == [State.PENDING, State.HELD]


def test_a_proposal_waits_and_says_how_to_answer() -> None:
    reviewed = guard.review(decide(ban(), propose=True), facts())
    assert reviewed[0].state is State.HELD
    assert line_for_moderators(reviewed) == (
        "Your decision #12 — proposed: ban ana from lounge until 2026-03-03 09:00 UTC (rule “no spam”: spam)\n\n"
        "Proposed: a moderator decides. Put ✅ or ❌ below this, or say !approve or !reject #12.\n\n> buy now"
    )


def test_another_communitys_place_is_out_of_reach() -> None:
    assert verdicts(decide(ban(place="elsewhere")))[0][1:] == (
        State.DROPPED,
        "that place is not part of this community",
    )


def test_without_a_moderators_room_reports_are_dropped_with_a_reason() -> None:
    alone = facts(community=replace(MOOT, moderators_room=None))
    assert verdicts(decide(Report(text=document("look"))), alone) == [
        ("Report", State.DROPPED, "there is no moderators' room")
    ]


def test_what_builds_on_something_unmade_waits_for_it() -> None:
    news = Post(place="lounge", text=document(line("Today: ", Link("the thread", Made("prompt")))))
    reviewed = guard.review(
        decide(Post(place="lounge", text=document("hi"), name="prompt"), Pin(ref=Made("prompt")), news),
        facts(),
    )
    assert [(v.place, v.waits_for) for v in reviewed] == [
        ("lounge", ()),
        ("lounge", ("prompt",)),
        ("lounge", ("prompt",)),
    ]


@given(actor=st.sampled_from([None, *Role]), target=st.sampled_from(list(Role)))
def test_law_nobody_acts_on_an_equal_or_a_moderator(actor: Role | None, target: Role) -> None:
    allowed = may_target(actor, target) is None
    assert allowed == (target < Role.MODERATOR and (actor is None or actor > target))


ACTIONS = st.sampled_from(
    [
        WARN,
        REMOVE,
        ban(),
        ban(None),
        Reply(to=SAID, text=document("x")),
        Post(place="lounge", text=document("x")),
    ]
)


@given(
    actions=st.lists(ACTIONS, max_size=6),
    by=st.sampled_from([None, ANA, MO, OWNER]),
    role=st.sampled_from(list(Role)),
    watch=st.booleans(),
    dry=st.booleans(),
    bans=st.integers(0, 5),
)
def test_law_every_verdict_has_a_reason_and_a_rehearsal_touches_nobody(
    actions, by, role, watch, dry, bans
) -> None:
    given_facts = facts(limits=Limits(dry_run=dry), roles={ANA.key: role}, bans=bans)
    for verdict in guard.review(decide(*actions, by=by, watch=watch), given_facts):
        assert verdict.why
        if verdict.action.sanction and verdict.state is State.PENDING:
            assert not watch
            assert not dry
            assert role < Role.MODERATOR
            assert verdict.person == ANA.key


def test_beyond_the_budget_everything_that_was_asked_for_waits_and_the_answer_says_so() -> None:
    asked = decide(REMOVE, Reply(to=SAID, text=document("Removed.")), Remember(key="k", value=1), by=MO)
    within = guard.review(asked, facts(acts=2))
    assert {v.state for v in within} == {State.PENDING}
    beyond = guard.review(asked, facts(acts=3))
    assert [(type(v.action).__name__, v.state) for v in beyond] == [
        ("Remove", State.HELD), ("Reply", State.HELD), ("Remember", State.HELD), ("Reply", State.PENDING), ("Report", State.PENDING),
    ]  # fmt: skip


def test_a_warning_needs_no_second_moderator_and_the_bot_itself_has_its_own_limit() -> None:
    assert guard.review(decide(WARN, by=MO), facts(acts=99))[0].state is State.PENDING
    assert guard.review(decide(REMOVE), facts(acts=99))[0].state is State.PENDING


def test_a_lock_down_opens_a_case_and_ends_by_itself() -> None:
    until = NOW + timedelta(hours=1)
    reviewed = guard.review(decide(Lockdown(place="lounge", reason="raid", until=until)), facts())
    assert [(type(v.action).__name__, v.action.not_before) for v in reviewed] == [
        ("Lockdown", None), ("Reopen", until), ("Report", None),
    ]  # fmt: skip
    assert line_for_moderators(reviewed).startswith("Case #12 — lock lounge down until 2026-03-02 10:00 UTC")


def test_the_bot_is_no_target_but_what_it_said_can_be_removed() -> None:
    given = facts(own=frozenset({ANA.key}))
    assert verdicts(decide(ban(), by=MO), given)[0] == ("Ban", State.DROPPED, "that is me")
    assert guard.review(decide(REMOVE, by=MO), given)[0].state is State.PENDING
