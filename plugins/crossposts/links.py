"""When two addresses are the same page: a canonical form to compare by. Never fetched, never shown.

What is dropped is known to change nothing: the scheme, `www.`, the fragment, keys that only track. Keys are dropped by a
list of those known to track, never kept by a list of those known to matter: two pages taken for one are the worse error.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

#: Keys of a query that say where a reader came from. A trailing `*` stands for anything.
TRACKING = (
    "utm_*", "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid",
    "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp",
    "hsctatracking", "vero_id", "oly_anon_id", "oly_enc_id", "wickedid", "s_cid", "icid", "cmpid", "cmp",
    "at_campaign", "at_medium", "at_custom*", "at_link*", "at_format", "at_ptr_name", "at_bbc_team", "at_campaign_type",
    "ref", "ref_src", "ref_url", "referrer", "rss", "feature", "si", "pp", "share_id", "sharesource", "smid", "smtyp",
    "ncid", "cid_source", "guccounter", "guce_referrer", "guce_referrer_sig", "xtor", "spm", "trk", "trkcampaign",
    "campaign_id", "mbid", "sr_share", "srnd", "wt_mc", "wt.mc_id", "wprov", "fb_action_ids", "fb_action_types",
    "fb_source", "action_object_map", "action_type_map", "_ga", "_gl", "_branch_match_id", "ns_campaign", "ns_mchannel",
    "ns_source", "ns_linkname", "ns_fee", "amp", "outputtype", "piwik_campaign", "piwik_kwd", "pk_campaign", "pk_kwd",
    "mtm_campaign", "mtm_source", "mtm_medium", "mtm_keyword", "itm_*", "hsa_*", "sc_campaign", "sc_channel",
    "unlocked_article_code", "giftcopy", "accesstoken", "sharetoken", "st_source", "embeds_referring_euri",
)  # fmt: skip

#: The same site under another name.
_HOSTS = {
    "twitter.com": "x.com",
    "mobile.twitter.com": "x.com",
    "mobile.x.com": "x.com",
    "old.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "i.reddit.com": "reddit.com",
    "music.youtube.com": "youtube.com",
    "youtube-nocookie.com": "youtube.com",
    "export.arxiv.org": "arxiv.org",
    "dx.doi.org": "doi.org",
    "touch.facebook.com": "facebook.com",
    "mbasic.facebook.com": "facebook.com",
}
_PREFIXES = ("www.", "m.", "amp.", "mobile.")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_ARXIV = re.compile(r"/(?:pdf|html|abs)/(.+?)(?:\.pdf)?(?:v\d+)?(?:\.pdf)?", re.IGNORECASE)
_VIDEO = re.compile(r"/(?:embed|v|live|shorts)/([\w-]{6,})/?")
#: Longer addresses are data in disguise.
LONGEST = 4000


def canonical(url: str, tracking: Collection[str] = TRACKING) -> str | None:
    """`https://www.Example.org/a/?utm_source=x#top` as `example.org/a`; equal results mean the same page.

    `tracking` are the keys to drop, in lower case. None for what is no page: another scheme than http(s), a broken
    address, or the front page of a site.
    """
    form = _once(url.strip(), tracking)
    # What one pass takes away may lay open another `www.` or `index.html`; each pass shortens, so this ends.
    while form is not None and (again := _once(f"https://{form}", tracking)) != form:
        form = again
    return form


def untracked(url: str, tracking: Collection[str] = TRACKING) -> str:
    """The address as it is, without what only tracks: as servers store it, to ask them with."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = [
        pair for pair in parts.query.split("&") if pair and not _tracks(pair.partition("=")[0], tracking)
    ]
    return urlunsplit(parts._replace(query="&".join(query)))


def keys(extra: Collection[str]) -> frozenset[str]:
    """The tracking keys with those of the settings: a key with `-` before it is taken out of the list."""
    wanted = {key.casefold() for key in extra if not key.startswith("-")}
    return frozenset((*TRACKING, *wanted)) - {key[1:].casefold() for key in extra if key.startswith("-")}


def _once(url: str, tracking: Collection[str]) -> str | None:
    if len(url) > LONGEST or any(ord(char) < 32 or char in ' \x7f<>"' for char in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = _host(parts.hostname or "")
    if parts.scheme.lower() not in {"http", "https"} or host is None:
        return None
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(k, tracking)]
    host, path, query = _known_site(host, _path(parts.path), query)
    fragment = f"#{parts.fragment}" if re.match(r"[/!].", parts.fragment) else ""
    if not path and not query and not fragment:
        return None
    ordered = sorted(query, key=lambda pair: pair[0])
    return host + path + (f"?{urlencode(ordered)}" if ordered else "") + fragment


def _tracks(key: str, tracking: Collection[str]) -> bool:
    key = key.casefold()
    return key in tracking or any(key.startswith(t[:-1]) for t in tracking if t.endswith("*"))


def _host(host: str) -> str | None:
    """Lower case, in ASCII, under the name that the site is known by; None when it is no name at all."""
    host = host.rstrip(".").lower()
    if ":" in host:  # an IPv6 address, which has no other names
        return f"[{host}]"
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return None
    for prefix in _PREFIXES:
        # `m.example.org` is example.org on a phone, but m.org is a site.
        if host.startswith(prefix) and host.count(".") >= 2:
            host = host.removeprefix(prefix)
    host = re.sub(
        r"^([a-z-]{2,12})\.m\.(wikipedia|wiktionary|wikivoyage|wikiquote|wikibooks)\.org$", r"\1.\2.org", host
    )
    return _HOSTS.get(host, host)


def _path(path: str) -> str:
    """One spelling of each character, no index page, no slash at the end. An escaped slash is no slash."""
    pieces = [
        quote(unquote(piece, errors="surrogateescape"), safe="!$&'()*+,;=:@~-._", errors="surrogateescape")
        for piece in path.split("/")
        if piece
    ]
    return _INDEX.sub("/", "".join(f"/{piece}" for piece in pieces)).rstrip("/")


def _known_site(host: str, path: str, query: list[tuple[str, str]]) -> tuple[str, str, list[tuple[str, str]]]:
    """Sites where one page has several addresses that only they know about."""
    keyed = dict(query)
    if host == "youtu.be" and path.count("/") == 1:
        return "youtube.com", "/watch", [("v", path[1:])]
    if host == "youtube.com" and (match := _VIDEO.fullmatch(path)):
        return host, "/watch", [("v", match[1])]
    if host == "youtube.com" and path == "/watch" and "v" in keyed:
        return host, path, [("v", keyed["v"])]
    if host == "arxiv.org" and (match := _ARXIV.fullmatch(path)):
        return host, f"/abs/{match[1]}", []
    if host == "x.com":
        return (
            host,
            re.sub(r"(/status/\d+)/(?:photo|video)/\d+$", r"\1", path),
            [(k, v) for k, v in query if k not in {"s", "t"}],
        )
    if host == "reddit.com":
        # Below `comments/<id>` stands the title; a further part would be a single comment.
        return host, re.sub(r"(/comments/\w+)/[^/]+$", r"\1", path), query
    if path.endswith("/amp"):
        return host, path.removesuffix("/amp"), query
    return host, path, query
