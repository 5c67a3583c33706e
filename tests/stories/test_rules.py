"""AutoModerator's language as a community lives with it: labels, the post above, two passes, people well known and new."""

from __future__ import annotations

from bot.api import Profile
from bot.testing import Moot, script


def moot(*rules: str, **settings: object) -> Moot:
    """A community in which these rules are enforced."""
    text = "\n---\n".join(f"{rule}\nmode: enforce" for rule in rules)
    return Moot(plugins={"moderation": {"text": text, "tell_removals": False, **settings}})


async def test_a_label_is_set_once_and_other_rules_go_by_it():
    async with moot(
        "name: Question\npriority: 2\ntitle: '?'\nset_flair: [Question, q]",
        "name: News\npriority: 1\ntitle: news\nset_flair: News",
        "name: Help\nflair_text: Question\ncomment: Please tell us what you tried.",
        "name: Quiet\nparent_submission: {flair_css_class: q}\nbody: google it\naction: remove",
        "name: Labelled\nparent_submission: {flair_text: News}\nbody: '+flair'\ncomment: It is {{title}}.",
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        asked = await ana.posts("Any news?")
        await bo.replies(asked, "google it")
        await bo.replies(asked, "+flair")
        told = await ana.posts("The news")
        await bo.replies(told, "google it")
        await bo.replies(told, "+flair")
        assert community.transcript() == script(
            """
            freechat | ana posts “Any news?”
            freechat | bot → ana: Please tell us what you tried.
            freechat | bo → ana: google it
            freechat | bot removes bo’s “google it” (Quiet)
            modroom | bot: Case #1 — remove what bo wrote (rule “Quiet”: “google it” in the body (characters 1 to 9, as written); no strike)
                > google it
            freechat | bo → ana: +flair
            freechat | ana posts “The news”
            freechat | bo → ana: google it
            freechat | bo → ana: +flair
            freechat | bot → bo: It is The news.
            """
        )


async def test_members_label_posts_and_people_by_a_word():
    async with moot(
        "name: Tag\ntype: comment\nbody (regex): '\\+tag (\\w+)'\nparent_submission:\n    set_flair: '{{match-2}}'\n    overwrite_flair: yes\n"
        "comment: '{{author}} made it {{match-body-2}}.'",
        "name: Known\nbody: hello\nauthor: {~flair_text (regex): '.+', set_flair: [regular, reg]}\ncomment: Welcome!",
        "name: Greet\ntype: comment\nbody: bye\nauthor: {flair_css_class: reg}\ncomment: 'Bye, {{author_flair_text}}.'",
        "name: Film\ntype: comment\nparent_submission: {flair_text: film}\nbody: spoiler\naction: remove",
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        post = await ana.posts("Casablanca")
        await bo.replies(post, "+tag music")
        await bo.replies(post, "+tag film")
        await bo.replies(post, "spoiler: he stays")
        await bo.says("hello")
        await bo.says("hello again")
        await bo.replies(post, "bye")
        assert community.transcript() == script(
            """
            freechat | ana posts “Casablanca”
            freechat | bo → ana: +tag music
            freechat | bot → bo: bo made it music.
            freechat | bo → ana: +tag film
            freechat | bot → bo: bo made it film.
            freechat | bo → ana: spoiler: he stays
            freechat | bot removes bo’s “spoiler: he stays” (Film)
            modroom | bot: Case #1 — remove what bo wrote (rule “Film”: “spoiler” in the body (characters 1 to 7, as written); no strike)
                > spoiler: he stays
            lounge | bo: hello
            lounge | bot → bo: Welcome!
            lounge | bo: hello again
            freechat | bo → ana: bye
            freechat | bot → bo: Bye, regular.
            """
        )


async def test_a_watching_rule_sets_no_label():
    async with Moot(
        plugins={
            "moderation": {"text": "title: a\nset_flair: A\n---\nflair_text: A\ncomment: yes\nmode: enforce"}
        }
    ) as community:
        await community.member("ana").posts("a")
        assert community.transcript().splitlines()[0] == "freechat | ana posts “a”"
        assert await community.ledger.recall_all("moot", "moderation", "label/") == {}


async def test_the_first_rule_that_removes_ends_it_and_others_all_act():
    async with moot(
        "name: Second\nbody: x\naction: remove",
        "name: First\npriority: 5\nbody: x\naction: remove",
        "name: Word\nbody: x\ncomment: You said x.",
        "name: Hello\nbody: hello\ncomment: Hello.",
        "name: Stop\npriority: 3\nbody: stop\ncomment: Stopped.\nstop_on_match: yes",
        "name: Strike\nbody: rude\nwarn: yes",
        "name: Rude\nbody: rude\ncomment: That was rude.",
    ) as community:
        ana = community.member("ana")
        await ana.says("x and hello")
        await ana.says("hello, stop")
        await ana.says("rude")
        assert community.transcript() == script(
            """
            lounge | ana: x and hello
            lounge | bot removes ana’s “x and hello” (First)
            modroom | bot: Case #1 — remove what ana wrote (rule “First”: “x” in the body (characters 1 to 1, as written); no strike)
                > x and hello
            lounge | ana: hello, stop
            lounge | bot → ana: Stopped.
            lounge | ana: rude
            lounge | bot warns ana: ana, please note our rule: Strike.
                > rude
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot: Case #2 — warn ana (rule “Strike”: “rude” in the body (characters 1 to 4, as written); 0 live + 1 new = 1 strike points → warn)
                > rude
            lounge | bot → ana: That was rude.
            """
        )


async def test_moderators_are_spared_by_rules_that_fall_on_people_and_served_by_the_others():
    async with moot(
        "name: Out\nbody: x\naction: remove\nmoderators_exempt: false",
        "name: Tell\nbody: y\naction: report",
        "name: Answer\nbody: z\ncomment: Seen.",
        "name: Not us\nbody: z\ncomment: Not us.\nmoderators_exempt: true",
    ) as community:
        mo = community.moderator("mo")
        await mo.says("x y z")
        assert community.transcript() == script(
            """
            lounge | mo: x y z
            lounge | bot → mo: Seen.
            """
        )


async def test_reports_of_what_a_moderator_said_are_closed_by_a_rule():
    async with moot(
        "name: Ours\nauthor: {is_moderator: true}\nreports: 1\naction: approve", show_reports=False
    ) as community:
        mo, ana = community.moderator("mo"), community.member("ana")
        said = await mo.says("Please stay friendly.")
        other = await ana.says("Why?")
        await ana.reports(said, "no")
        await mo.reports(other, "no")
        assert community.transcript() == script(
            """
            lounge | mo: Please stay friendly.
            lounge | ana: Why?
            lounge | ana reports mo’s “Please stay friendly.” (no)
            lounge | bot closes the reports about “Please stay friendly.”
            lounge | mo reports ana’s “Why?” (no)
            """
        )


async def test_a_rule_acts_once_on_a_message_however_often_it_is_edited():
    async with moot("name: A\nbody: a\ncomment: a!", "name: B\nbody: b\ncomment: b!") as community:
        ana = community.member("ana")
        said = await ana.says("a")
        await ana.edits(said, "a, b")
        await ana.edits(said, "a, b, c")
        assert community.transcript() == script(
            """
            lounge | ana: a
            lounge | bot → ana: a!
            lounge | ana edits “a”: a, b
            lounge | bot → ana: b!
            lounge | ana edits “a, b”: a, b, c
            """
        )


async def test_who_was_there_before_the_bot_is_no_newcomer():
    async with moot(
        "name: First\nauthor: {first_message: true}\ncomment: Welcome!",
        "name: Fresh\nbody: '+ad'\nfirst_seen: '< 2 days'\naction: report",
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        await ana.says("+ad")
        await community.advance(days=40)
        await ana.says("+ad")
        await bo.says("hello")
        await bo.says("+ad")
        await community.advance(days=3)
        await bo.says("+ad")
        assert community.transcript() == script(
            """
            lounge | ana: +ad
            lounge | ana: +ad
            lounge | bo: hello
            lounge | bot → bo: Welcome!
            lounge | bo: +ad
            modroom | bot: Please look at this message (memory://lounge/5) by bo: Fresh (“+ad” in the body (characters 1 to 3, as written)).
                > +ad
            lounge | bo: +ad
            """
        )


async def test_whoever_made_their_account_since_is_a_newcomer():
    async with moot("name: Young\naccount_age: '< 10 days'\ncomment: Hi!") as community:
        ana = community.member("ana")
        await ana.says("one")
        await community.advance(days=2)
        bo = community.member("bo", since=community.clock.now())
        await bo.says("two")
        cyn = community.member("cyn")
        await cyn.says("three")
        assert community.transcript() == script(
            """
            lounge | ana: one
            lounge | bo: two
            lounge | bot → bo: Hi!
            lounge | cyn: three
            """
        )


async def test_the_votes_on_what_somebody_said_stand_in_for_karma():
    async with moot(
        "name: Unloved\nauthor: {comment_karma: '< -10'}\ntype: comment\naction: report",
        "name: Unknown\nauthor: {combined_karma: '< 20'}\ntype: submission\ncomment: Please read the rules.",
    ) as community:
        troll = community.member("troll", profile=Profile(posts=0, comments=30, comment_scores=(-2, -3, -1)))
        star = community.member(
            "star", profile=Profile(posts=5, comments=10, post_scores=(9, 9), comment_scores=(3,))
        )
        post = await star.posts("Hello")
        await troll.replies(post, "boo")
        await star.replies(post, "please")
        await troll.posts("Me")
        await community.member("quiet").posts("Nobody knows me")
        assert community.transcript() == script(
            """
            freechat | star posts “Hello”
            freechat | troll → star: boo
            modroom | bot: Please look at this message (memory://freechat/2) by troll: Unloved (the message meets the rule's conditions).
                > boo
            freechat | star → star: please
            freechat | troll posts “Me”
            freechat | bot → troll: Please read the rules.
            freechat | quiet posts “Nobody knows me”
            """
        )


async def test_profiles_are_searched():
    async with moot(
        "name: Seller\nauthor: {bio_text: cheap watches, display_name (includes): shop}\naction: report"
    ) as community:
        community.member("ana", profile=Profile(text="I sell cheap watches", display_name="Ana's Workshop"))
        for name in ("ana", "bo"):
            await community.member(name).says("hi")
        assert community.transcript() == script(
            """
            lounge | ana: hi
            modroom | bot: Please look at this message (memory://lounge/1) by ana: Seller (“cheap watches” in the profile text (characters 8 to 20, as written)).
                > hi
            lounge | bo: hi
            """
        )


async def test_an_answer_is_judged_by_what_it_answers():
    async with moot(
        "name: Thanks\nparent_comment: {body: '+bot'}\nbody: thanks\ncomment: You are welcome.",
        "name: Same\nparent_comment: {author: {name: ana}}\nauthor: {name: ana}\nbody: bump\naction: remove",
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        said = await ana.says("+bot what time is it?")
        await bo.replies(said, "thanks")
        await bo.replies(said, "bump")
        await ana.replies(said, "bump")
        assert (
            community.transcript().splitlines()
            == script(
                """
            lounge | ana: +bot what time is it?
            lounge | bo → ana: thanks
            lounge | bot → bo: You are welcome.
            lounge | bo → ana: bump
            lounge | ana → ana: bump
            lounge | bot removes ana’s “bump” (Same)
            modroom | bot: Case #1 — remove what ana wrote (rule “Same”: “bump” in the body (characters 1 to 4, as written); no strike)
                > bump
            """
            ).splitlines()
        )


async def test_repeating_oneself_naming_people_and_flooding():
    async with moot(
        "name: Naming\nrepeat: {count: 3, within: 10m, same: mention}\naction: report",
        "name: Flood\nrepeat: {count: 4, within: 1m, same: message}\naction: report",
        "name: Many\nmention_count: '> 2'\naction: report",
    ) as community:
        ana = community.member("ana")
        for text in ("@bo look", "hey @bo", "bo?", "@Bo!"):
            await ana.says(text)
        await community.advance(minutes=20)
        await ana.says("@bo")
        await ana.says("@a @b @c")
        assert [line for line in community.transcript().splitlines() if line.startswith("modroom")] == [
            "modroom | bot: Please look at this message (memory://lounge/4) by ana: Naming (the message meets the rule's conditions).",
            "modroom | bot: Please look at this message (memory://lounge/4) by ana: Flood (the message meets the rule's conditions).",
            "modroom | bot: Please look at this message (memory://lounge/8) by ana: Many (the message meets the rule's conditions).",
        ]


async def test_days_of_the_week_are_those_of_the_community():
    async with Moot(
        plugins={"moderation": {"text": "title: x\nday_of_week: tuesday\ncomment: Tuesday!\nmode: enforce"}},
        zone="Pacific/Auckland",
    ) as community:
        ana = community.member("ana")
        await ana.posts("x")  # Monday, 8 o'clock in Greenwich, and 9 in the evening in Auckland
        await community.advance(hours=4)
        await ana.posts("x")
        assert community.transcript() == script(
            """
            freechat | ana posts “x”
            freechat | ana posts “x”
            freechat | bot → ana: Tuesday!
            """
        )


async def test_locks_pins_and_letters():
    async with moot(
        "name: Pin\ntype: comment\nbody: '+pin'\nauthor: {flair_text: helper}\nparent_submission: {set_sticky: true}\naction: remove",
        "name: Close\ntype: comment\nbody: '+close'\nparent_submission: {set_locked: true}\nmodmail: Closed {{title}}.\nmodmail_subject: Look",
        "name: Helper\nbody: help\nauthor: {set_flair: helper}\nmessage: Thank you.\nmessage_subject: 'About {{kind}}'",
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        post = await ana.posts("A post")
        await bo.replies(post, "+pin")
        await bo.replies(post, "I help")
        await bo.replies(post, "+pin")
        await bo.replies(post, "+close")
        assert community.transcript() == script(
            """
            freechat | ana posts “A post”
            freechat | bo → ana: +pin
            freechat | bo → ana: I help
            private | bot → bo: About comment
                About this message (memory://freechat/3):
                Thank you.
            freechat | bo → ana: +pin
            freechat | bot removes bo’s “+pin” (Pin)
            modroom | bot: Case #1 — remove what bo wrote (rule “Pin”: “+pin” in the body (characters 1 to 4, as written); no strike)
                > +pin
            freechat | bot pins “A post”
            freechat | bo → ana: +close
            freechat | bot locks “A post” (Close)
            modroom | bot: Look
                About this message (memory://freechat/7):
                Closed A post.
            """
        )


async def test_a_comment_makes_a_rule_act_on_the_post_above_it():
    async with moot(
        "name: Repost\ntype: comment\nbody: repost\n"
        "parent_submission: {action: report, action_reason: 'Possible {{match}}'}",
        "name: Vote\ntype: comment\nbody: '+remove'\nparent_submission: {reports: 1, action: filter}\naction: remove",
        "name: Back\ntype: comment\nbody: '+appeal'\nauthor: {is_submitter: true}\n"
        "parent_submission: {action: approve}",
        show_reports=False,
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        post = await ana.posts("A joke")
        await bo.replies(post, "is this a repost?")
        await bo.reports(post, "old")
        await bo.replies(post, "+remove")
        await ana.replies(post, "+appeal")
        # Nobody trusted is removed by a rule: the moderators look at it.
        news = await community.moderator("mo").posts("News")
        await bo.reports(news, "old")
        await bo.replies(news, "+remove")
        assert community.transcript() == script(
            """
            freechat | ana posts “A joke”
            freechat | bo → ana: is this a repost?
            modroom | bot: Please look at this post (memory://freechat/1) by ana: Possible repost (a comment (memory://freechat/2) by bo: “repost” in the body (characters 11 to 16, as written)).
                > A joke
            freechat | bo reports ana’s “A joke” (old)
            freechat | bo → ana: +remove
            freechat | bot removes bo’s “+remove” (Vote)
            freechat | bot removes ana’s “A joke” (Vote)
            modroom | bot: Case #1 — remove what bo wrote (rule “Vote”: “+remove” in the body (characters 1 to 7, as written); no strike)
                > +remove
            modroom | bot: Case #2 — remove what ana wrote (rule “Vote”: “+remove” in the body (characters 1 to 7, as written) of a comment by bo; no strike)
                > A joke
            freechat | ana → ana: +appeal
            freechat | bot restores ana’s “A joke” (Back)
            freechat | mo posts “News”
            freechat | bo reports mo’s “News” (old)
            freechat | bo → mo: +remove
            freechat | bot removes bo’s “+remove” (Vote)
            modroom | bot: Case #3 — remove what bo wrote (rule “Vote”: “+remove” in the body (characters 1 to 7, as written); no strike)
                > +remove
            modroom | bot: Please look at this post (memory://freechat/8) by mo: Vote (a comment (memory://freechat/9) by bo: “+remove” in the body (characters 1 to 7, as written)).
                > News
            """
        )


async def test_no_comment_brings_back_what_a_moderator_removed():
    async with moot(
        "name: Back\ntype: comment\nbody: '+appeal'\nparent_submission: {action: approve}"
    ) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        post = await ana.posts("A joke")
        await mo.replies(post, "!remove not funny")
        community.transcript()
        await ana.replies(post, "+appeal")
        assert community.transcript() == "freechat | ana → ana: +appeal"


async def test_the_author_of_a_removed_post_is_told_and_can_appeal():
    async with moot(
        "name: Vote\ntype: comment\nbody: '+remove'\nparent_submission: {action: remove}", tell_removals=True
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        post = await ana.posts("A joke")
        await bo.replies(post, "+remove")
        assert (
            "private | bot → ana: Your message was removed. Our rule: Vote.\n    > A joke"
            in community.transcript()
        )
        await ana.tells("!appeal #1 it was funny")
        assert "modroom | bot: Appeal" in community.transcript()


async def test_what_is_only_guessed_is_shown_to_a_human():
    async with moot("name: No gambling\nbody: casino\naction: remove\nwarn: yes") as community:
        await community.member("ana").says("my c4$1n0 opens")
        assert community.transcript() == script(
            """
            lounge | ana: my c4$1n0 opens
            modroom | bot: Please look at this message (memory://lounge/1) by ana: the rule No gambling may fit, so please decide yourself (“c4$1n0” in the body (characters 4 to 9, digits, gaps and repeated letters guessed)).
                > my c4$1n0 opens
            """
        )


async def test_an_expression_that_explodes_is_given_up_and_a_human_looks():
    async with moot("name: Bomb\nbody (regex): '^(?=(a|aa)+$)(?:a|aa)+(?<!a)$'\naction: remove") as community:
        ana = community.member("ana")
        for _ in range(3):
            await ana.says("a" * 300)
        told = [line for line in community.transcript().splitlines() if line.startswith("modroom")]
        given_up = "by ana and was given up, so please look at it yourself."
        once = "Simplify its regular expression; after a second time it is not tried any more."
        twice = "It is not tried any more: mend its regular expression."
        assert told == [
            f"modroom | bot: The rule Bomb took too long over this message (memory://lounge/1) {given_up} {once}",
            f"modroom | bot: The rule Bomb took too long over this message (memory://lounge/3) {given_up} {twice}",
        ]


async def test_a_rule_that_was_given_up_stays_so_until_a_moderator_lets_it_or_its_text_changes():
    bomb = "name: Bomb\nbody (regex): '^(?=(a|aa)+$)(?:a|aa)+(?<!a)$'\naction: remove"
    async with moot(bomb, "name: Other\nbody: nothing\naction: report") as community:
        ana, mo = community.member("ana"), community.moderator("mo")

        async def takes_long() -> bool:
            await ana.says("a" * 300)
            return "The rule Bomb took too long" in community.transcript()

        assert await takes_long()
        await community.restart()
        assert await takes_long()
        # What else is changed, and a restart, do not bring it back.
        await mo.says("!rules watch Other", "modroom")
        await community.restart()
        assert not await takes_long()
        await mo.says("!rules list", "modroom")
        assert (
            "Bomb: enforce, but not tried any more because it took too long twice, remove"
            in community.transcript()
        )
        await mo.says("!rules enforce Bomb", "modroom")
        assert "It took too long twice and is tried again" in community.transcript()
        assert await takes_long()
        assert await takes_long()
        assert not await takes_long()
        await mo.says(f"!rules edit Bomb\n{bomb}\nmode: enforce\npriority: 1", "modroom")
        assert await takes_long()


async def test_a_cross_post_says_where_it_comes_from():
    async with moot(
        "name: Cross\ntype: crosspost submission\ncomment: Seen elsewhere.",
        "name: Own\ntype: submission\ncrosspost_id: '77'\ncomment: Number 77.",
    ) as community:
        ana = community.member("ana")
        await ana.posts("One", "cross-posted from: https://lemmy.example/post/77\n> text")
        await ana.posts("Two", "see https://lemmy.example/post/77")
        assert community.transcript() == script(
            """
            freechat | ana posts “One”: cross-posted from: https://lemmy.example/post/77
                > text
            freechat | bot → ana: Seen elsewhere.
            freechat | bot → ana: Number 77.
            freechat | ana posts “Two”: see https://lemmy.example/post/77
            """
        )


async def test_a_rule_is_changed_by_chat_looked_back_on_and_brought_back():
    async with moot("name: Cats\nbody: cats\naction: remove") as community:
        mo, ana = community.moderator("mo"), community.member("ana")
        await mo.says("!rules edit Cats", place="modroom")
        await mo.says("!rules edit Cats\nboddy: dogs\naction: remove", place="modroom")
        await mo.says("!rules edit Cats\nname: Dogs\nbody: dogs\naction: remove", place="modroom")
        await mo.says("!rules edit cats\nbody: [cats, dogs]\naction: remove\nmode: enforce", place="modroom")
        await ana.says("dogs!")
        await mo.says("!rules off Cats", place="modroom")
        await ana.says("dogs again!")
        await mo.says("!rules list", place="modroom")
        await mo.says("!rules history Cats", place="modroom")
        await mo.says("!rules rollback Cats 12345678", place="modroom")
        await mo.says("!rules rollback Cats", place="modroom")
        await ana.says("dogs once more")
        await ana.says("cats!")
        await mo.says("!rules rollback Cats 81fc0b55", place="modroom")
        await mo.says("!rules history Dogs", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !rules edit Cats
            modroom | bot → mo: Please send the new text below the name: all of it, as it is to be. Now Cats says:
                > name: Cats
                > body: cats
                > action: remove
                > mode: enforce
            modroom | mo: !rules edit Cats
                boddy: dogs
                action: remove
            modroom | bot → mo: I did not change that rule:
                - line 1: there is no key or field 'boddy', so the rule is off; did you mean 'body'?
                Mend it and send it again.
            modroom | mo: !rules edit Cats
                name: Dogs
                body: dogs
                action: remove
            modroom | bot → mo: That text is called Dogs, and you are changing Cats. Leave its `name:` as it is, or add it as a rule of its own with “!rules add”.
            modroom | mo: !rules edit cats
                body: [cats, dogs]
                action: remove
                mode: enforce
            modroom | bot → mo: Cats is changed and is enforced from now on, as it says.
            lounge | ana: dogs!
            lounge | bot removes ana’s “dogs!” (Cats)
            modroom | bot: Case #1 — remove what ana wrote (rule “Cats”: “dogs” in the body (characters 1 to 4, as written); no strike)
                > dogs!
            modroom | mo: !rules off Cats
            modroom | bot → mo: Cats is switched off from now on.
            lounge | ana: dogs again!
            modroom | mo: !rules list
            modroom | bot → mo: - Cats: off, remove
            modroom | mo: !rules history Cats
            modroom | bot → mo: 2026-03-02 08:00 mo: Cats changed (81fc0b55)
                > name: Cats
                > -body: cats
                > +body: [cats, dogs]
                > action: remove
                2026-03-02 08:00 mo: Cats → off
                “!rules rollback”, its name and one of the versions in brackets bring a text back.
            modroom | mo: !rules rollback Cats 12345678
            modroom | bot → mo: There is no version “12345678” of it. “!rules history Cats” shows which there are.
            modroom | mo: !rules rollback Cats
            modroom | bot → mo: Cats back as it is in the files.
            lounge | ana: dogs once more
            lounge | ana: cats!
            lounge | bot removes ana’s “cats!” (Cats)
            modroom | bot: Case #2 — remove what ana wrote (rule “Cats”: “cats” in the body (characters 1 to 4, as written); no strike)
                > cats!
            modroom | mo: !rules rollback Cats 81fc0b55
            modroom | bot → mo: Cats is brought back and is switched off from now on, as this version was before.
            modroom | mo: !rules history Dogs
            modroom | bot → mo: There is no rule “Dogs”. “!rules list” shows them all.
            """
        )


async def test_a_rule_of_the_chat_is_rolled_back_until_nothing_is_left():
    async with moot() as community:
        mo = community.moderator("mo")
        await mo.says("!rules add\nname: A\nbody: a\naction: report", place="modroom")
        await mo.says("!rules add\nname: A\nbody: [a, b]\naction: report", place="modroom")
        await mo.says("!rules rollback A", place="modroom")
        await mo.says("!rules show A", place="modroom")
        await mo.says("!rules undo", place="modroom")
        await mo.says("!rules undo", place="modroom")
        await mo.says("!rules rollback A", place="modroom")
        await mo.says("!rules list", place="modroom")
        await mo.says("!rules history A", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !rules add
                name: A
                body: a
                action: report
            modroom | bot → mo: A is added and only watches. “!rules backtest A” shows what it would have done.
            modroom | mo: !rules add
                name: A
                body: [a, b]
                action: report
            modroom | bot → mo: A is added and only watches. “!rules backtest A” shows what it would have done.
            modroom | mo: !rules rollback A
            modroom | bot → mo: A is brought back and only watches. “!rules backtest A” shows what it would have done.
            modroom | mo: !rules show A
            modroom | bot → mo: A: watch, version 7d7e5c39, chat line 1
                > name: A
                > body: a
                > action: report
            modroom | mo: !rules undo
            modroom | bot → mo: Taken back: A brought back (7d7e5c39) (changed by mo).
            modroom | mo: !rules undo
            modroom | bot → mo: Taken back: A added (10f8173f) (changed by mo).
            modroom | mo: !rules rollback A
            modroom | bot → mo: A taken out.
            modroom | mo: !rules list
            modroom | bot → mo: There are no rules yet. “!rules add”, and the rule on the lines below, adds one; it will only watch at first.
            modroom | mo: !rules history A
            modroom | bot → mo: 2026-03-02 08:00 mo: A added (7d7e5c39)
                > +name: A
                > +body: a
                > +action: report
                2026-03-02 08:00 mo: A taken out
                > -name: A
                > -body: a
                > -action: report
                “!rules rollback”, its name and one of the versions in brackets bring a text back.
            """
        )


async def test_rules_are_sent_out_and_taken_in_again_by_chat():
    async with moot(
        "# Ours\nname: A\nbody: a~~~\naction: report", "name: B\nbody: b\naction: remove"
    ) as community:
        mo = community.moderator("mo")
        await mo.says("!rules add\nname: C\nbody: c # for now\naction: report", "modroom")
        await mo.says("!rules watch B", "modroom")
        community.skip()
        await mo.says("!rules export", "modroom")
        text = "# Ours\nname: A\nbody: a~~~\naction: report\nmode: enforce\n---\nname: B\nbody: b\naction: remove\nmode: watch\n---\nname: C\nbody: c # for now\naction: report"
        shown = community.transcript().partition("bot → mo: ")[2]
        assert "\n".join(row.removeprefix("    ") for row in shown.splitlines()) == text
    # Another community takes them in, all or none, and the same again changes nothing.
    async with moot("name: B\nbody: b\naction: spam") as community:
        mo = community.moderator("mo")
        await mo.says(f"!rules add\n{text}\n---\nname: D\nbody: d", "modroom")
        await mo.says(f"!rules add\n```yaml\n{text}\n```", "modroom")
        await mo.says(f"!rules add\n{text}", "modroom")
        await mo.says("!rules list", "modroom")
        said = [row for row in community.transcript().splitlines() if not row.startswith("modroom | mo")]
        told = "\n".join(
            row for row in said if row.removeprefix("    ") not in {*text.splitlines(), "```", "```yaml"}
        )
        assert told == script(
            """
                name: D
                body: d
            modroom | bot → mo: I did not add that rule:
                - line 16: D: does nothing; add `action: report`, or another action
                Mend it and send it again.
            modroom | bot → mo: 3 rules are added or changed, 0 were there already. “!rules list” shows their modes.
            modroom | bot → mo: All of that is in force already.
            modroom | bot → mo: - B: watch, remove
                - A: enforce, report
                - C: watch, report
            """
        )


async def test_a_rule_that_suddenly_hits_everything_goes_back_to_watching_and_asks():
    async with moot("name: Dots\nbody (regex): 'a.b'\naction: remove") as community:
        mo, ana = community.moderator("mo"), community.member("ana")
        await mo.says("!rules backtest Dots 30d", place="modroom")
        for number in range(12):
            await ana.says(f"a b {number}")
        await mo.says("!rules list", place="modroom")
        told = community.transcript().splitlines()
        assert sum("bot removes" in row for row in told) == 10
        fell_back = (
            "modroom | bot: The rule Dots hit 10 times within an hour; by its backtest 0 were to be expected. So it only watches "
            "from now on. Please look at what it hit; to undo a case: !undo #number. If all of it was right: !rules enforce Dots"
        )
        assert [row for row in told if "Dots hit" in row] == [fell_back]
        assert told[-1] == "modroom | bot → mo: - Dots: watch, remove"
        await mo.says("!rules enforce Dots", place="modroom")
        for number in range(12):
            await ana.says(f"a b {number}")
        assert sum("bot removes" in row for row in community.transcript().splitlines()) == 12


async def test_a_rule_that_hits_as_often_as_it_did_stays_enforced():
    async with moot("name: Dots\nbody: dots\naction: remove") as community:
        mo, ana = community.moderator("mo"), community.member("ana")
        for hour in range(3):
            await ana.says(f"dots {hour}")
        await mo.says("!rules backtest Dots 2h", place="modroom")
        for number in range(12):
            await ana.says(f"dots {number}")
        assert sum("bot removes" in row for row in community.transcript().splitlines()) == 15
