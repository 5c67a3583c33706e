"""Letters that look like Latin ones. Derived from the names that Unicode gives them, and for other scripts by eye."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

#: Latin letter → letters of other scripts that are drawn like it, small ones. Not what sounds alike: `р` is a p here.
_BY_EYE = {
    "a": "аαɑ⍺ꭺᎪᗅ",
    "b": "ЬƅᏏᑲᖯвβ",
    "c": "сϲᴄⲥꮯᑕ",
    "d": "ԁᏧᑯᗞ",
    "e": "еєεҽɛҿᎬⴹ",
    "f": "ϝẝꞙքᖴ",
    "g": "ɡցԌᏀ",
    "h": "һհᏂнᎻⲏ",
    "i": "іɩιɪӏⅰᎥꙇ˛",
    "j": "јϳյᎫᒍ",
    "k": "кκҟᏦⲕ",
    "l": "ⅼǀӀוןاᏞⳐᒪ",
    "m": "мϻⅿᎷⲙᗰ",
    "n": "пηոռղⲛᑎ",
    "o": "оοօσဝ໐೦૦०๐ⲟᴏס௦ഠ𐐬ߋ",
    "p": "рρϱⲣᏢᑭ",
    "q": "ԛգզⵕ",
    "r": "гᴦⲅᏒᖇ",
    "s": "ѕꜱտᏚᔕ",
    "t": "тτⲧᎢ┬",
    "u": "υսцᴜᑌ∪",
    "v": "νѵᴠⅴᏙᐯ∨",
    "w": "шѡωԝաɯᎳᗯ",
    "x": "хχⅹⲭ᙭",
    "y": "уγүყᎩⲩʏ",
    "z": "ᴢʐⲍᏃ",
}
#: Where letters stand whose names say which Latin letter they are.
_NAMED = (
    (0x00C0, 0x02AF),
    (0x1D00, 0x1DBF),
    (0x1E00, 0x1EFF),
    (0x2C60, 0x2C7F),
    (0xA720, 0xA7FF),
    (0xAB30, 0xAB6F),
    (0x1F110, 0x1F1FF),
)
_NAME = re.compile(
    r"(?:(?:NEGATIVE |CROSSED )?(?:CIRCLED|SQUARED|PARENTHESIZED) )?"
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL |DOTLESS |SCRIPT |LONG |BARRED |INSULAR |REVERSED |SIDEWAYS )?"
    r"|REGIONAL INDICATOR SYMBOL LETTER |MODIFIER LETTER (?:SMALL |CAPITAL )?)([A-Z])(?: WITH .*)?"
)


@cache
def table() -> dict[str, str]:
    """Each letter, without case, and the small Latin letter that it looks like."""
    found: dict[str, str] = {}
    for first, last in _NAMED:
        for code in range(first, last + 1):
            name = _NAME.fullmatch(unicodedata.name(chr(code), ""))
            if name:
                found[chr(code)] = name[1].lower()
    for latin, others in _BY_EYE.items():
        found |= dict.fromkeys(others, latin)
        found |= {low: latin for low in others.lower() if low not in found}
    return found
