"""A line that linked two new posts waited for the first only, and was given up where the second came later."""

from __future__ import annotations

from bot.api import Call, Context, Link, Made, Plugin, Post, Settings, document, line
from bot.testing import Moot, script


class Nothing(Settings):
    """None."""


def declare() -> Plugin[Nothing]:
    plugin = Plugin("twins", Nothing, about="Two posts at once.")

    @plugin.command("twins", examples=["!twins"])
    def twins(ctx: Context[Nothing], call: Call) -> tuple[Post, ...]:
        """Post twice, and tell the room of both."""
        both = line(Link("one", Made("one")), " and ", Link("two", Made("two")))
        return (
            Post(place="lounge", text=document(both)),
            Post(name="two", place="freechat", title="Two", text=document("2")),
            Post(name="one", place="freechat", title="One", text=document("1")),
        )

    return plugin


async def test_what_points_at_two_things_waits_for_both() -> None:
    plugin = declare()
    async with Moot(plugins={"twins": {}}, find_plugin=lambda name: plugin) as moot:
        mo = moot.moderator("mo")
        moot.world.faults.add("busy 3 s", kind="post")
        await mo.says("!twins")
        await moot.advance(seconds=3)
        assert moot.transcript() == script(
            """
            lounge | mo: !twins
            freechat | bot posts “One”: 1
            freechat | bot posts “Two”: 2
            lounge | bot: one (memory://freechat/2) and two (memory://freechat/3)
            """
        )
