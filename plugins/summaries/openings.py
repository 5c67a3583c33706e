"""How sentences open: what can be left off, and what points at a sentence that is not there.

An extract stands alone, so "And yeah, the bill helps" is quoted from "the bill" on, with an ellipsis before it, and
"He said so" is better not quoted at all. Only words that join or fill are left off; "no", "yes" and "not" never are.
"""

from __future__ import annotations

import re

#: What may follow a word that joins, for it to be no part of the sentence ("so far", "well done" are).
_SUBJECT = (
    r"(?=(?:i|we|you|he|she|they|it|the|a|an|this|that|these|those|there|my|our|your|his|her|its|their|if|when|what"
    r"|why|how|who|where|as|in|for|with|to|maybe|perhaps|people|[\"“'‘])\b)"
)
_FILLER = re.compile(
    r"[\"'(*_]*(?:"
    r"(?:and|but)(?:,\s*|\s+)(?!(?:so on|so forth|yet)\b)"
    rf"|(?:so|well|anyway|also|plus)(?:,\s*|\s+{_SUBJECT})"
    r"|(?:um|uh|er|hmm|mm|mm-hmm|yeah|ok|okay|oh|ah|right|alright|hey|hi|i mean|you know)(?:,\s*|\s+(?=(?:so|and|but|i|we|the)\b))"
    r")+",
    re.IGNORECASE,
)
#: A sentence of fewer characters loses too much with its first words.
_ENOUGH = 20

_DANGLING = re.compile(
    r"[\W_]*(?:he|she|they|it|its|his|her|hers|their|theirs|him|them|this|that|these|those|such|which|and|but|so|or|nor"
    r"|also|however|therefore|thus|hence|then|otherwise|instead|besides|moreover|furthermore|although|though|because"
    r"|yes|no|yeah|yep|nope|agreed|exactly|same|neither|either|both|here|there"
    # German, French, Spanish, Portuguese, Italian, Dutch, Russian: the same kinds of words
    r"|dies|diese|dieser|dieses|aber|sondern|deshalb|trotzdem|außerdem|ja|nein|denn|doch"
    r"|cela|ça|celui-ci|elle|ils|elles|mais|donc|pourtant|oui|non|car"
    r"|él|ella|ellos|eso|esto|ese|pero|además|sí|porque"
    r"|ele|ela|eles|isso|isto|mas|além|sim|não"
    r"|lui|lei|loro|questo|quello|però|quindi|inoltre|perché"
    r"|hij|zij|maar|daarom|dus|bovendien|nee"
    r"|он|она|они|это|этот|но|поэтому|также|однако|да|нет|и|а"
    r")(?:['’](?:s|re|ll|d|ve))?\b"
    r"|[\W_]*(?:但是|但|而且|所以|因此|他|她|这|那|でも|しかし|だから|それ|これ|そして|彼)",
    re.IGNORECASE,
)


def filler(sentence: str) -> int:
    """How many characters at the start of `sentence` only join it to the one before."""
    match = _FILLER.match(sentence)
    return match.end() if match and len(sentence) - match.end() > _ENOUGH else 0


def dangles(sentence: str) -> bool:
    """Whether the sentence cannot be understood without the one before it, going by how it opens."""
    return _DANGLING.match(sentence) is not None
