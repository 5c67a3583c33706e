"""What a rule may ask about a message and what surrounds it, and what has to be fetched to know it."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """What a check, a condition or a label is about, by the group of the language that holds it."""

    ITEM = "message"
    AUTHOR = "author"
    POST = "parent_submission"
    POST_AUTHOR = "parent_submission author"
    PARENT = "parent_comment"
    PARENT_AUTHOR = "parent_comment author"
    SOURCE = "crosspost_subreddit"
    COMMUNITY = "subreddit"

    @property
    def home(self) -> Target:
        """The message that knows it: the one at hand, the post above it, or the comment that it answers."""
        return _HOMES.get(self, Target.ITEM)


_HOMES = {
    Target.POST: Target.POST,
    Target.POST_AUTHOR: Target.POST,
    Target.PARENT: Target.PARENT,
    Target.PARENT_AUTHOR: Target.PARENT,
}


class Field(StrEnum):
    """The texts of a message that a check may search."""

    TITLE = "title"
    BODY = "body"
    OWN_BODY = "body without quotes"
    URL = "url"
    DOMAIN = "domain"
    ID = "id"
    FLAIR = "label"
    FLAIR_CLASS = "label's class"
    FLAIR_TEMPLATE = "label's template"
    SOURCE_ID = "original post's id"
    SOURCE_TITLE = "original post's title"
    SOURCE_COMMUNITY = "original post's community"
    COMMUNITY = "community"
    AUTHOR = "author name"
    AUTHOR_ID = "author id"
    AUTHOR_FLAIR = "author's label"
    AUTHOR_FLAIR_CLASS = "class of the author's label"
    AUTHOR_FLAIR_TEMPLATE = "template of the author's label"
    BIO = "profile text"
    DISPLAY_NAME = "display name"


#: What comments do not have: a rule that excludes by one of these is for posts.
POST_FIELDS = frozenset(
    {Field.TITLE, Field.URL, Field.DOMAIN, Field.FLAIR, Field.FLAIR_CLASS, Field.FLAIR_TEMPLATE,
     Field.SOURCE_ID, Field.SOURCE_TITLE}
)  # fmt: skip


class Fact(StrEnum):
    """What a rule may compare besides texts. Spans are in seconds."""

    REPORTS = "reports"  # how many members reported it
    BODY_LENGTH = "body length"  # characters between the first and the last letter or digit
    OWN_LENGTH = "body length without quotes"
    AGE = "age"  # since it was said
    EDITED = "is_edited"
    TOP_LEVEL = "is_top_level"
    NSFW = "is_nsfw"
    CROSSPOST = "is a cross-post"
    COMMENTS = "comment_count"
    LINKS = "link_count"
    MENTIONS = "mention_count"
    WEEKDAY = "day_of_week"  # 0 is Monday, in the community's zone
    SUBMITTER = "is_submitter"  # the author began the thread
    MODERATOR = "is_moderator"
    CONTRIBUTOR = "is_contributor"  # an approved user of Reddit is somebody trusted here
    ACCOUNT_AGE = "account_age"  # where the platform does not tell, since the bot saw them first
    FIRST_SEEN = "first_seen"  # since the bot saw them first in this community
    MESSAGES = "message_count"  # what they said here before, as far as the bot remembers
    COMMENT_KARMA = "comment_karma"
    POST_KARMA = "post_karma"
    COMBINED_KARMA = "combined_karma"
    COMMENT_KARMA_HERE = "comment_subreddit_karma"
    POST_KARMA_HERE = "post_subreddit_karma"
    COMBINED_KARMA_HERE = "combined_subreddit_karma"
    NOTHING = "nothing"  # what does not exist here: gold, polls, galleries


class Need(StrEnum):
    """What is fetched only when a rule that otherwise holds asks for it."""

    LABELS = "labels"
    POST = "post"  # the post or the thread's root
    PARENT = "parent"  # what is answered
    RECORD = "record"  # what the bot itself remembers of the person
    KARMA = "karma"
    KARMA_HERE = "karma here"
    PROFILE = "profile"
    SOURCE = "source"  # where a cross-post came from


NEEDS: dict[Fact | Field, Need] = {
    Field.FLAIR: Need.LABELS,
    Field.FLAIR_CLASS: Need.LABELS,
    Field.FLAIR_TEMPLATE: Need.LABELS,
    Field.AUTHOR_FLAIR: Need.LABELS,
    Field.AUTHOR_FLAIR_CLASS: Need.LABELS,
    Field.AUTHOR_FLAIR_TEMPLATE: Need.LABELS,
    Field.SOURCE_TITLE: Need.SOURCE,
    Field.SOURCE_COMMUNITY: Need.SOURCE,
    Field.BIO: Need.PROFILE,
    Field.DISPLAY_NAME: Need.PROFILE,
    Fact.SUBMITTER: Need.POST,
    Fact.ACCOUNT_AGE: Need.RECORD,
    Fact.FIRST_SEEN: Need.RECORD,
    Fact.MESSAGES: Need.RECORD,
    Fact.COMMENT_KARMA: Need.KARMA,
    Fact.POST_KARMA: Need.KARMA,
    Fact.COMBINED_KARMA: Need.KARMA,
    Fact.COMMENT_KARMA_HERE: Need.KARMA_HERE,
    Fact.POST_KARMA_HERE: Need.KARMA_HERE,
    Fact.COMBINED_KARMA_HERE: Need.KARMA_HERE,
}
