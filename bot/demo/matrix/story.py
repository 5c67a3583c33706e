"""The story that the demo's people play on a homeserver: help, two warnings, a ban, an appeal, a thread and its summary.

Nothing is timed: each act is followed by what must come of it, and the story goes on when it has come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.demo import community
from bot.demo.audience import Audience
from bot.demo.matrix.person import Denied, Event, Person
from bot.demo.matrix.telling import Teller
from bot.demo.matrix.village import MODERATOR, Village

#: How long the bot may take on a homeserver that lets it speak once in five seconds.
_PATIENCE = 90.0
_REPLIES = 9

Seen = Callable[[Event], bool]


class Story:
    """The village, the audience, and what was told so far."""

    def __init__(self, village: Village, audience: Audience) -> None:
        self.village = village
        self.audience = audience
        self.bot = village.bot.id
        self.people = village.people
        self.mira = village.people[MODERATOR]
        self._places = {village.lounge: "lounge", village.modroom: "modroom"}
        self._teller = Teller(self.bot)
        self._told: set[str] = set()

    async def says(self, who: str, text: str, room: str | None = None, *, thread: str | None = None) -> str:
        """Somebody speaks, in the lounge or elsewhere; the event's id."""
        person, room = self.people[who], room or self.village.lounge
        if thread:
            return await person.reply(room, thread, text, thread=thread)
        return await person.send(room, text)

    async def expect(self, what: str, seen: Seen, by: Person | None = None) -> Event | None:
        """Waits until `by` (the moderator, if nobody is named) sees such an event, shows what happened, and checks it off."""
        watcher, found = by or self.mira, None
        try:
            found = await watcher.wait_for(seen, patience=_PATIENCE)
        except TimeoutError:
            pass
        finally:
            self.show(self.mira)
            self.show(watcher)
        self.audience.check(what, found)
        return found

    def show(self, watcher: Person) -> None:
        """Prints what this person saw since the last time."""
        fresh = [event for event in watcher.seen if event.get("event_id", "") not in {"", *self._told}]
        for event in fresh:
            self._told.add(event["event_id"])
            place = self._places.get(event["room_id"], "private")
            for who, deed in self._teller.tell([event]):
                self.audience.line(place, who, deed, by_bot=event["sender"] == self.bot)

    # What may be waited for

    def answer(self, to: str, *words: str) -> Seen:
        """A message of the bot in answer to that event, with these words in it."""

        def seen(event: Event) -> bool:
            relation = event["content"].get("m.relates_to", {})
            answered = relation.get("m.in_reply_to", {}).get("event_id") == to
            return event["sender"] == self.bot and answered and _holds(event, words)

        return seen

    def said(self, *words: str, room: str | None = None) -> Seen:
        """A message of the bot with these words in it."""
        return lambda event: (
            event["sender"] == self.bot and _holds(event, words) and room in {None, event["room_id"]}
        )

    def removed(self, said: str) -> Seen:
        return lambda event: event["sender"] == self.bot and event.get("redacts") == said

    def became(self, membership: str, person: Person) -> Seen:
        """The bot's own act by which somebody's membership became this."""
        return lambda event: (
            event["sender"] == self.bot
            and event.get("state_key") == person.id
            and event["content"].get("membership") == membership
        )

    def here(self, room: str) -> Seen:
        """The bot's arrival in a room."""
        return lambda event: (
            event["room_id"] == room
            and event.get("state_key") == self.bot
            and event["content"].get("membership") == "join"
        )


def _holds(event: Event, words: tuple[str, ...]) -> bool:
    body = str(event["content"].get("body", ""))
    return event["type"] == "m.room.message" and all(word in body for word in words)


async def arrival(story: Story) -> None:
    story.audience.scene("The bot arrives", "Mira has invited it into the lounge and the moderators' room.")
    for room, name in ((story.village.lounge, "lounge"), (story.village.modroom, "moderators' room")):
        await story.expect(f"the bot is in the {name}", story.here(room))


async def helped(story: Story) -> None:
    story.audience.scene("What can you do?", "Ana asks the bot.")
    asked = await story.says("ana", "!help")
    await story.expect("she got her answer", story.answer(asked, "!help"))


async def warned(story: Story) -> None:
    story.audience.scene("Warn, then ban", "Grump insults people. Two warnings, then a day's ban.")
    grump = story.people["grump"]
    for number, text in enumerate(("Only a numbskull drinks coffee.", "You windbag, tea takes time."), 1):
        said = await story.says("grump", text)
        await story.expect(f"his words no. {number} were removed", story.removed(said))
        await story.expect(f"he was told why, in case #{number}", story.said("grump", f"Case #{number}"))
    said = await story.says("grump", "Blockhead. Shut up.")
    await story.expect("he was banned", story.became("ban", grump))
    await story.expect("his words no. 3 were removed", story.removed(said))
    wall = ""
    try:
        await story.says("grump", "And another thing!")
    except Denied as denied:
        wall = denied.code or ""
    story.audience.check("he met the ban wall", wall == "M_FORBIDDEN")


async def appealed(story: Story) -> None:
    story.audience.scene(
        "An appeal", "The bot writes to Grump in private; he answers; a moderator takes it back."
    )
    grump = story.people["grump"]
    invitation = await story.expect("he was invited to a private talk", story.became("invite", grump), grump)
    if invitation is None:
        return
    private = invitation["room_id"]
    await grump.join(private)
    await story.expect("he was told why, in case #3", story.said("Case #3", room=private), grump)
    await story.says("grump", "!appeal #3 I was tired. I am sorry.", private)
    await story.expect(
        "the appeal reached the moderators", story.said("Appeal", "#3", room=story.village.modroom)
    )
    await story.says(MODERATOR, "!grant #3", story.village.modroom)
    await story.expect("the ban was lifted", story.became("leave", grump))
    await story.expect("grump was told", story.said("#3", "granted", room=private), grump)
    await grump.join(story.village.lounge)
    await story.says("grump", "Thank you. Tea is fine.")


async def summarized(story: Story) -> None:
    thread = community.long_thread()
    story.audience.scene(
        "A thread grows long", f"“{thread.title}” Ana asks for a summary, and gets it in the thread."
    )
    root = await story.says("ana", f"{thread.title} {thread.text}")
    comments = [comment for comment in thread.comments if comment.author in story.people][:_REPLIES]
    for comment in comments:
        await story.says(comment.author, comment.text, thread=root)
    asked = await story.says("ana", "!summary", thread=root)
    found = await story.expect("the summary is there", story.answer(asked))
    relation = found["content"].get("m.relates_to", {}) if found else {}
    story.audience.check("it is in the thread", relation.get("event_id") == root)
    text = str(found["content"].get("body", "")) if found else ""
    story.audience.check(
        "it quotes people in their own words", sum(_quoted(one.text, text) for one in comments) >= 2
    )


def _quoted(text: str, digest: str) -> bool:
    """Whether a sentence of `text` stands in the digest, word for word."""
    return any(len(part) > 30 and part.strip(" .") in digest for part in text.split(". "))


SCENES: tuple[Callable[[Story], Awaitable[None]], ...] = (arrival, helped, warned, appealed, summarized)


async def play(story: Story) -> None:
    """Plays every scene; what held is with the audience."""
    for scene in SCENES:
        await scene(story)
    story.show(story.mira)
