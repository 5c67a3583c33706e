"""What moderation did, in numbers without names; and evidence that is not kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.ledger.tables import metadata
from bot.testing import Moot, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"
LATE_MARCH = datetime(2026, 3, 20, 8, tzinfo=UTC)


def moot(**settings: object) -> Moot:
    return Moot(plugins={"moderation": {"text": GAMBLING, **settings}}, now=LATE_MARCH)


async def a_busy_month(community: Moot) -> None:
    ana, mo = community.member("ana"), community.moderator("mo")
    community.member("bo")
    await ana.says("casino")
    await community.advance(hours=1)
    await ana.says("casino again")
    await ana.tells("!appeal #1 It is the name of a film.")
    await mo.says("!grant #1", place="modroom")
    await ana.tells("!appeal #2 That, too.")
    await mo.says("!ban @bo 2d rude", place="modroom")
    await mo.says("!mute @bo 2h rude", place="modroom")


async def test_a_month_in_numbers_names_nobody():
    async with moot() as community:
        await community.member("cy").says("!stats")
        await a_busy_month(community)
        community.skip()
        await community.member("cy").says("!stats")
        await community.member("cy").says("!stats 2026-02")
        await community.member("cy").says("!stats march")
        assert community.transcript() == script(
            """
            lounge | cy: !stats
            lounge | bot → cy: Moderation in 2026-03
                - 2 warnings, 2 removals, 1 mute, 1 ban for a time.
                - That was about 2 people. Cases decided by the rules: 2, by moderators: 2.
                - Taken back, wholly or in part: 1.
                - Appeals: 2, of which granted 1, denied 0, open 1.
            lounge | cy: !stats 2026-02
            lounge | bot → cy: Moderation in 2026-02
                - Nobody was warned, removed or banned.
            lounge | cy: !stats march
            lounge | bot → cy: “march” is no month; it is written like 2026-03.
            """
        )


async def test_the_last_months_numbers_are_published_on_the_first_of_a_month():
    async with moot(publish_numbers="lounge") as community:
        await a_busy_month(community)
        await community.advance(days=3)
        community.skip()
        for _ in range(12):
            await community.advance(days=1)
        assert community.transcript() == script(
            """
            lounge | bot: Moderation in 2026-03
                - 2 warnings, 2 removals, 1 mute, 1 ban for a time.
                - That was about 2 people. Cases decided by the rules: 2, by moderators: 2.
                - Taken back, wholly or in part: 1.
                - Appeals: 2, of which granted 1, denied 0, open 1.
            """
        )


async def test_cases_can_be_read_to_the_last_one_page_by_page():
    async with moot() as community:
        mo = community.moderator("mo")
        community.member("ana")
        for number in range(3):
            await mo.says(f"!mute @ana 1h number {number}", place="modroom")
        pages = [await community.ledger.cases("moot", limit=2, before=before) for before in (None, 2, 1)]
        assert [[case.number for case in page] for page in pages] == [[3, 2], [1], []]


async def test_evidence_is_blanked_after_its_time_and_what_waits_keeps_it():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("casino is what I said")
        for _ in range(4):
            await mo.says("!warn @ana again", place="modroom")  # the last one proposes a ban, which waits
        await community.ledger.prune_evidence(community.clock.now() + timedelta(seconds=1))
        first, last = await community.ledger.case("moot", 1), await community.ledger.case("moot", 5)
        assert first is not None
        assert last is not None
        assert first.evidence is None
        assert first.rule is not None
        told = [str(stored.action) for stored in first.actions if stored.action.kind in {"warn", "report"}]
        assert "is what I said" not in " ".join(told)
        assert last.held


async def test_after_its_time_nothing_that_was_quoted_is_left_anywhere():
    async with moot() as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.member("bo")
        said = await ana.says("casino sesame")
        await bo.reports(await ana.says("an open sesame"), "rude")
        await mo.reacts(community.newest("modroom"), "✅")
        await bo.tells("!report memory://lounge/" + (await ana.says("sesame seeds")).id)
        await mo.says("!why #1", place="modroom")
        await ana.tells("!appeal #1 sesame is a plant")
        await mo.reacts(community.newest("modroom"), "✅")
        assert "sesame" in "".join(await dump(community))
        later = community.clock.now() + timedelta(seconds=1)
        await community.ledger.prune(later)
        await community.ledger.prune_evidence(later)
        assert [row for row in await dump(community) if "sesame" in row] == []
        assert community.world.items[said.id].text == "casino sesame", "what people say is theirs"


async def dump(community: Moot) -> list[str]:
    """All rows of the ledger, as text."""

    def rows(conn: Connection) -> list[str]:
        return [
            f"{table.name} {tuple(row)}"
            for table in metadata.sorted_tables
            for row in conn.execute(table.select())
        ]

    return await community.ledger._worker.read(rows)


async def test_younger_evidence_stays():
    async with moot() as community:
        await community.member("ana").says("casino is what I said")
        assert await community.ledger.prune_evidence(community.clock.now()) == 0
        case = await community.ledger.case("moot", 1)
        assert case is not None
        assert case.evidence == "casino is what I said"
