"""What each mistake in a configuration is told as: every case is GOOD with one thing broken, and lists all that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, loads
from tests.settings_plugins import ENVIRON, GOOD, PLUGINS, known

#: Name, what is replaced in GOOD (None: the whole file), by what, and all problems as `line:column: key: sentence`.
BROKEN: list[tuple[str, str | None, str, list[str]]] = [
    (
        "a tab",
        "    platform: lemmy\n",
        "\tplatform: lemmy\n",
        ["3:1: found a tab, expected spaces: YAML is indented with spaces"],
    ),
    (
        "a tab after the colon",
        "title: Freechat",
        "title:\tFreechat",
        ["10:11: found a tab, expected spaces: YAML is indented with spaces"],
    ),
    (
        "a second colon",
        "title: Freechat",
        "title: Free: chat",
        [
            "10:16: found a second colon or too deep an indentation, expected `key: value`; put text that holds a colon in quotes"
        ],
    ),
    (
        "text that starts with @",
        "title: Freechat",
        "title: @Freechat",
        ["10:12: found text that starts with a sign of YAML's own (@ ` % & * !), expected quotes around it"],
    ),
    (
        "a quote that is not closed",
        'prefix: "!"',
        'prefix: "!',
        ["13:13: found a quote that is never closed, expected another one"],
    ),
    (
        "a bracket that is not closed",
        "[ana@lemmy.example]",
        "[ana@lemmy.example",
        ["19:40: found a list that was opened with [ and not closed, expected , or ]"],
    ),
    (
        "a brace that is not closed",
        "{platform: memory}",
        "{platform: memory",
        ["8:12: found a mapping that was opened with { and not closed, expected , or }"],
    ),
    (
        "uneven indentation",
        "    url: https://lemmy.example",
        "   url: https://lemmy.example",
        [
            "4:4: found a line that is indented differently or not a `key: value`, expected the indentation of its neighbours"
        ],
    ),
    (
        "a line without a colon",
        "    language: en",
        "    language en",
        ["13:5: found a line without a colon, expected `key: value`"],
    ),
    (
        "a backslash in double quotes",
        'prefix: "!"',
        'prefix: "\\!"',
        ["13:15: found a backslash in double quotes, expected single quotes around it or two backslashes"],
    ),
    (
        "a character that is none",
        'prefix: "!"',
        'prefix: "\\UFFFFFFFF"',
        ["13:14: found an escape or a number that is too large, expected a character that exists"],
    ),
    (
        "half a character",
        'prefix: "!"',
        'prefix: "\\ud83d"',
        ["13:13: communities.freechat.prefix: found an escape that stands for no character, expected text"],
    ),
    (
        "two documents",
        "communities:\n",
        "---\ncommunities:\n",
        ["8:1: found a second document (---), expected one in a file"],
    ),
    (
        "an unknown alias",
        "title: Freechat",
        "title: *Freechat",
        ["10:12: found text that starts with a sign of YAML's own (@ ` % & * !), expected quotes around it"],
    ),
    (
        "a tag that was meant as text",
        'prefix: "!"',
        "prefix: !",
        [
            '13:13: communities.freechat.prefix: found the YAML tag !, expected a plain value; put text that starts with "!" in quotes'
        ],
    ),
    (
        "a tag of Python's",
        "title: Freechat",
        "title: !!python/object/apply:os.system [ls]",
        [
            '10:12: communities.freechat.title: found the YAML tag !!python/object/apply:os.system, expected a plain value; put text that starts with "!" in quotes'
        ],
    ),
    (
        "a bell",
        "title: Freechat",
        "title: Free\x07chat",
        ["10:16: found the unprintable character U+0007, expected text; delete it"],
    ),
    (
        "a list as a key",
        "    title: Freechat",
        "    ? [title]\n    : Freechat",
        [
            "9:3: communities.freechat.title: nothing found, expected a value: the name that people read",
            "10:7: communities.freechat: found a list, a mapping or no text as a key, expected plain text",
        ],
    ),
    (
        "a merge",
        "log: {level: info}",
        "log: {<<: {level: info}}",
        ["24:7: log: found a merge (<<), expected the keys written out; nothing is merged here"],
    ),
    (
        "a key twice",
        "    language: en",
        "    language: en\n    language: de",
        [
            "13:5: communities.freechat.language: found this key a second time (the first is on line 12), expected it once"
        ],
    ),
    (
        "a section twice",
        "log: {level: info}",
        "log: {level: info}\nstorage: {keep_messages: 3d}",
        ["25:1: storage: found this key a second time (the first is on line 23), expected it once"],
    ),
    (
        "nothing before a comment",
        "{account: chat, room: lounge}",
        "\n        account: chat\n        room: #lounge",
        [
            "17:7: communities.freechat.places.lounge: found neither a community nor a room, expected one of them",
            "19:9: communities.freechat.places.lounge.room: warning: found nothing before a comment, expected a value; put text that starts with # in quotes",
        ],
    ),
    (
        "an unknown key",
        "    title:",
        "    titel: x\n    title:",
        [
            "10:5: communities.freechat.titel: found an unknown key (did you mean 'title'?), expected one of: title, zone, language, prefix, moderators_room, places, roles, limits, plugins"
        ],
    ),
    (
        "an unknown key far from any",
        "log: {level: info}",
        "log: {level: info}\nfavourites: 3",
        ["25:1: favourites: found an unknown key, expected one of: accounts, communities, storage, log"],
    ),
    (
        "unknown keys inside",
        "account: lemmy,",
        "acount: lemmy,",
        [
            "2:3: accounts.lemmy: warning: found no place that uses this account, expected one; without it the account does nothing",
            "16:7: communities.freechat.places.freechat.account: nothing found, expected a value: the account that reads and writes there: a name from `accounts`",
            "16:18: communities.freechat.places.freechat.acount: found an unknown key (did you mean 'account'?), expected one of: account, community, room",
        ],
    ),
    (
        "a key that is missing",
        "    username: folkmoot\n",
        "",
        [
            "2:3: accounts.lemmy.username: nothing found, expected a value: the account's name, without @ and server"
        ],
    ),
    (
        "no accounts",
        None,
        "accounts:\ncommunities:\n  a: {title: A, places: {x: {account: b, community: c}}, plugins: {echo: }}\n",
        [
            "1:1: accounts: found nothing, expected at least 1 in it",
            "3:39: communities.a.places.x.account: found 'b', expected one of the accounts: none yet",
        ],
    ),
    (
        "no communities",
        None,
        "accounts: {b: {platform: memory}}\ncommunities: {}\n",
        [
            "1:12: accounts.b: warning: found no place that uses this account, expected one; without it the account does nothing",
            "2:1: communities: found an empty mapping, expected at least 1 in it",
        ],
    ),
    (
        "only one key",
        None,
        "log: {level: debug}\n",
        [
            "1:1: accounts: nothing found, expected a value: the bot's accounts; names are yours",
            "1:1: communities: nothing found, expected a value: the communities that the bot serves; names are yours",
        ],
    ),
    (
        "a list",
        None,
        "- accounts\n- communities\n",
        ["1:1: found a list, expected keys such as accounts: and communities:"],
    ),
    ("a word", None, "hello\n", ["1:1: found text, expected keys such as accounts: and communities:"]),
    (
        "an unknown platform",
        "platform: lemmy",
        "platform: lemy",
        [
            "3:15: accounts.lemmy.platform: found 'lemy', expected one of: lemmy, memory (did you mean 'lemmy'?)"
        ],
    ),
    (
        "matrix, which comes later",
        "{platform: memory}",
        "{platform: matrix}",
        [
            "7:20: accounts.chat.platform: matrix accounts arrive in a later version; known platforms: lemmy, memory"
        ],
    ),
    (
        "no platform",
        "    platform: lemmy\n",
        "",
        ["2:3: accounts.lemmy.platform: nothing found, expected the platform: lemmy or memory"],
    ),
    (
        "a mistyped platform",
        "    platform: lemmy",
        "    platfrm: lemmy",
        [
            "2:3: accounts.lemmy.platform: nothing found (did you mean 'platfrm'?), expected the platform: lemmy or memory"
        ],
    ),
    (
        "an account that is text",
        "{platform: memory}",
        "memory",
        ["7:9: accounts.chat: found 'memory', expected a mapping of `key: value`"],
    ),
    (
        "a bad name for an account",
        "  chat: {platform: memory}",
        "  chat: {platform: memory}\n  my chat: {platform: memory}",
        [
            "8:3: accounts.'my chat': found 'my chat', expected a name of letters, digits, - and _",
            "8:3: accounts.'my chat': warning: found no place that uses this account, expected one; without it the account does nothing",
        ],
    ),
    (
        "an address without a scheme",
        "url: https://lemmy.example",
        "url: lemmy.example",
        ["4:10: accounts.lemmy.url: found no web address, expected one such as https://lemmy.example"],
    ),
    (
        "an address with a password",
        "url: https://lemmy.example",
        "url: https://bot:hunter2@lemmy.example",
        [
            "4:10: accounts.lemmy.url: found a user name or password in the address, expected only https://the-server"
        ],
    ),
    (
        "an address of a community",
        "url: https://lemmy.example",
        "url: https://lemmy.example/c/freechat",
        [
            "4:10: accounts.lemmy.url: found more than the server's name in the address, expected one such as https://lemmy.example"
        ],
    ),
    (
        "an address with a bad port",
        "url: https://lemmy.example",
        "url: https://lemmy.example:99999",
        ["4:10: accounts.lemmy.url: found no usable address, expected one such as https://lemmy.example"],
    ),
    (
        "an address without encryption",
        "url: https://lemmy.example",
        "url: http://lemmy.example",
        [
            "4:10: accounts.lemmy.url: warning: found http, expected https: the password would cross the network in the open"
        ],
    ),
    (
        "a chat room elsewhere",
        "{platform: memory}",
        "{platform: memory, url: 'http://lemmy.example:8536'}",
        [
            "7:33: accounts.chat.url: found an address elsewhere, expected one on this machine such as http://127.0.0.1:8536"
        ],
    ),
    (
        "a password in the open",
        "env:LEMMY_PASSWORD",
        "hunter2",
        [
            "6:5: accounts.lemmy.password: found a secret in the open (not shown here), expected env:NAME or file:/path/of/a/file; put the secret there"
        ],
    ),
    (
        "a password on a line of its own",
        "password: env:LEMMY_PASSWORD",
        "password:\n      hunter2",
        [
            "6:5: accounts.lemmy.password: found a secret in the open (not shown here), expected env:NAME or file:/path/of/a/file; put the secret there"
        ],
    ),
    (
        "a password in a list",
        "env:LEMMY_PASSWORD",
        "[hunter2]",
        [
            "6:5: accounts.lemmy.password: found a secret in the open (not shown here), expected env:NAME or file:/path/of/a/file; put the secret there"
        ],
    ),
    (
        "no password",
        "password: env:LEMMY_PASSWORD",
        "password:",
        ["6:5: accounts.lemmy.password: nothing found, expected env:NAME or file:/path/of/a/file"],
    ),
    (
        "an environment variable that is not set",
        "env:LEMMY_PASSWORD",
        "env:LEMMY_PASWORD",
        [
            "6:5: accounts.lemmy.password: found no environment variable 'LEMMY_PASWORD', expected the secret in it; set it before the start"
        ],
    ),
    (
        "an environment variable that is empty",
        "env:LEMMY_PASSWORD",
        "env:EMPTY",
        [
            "6:5: accounts.lemmy.password: found the environment variable 'EMPTY' empty, expected the secret in it"
        ],
    ),
    (
        "a secret file that is not there",
        "env:LEMMY_PASSWORD",
        "file:nowhere",
        [
            "6:5: accounts.lemmy.password: found no file /etc/folkmoot/nowhere, expected one that holds only the secret"
        ],
    ),
    (
        "an account that nobody uses",
        "  chat: {platform: memory}",
        "  chat: {platform: memory}\n  spare: {platform: memory}",
        [
            "8:3: accounts.spare: warning: found no place that uses this account, expected one; without it the account does nothing"
        ],
    ),
    (
        "a zone that is misspelt",
        "Europe/Berlin",
        "Europe/Berln",
        [
            "11:11: communities.freechat.zone: found 'Europe/Berln', expected a time zone such as Europe/Berlin or UTC (did you mean 'Europe/Berlin'?)"
        ],
    ),
    (
        "a city",
        "Europe/Berlin",
        "new york",
        [
            "11:11: communities.freechat.zone: found 'new york', expected a time zone such as Europe/Berlin or UTC (did you mean 'America/New_York'?)"
        ],
    ),
    (
        "a zone that is a path",
        "Europe/Berlin",
        "../../etc/passwd",
        [
            "11:11: communities.freechat.zone: found '../../etc/passwd', expected a time zone such as Europe/Berlin or UTC"
        ],
    ),
    (
        "a zone that is none",
        "Europe/Berlin",
        "Moon",
        ["11:11: communities.freechat.zone: found 'Moon', expected a time zone such as Europe/Berlin or UTC"],
    ),
    (
        "no language",
        "language: en",
        "language: English please",
        [
            "12:15: communities.freechat.language: found 'English please', expected a language such as en, de or pt-BR"
        ],
    ),
    (
        "a letter as prefix",
        'prefix: "!"',
        "prefix: a",
        ['13:13: communities.freechat.prefix: found \'a\', expected one to three signs such as "!" or "/"'],
    ),
    (
        "an empty title",
        "title: Freechat",
        'title: ""',
        ["10:12: communities.freechat.title: found an empty text, expected some"],
    ),
    (
        "a title that is too long",
        "title: Freechat",
        "title: " + "Freechat" * 40 + "",
        [
            "10:12: communities.freechat.title: found 'FreechatFreechatFreechatFreechatFreechatFreechatFreechatFre…', expected a length of at most 200"
        ],
    ),
    (
        "a title that is a list",
        "title: Freechat",
        "title: [Free, chat]",
        ["10:5: communities.freechat.title: found a list, expected text"],
    ),
    (
        "a title that is nothing",
        "title: Freechat",
        "title: ~",
        ["10:5: communities.freechat.title: found nothing, expected text"],
    ),
    (
        "a moderators' room that is misspelt",
        "moderators_room: modroom",
        "moderators_room: modrom",
        [
            "14:22: communities.freechat.moderators_room: found 'modrom' (did you mean 'modroom'?), expected one of the community's places: freechat, lounge, modroom"
        ],
    ),
    (
        "a moderators' room that is a community",
        "moderators_room: modroom",
        "moderators_room: freechat",
        [
            "14:22: communities.freechat.moderators_room: found 'freechat', which is no room, expected a place with `room:` that only moderators read"
        ],
    ),
    (
        "no places",
        None,
        "accounts: {b: {platform: memory}}\ncommunities:\n  a:\n    title: A\n    places:\n    plugins: {echo: }\n",
        [
            "1:12: accounts.b: warning: found no place that uses this account, expected one; without it the account does nothing",
            "5:5: communities.a.places: found nothing, expected at least 1 in it",
        ],
    ),
    (
        "a place of an unknown account",
        "{account: chat, room: lounge}",
        "{account: chatt, room: lounge}",
        [
            "17:25: communities.freechat.places.lounge.account: found 'chatt' (did you mean 'chat'?), expected one of the accounts: lemmy, chat"
        ],
    ),
    (
        "a place without account",
        "{account: chat, room: lounge}",
        "{room: lounge}",
        [
            "17:7: communities.freechat.places.lounge.account: nothing found, expected a value: the account that reads and writes there: a name from `accounts`"
        ],
    ),
    (
        "a place that is text",
        "lounge: {account: chat, room: lounge}",
        "lounge: chat",
        ["17:15: communities.freechat.places.lounge: found 'chat', expected a mapping of `key: value`"],
    ),
    (
        "a place that is both",
        "{account: chat, room: lounge}",
        "{account: chat, room: lounge, community: lounge}",
        [
            "17:7: communities.freechat.places.lounge: found a community and a room, expected one of them; make two places of it"
        ],
    ),
    (
        "a place that is neither",
        "{account: chat, room: lounge}",
        "{account: chat}",
        [
            "17:7: communities.freechat.places.lounge: found neither a community nor a room, expected one of them"
        ],
    ),
    (
        "a room on Lemmy",
        "{account: lemmy, community: freechat}",
        "{account: lemmy, room: freechat}",
        [
            "16:40: communities.freechat.places.freechat.room: found a room for freechat, expected a community: the account lemmy is on lemmy"
        ],
    ),
    (
        "a community's address",
        "community: freechat}",
        "community: https://lemmy.example/c/freechat}",
        [
            "16:45: communities.freechat.places.freechat.community: found 'https://lemmy.example/c/freechat', expected a community such as freechat or freechat@lemmy.example"
        ],
    ),
    (
        "a room with blanks",
        "room: lounge",
        "room: the lounge",
        [
            "17:37: communities.freechat.places.lounge.room: found 'the lounge', expected a room's name without blanks"
        ],
    ),
    (
        "one room twice",
        "room: lounge",
        "room: modroom",
        [
            "18:38: communities.freechat.places.modroom.room: found the room of the place lounge again, expected each room in one place only"
        ],
    ),
    (
        "one community twice",
        "      lounge:",
        "      other: {account: lemmy, community: Freechat@lemmy.example}\n      lounge:",
        [
            "17:42: communities.freechat.places.other.community: found the community of the place freechat again, expected each community in one place only"
        ],
    ),
    (
        "a place's name twice",
        "storage:",
        "  second:\n    title: Second\n    places: {lounge: {account: chat, room: elsewhere}}\n    plugins: {echo: }\nstorage:",
        [
            "25:14: communities.second.places.lounge: found the place lounge a second time (the first is on line 17), expected a name of its own: places are named once in the whole file"
        ],
    ),
    (
        "a bad name for a place",
        "      lounge:",
        "      the.lounge:",
        [
            "17:7: communities.freechat.places.'the.lounge': found 'the.lounge', expected a name of letters, digits, - and _"
        ],
    ),
    (
        "no plugins",
        "    plugins:\n      greeter: {at: 12:30}\n",
        "",
        [
            "9:3: communities.freechat.plugins: warning: found no plugins, expected at least one; without any the bot does nothing here"
        ],
    ),
    (
        "plugins as a list",
        "      greeter: {at: 12:30}",
        "      - greeter",
        ["21:5: communities.freechat.plugins: found a list, expected a mapping of `key: value`"],
    ),
    (
        "a role that is text",
        "[ana@lemmy.example]",
        "ana@lemmy.example",
        ["19:22: communities.freechat.roles.trusted: found 'ana@lemmy.example', expected a list"],
    ),
    (
        "a role with an empty name",
        "[ana@lemmy.example]",
        "[ana@lemmy.example, '']",
        ["19:42: communities.freechat.roles.trusted[1]: found an empty text, expected some"],
    ),
    (
        "a limit that is a word",
        "bans_per_hour: 5",
        "bans_per_hour: many",
        ["20:29: communities.freechat.limits.bans_per_hour: found 'many', expected a whole number"],
    ),
    (
        "a limit below zero",
        "bans_per_hour: 5",
        "bans_per_hour: -1",
        ["20:29: communities.freechat.limits.bans_per_hour: found '-1', expected at least 0"],
    ),
    (
        "a limit that is no whole number",
        "bans_per_hour: 5",
        "bans_per_hour: 2.5",
        ["20:29: communities.freechat.limits.bans_per_hour: found '2.5', expected a whole number"],
    ),
    (
        "a switch that is neither",
        "bans_per_hour: 5",
        "dry_run: perhaps",
        ["20:23: communities.freechat.limits.dry_run: found 'perhaps', expected yes or no"],
    ),
    (
        "a duration that is none",
        "keep_messages: 30d",
        "keep_messages: a month",
        ["23:26: storage.keep_messages: a duration such as 10m, 2h, 3d or 1w was expected, not 'a month'"],
    ),
    (
        "a duration that is too short",
        "keep_messages: 30d",
        "keep_messages: 2h",
        ["23:26: storage.keep_messages: found '2h', expected at least 1 day"],
    ),
    (
        "a database that is unknown",
        "keep_messages: 30d",
        "database: mysql://localhost/x",
        [
            "23:11: storage.database: found no database that is known here, expected sqlite:///data/folkmoot.db or postgresql://user@host/name"
        ],
    ),
    (
        "a database without a file",
        "keep_messages: 30d",
        "database: sqlite://data.db",
        [
            "23:11: storage.database: found sqlite: without three slashes and the name of a file, expected sqlite:///data/folkmoot.db or postgresql://user@host/name"
        ],
    ),
    (
        "a database that is a folder",
        "keep_messages: 30d",
        "database: sqlite:///data/",
        [
            "23:11: storage.database: found sqlite: without three slashes and the name of a file, expected sqlite:///data/folkmoot.db or postgresql://user@host/name"
        ],
    ),
    (
        "a database that is a list",
        "keep_messages: 30d",
        "database: []",
        [
            "23:11: storage.database: found no text, expected sqlite:///data/folkmoot.db or postgresql://user@host/name"
        ],
    ),
    (
        "a database with a password",
        "keep_messages: 30d",
        'database: "postgresql://bot:hunter2@db/folkmoot"',
        [
            "23:11: storage.database: found a password in the open (not shown here), expected the whole address as env:NAME or file:/path"
        ],
    ),
    (
        "a level that is misspelt",
        "level: info",
        "level: debgu",
        ["24:14: log.level: found 'debgu', expected debug, info, warning or error (did you mean 'debug'?)"],
    ),
    (
        "a plugin that is misspelt",
        "greeter:",
        "greter:",
        [
            "22:7: communities.freechat.plugins.greter: found an unknown plugin (did you mean 'greeter'?), expected one of: clumsy, copycat, echo, greeter, usurper, wild"
        ],
    ),
    (
        "a plugin that cannot be",
        "greeter:",
        "../greeter:",
        [
            "22:7: communities.freechat.plugins.'../greeter': found an unknown plugin (did you mean 'greeter'?), expected one of: clumsy, copycat, echo, greeter, usurper, wild"
        ],
    ),
    (
        "a plugin whose settings are text",
        "greeter: {at: 12:30}",
        "greeter: at noon",
        ["22:16: communities.freechat.plugins.greeter: found 'at noon', expected a mapping of `key: value`"],
    ),
    (
        "one command in two plugins",
        "      greeter: {at: 12:30}",
        "      greeter: {at: 12:30}\n      copycat:",
        [
            "23:7: communities.freechat.plugins.copycat: found the command !hi in greeter and in copycat, expected it in one; leave one of them out"
        ],
    ),
    (
        "a command of the core",
        "      greeter: {at: 12:30}",
        "      usurper:",
        [
            "22:7: communities.freechat.plugins.usurper: found the command !help in the core and in usurper, expected it in one; leave one of them out"
        ],
    ),
    (
        "a plugin that fails at its check",
        "greeter: {at: 12:30}",
        "clumsy: {}",
        [
            "22:7: communities.freechat.plugins.clumsy: the plugin could not check its settings (RuntimeError: it broke); tell its author"
        ],
    ),
    (
        "a plugin with a command that cannot be called",
        "greeter: {at: 12:30}",
        "wild: {}",
        [
            "22:7: communities.freechat.plugins.wild: plugin wild: _wild: parameter thing: collections.abc.Mapping[str, int] cannot be read from words; supported are str, int, float, bool, timedelta, date, Literal[…], Person, Rest, and each of them with “| None” or a default; tell its author"
        ],
    ),
    (
        "a key that the plugin does not know",
        "{at: 12:30}",
        "{att: 12:30}",
        [
            "22:17: communities.freechat.plugins.greeter.att: found an unknown key (did you mean 'at'?), expected one of: at, loud, count, share, wait, tone, words, holidays, guests, rules, limit, what, names, code"
        ],
    ),
    (
        "a time without minutes",
        "{at: 12:30}",
        "{at: 12}",
        ["22:21: communities.freechat.plugins.greeter.at: found '12', expected a time such as 12:30"],
    ),
    (
        "a time with a point",
        "{at: 12:30}",
        "{at: 12.30}",
        ["22:21: communities.freechat.plugins.greeter.at: found '12.30', expected a time such as 12:30"],
    ),
    (
        "a time that is none",
        "{at: 12:30}",
        "{at: noon}",
        ["22:21: communities.freechat.plugins.greeter.at: found 'noon', expected a time such as 12:30"],
    ),
    (
        "a time after midnight",
        "{at: 12:30}",
        "{at: 24:30}",
        ["22:21: communities.freechat.plugins.greeter.at: found '24:30', expected a time such as 12:30"],
    ),
    (
        "a number that is too large",
        "{at: 12:30}",
        "{count: 21}",
        ["22:24: communities.freechat.plugins.greeter.count: found '21', expected at most 20"],
    ),
    (
        "a number that is too small",
        "{at: 12:30}",
        "{count: 0}",
        ["22:24: communities.freechat.plugins.greeter.count: found '0', expected at least 1"],
    ),
    (
        "a share that is all",
        "{at: 12:30}",
        "{share: 1}",
        ["22:24: communities.freechat.plugins.greeter.share: found '1', expected less than 1"],
    ),
    (
        "a share that is nothing",
        "{at: 12:30}",
        "{share: 0}",
        ["22:24: communities.freechat.plugins.greeter.share: found '0', expected more than 0"],
    ),
    (
        "a share that is a word",
        "{at: 12:30}",
        "{share: half}",
        ["22:24: communities.freechat.plugins.greeter.share: found 'half', expected a number"],
    ),
    (
        "a wait that is too short",
        "{at: 12:30}",
        "{wait: 1s}",
        ["22:23: communities.freechat.plugins.greeter.wait: found '1s', expected at least 1 minute"],
    ),
    (
        "a wait without unit",
        "{at: 12:30}",
        "{wait: 10}",
        [
            "22:23: communities.freechat.plugins.greeter.wait: a duration such as 10m, 2h, 3d or 1w was expected, not '10'"
        ],
    ),
    (
        "a very long duration",
        "{at: 12:30}",
        "{wait: " + "x" * 100 + "}",
        [
            "22:23: communities.freechat.plugins.greeter.wait: a duration such as 10m, 2h, 3d or 1w was expected, not 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"
        ],
    ),
    (
        "a word of a few",
        "{at: 12:30}",
        "{tone: wram}",
        [
            "22:23: communities.freechat.plugins.greeter.tone: found 'wram', expected warm or cool (did you mean 'warm'?)"
        ],
    ),
    (
        "words that are one",
        "{at: 12:30}",
        "{words: hello}",
        ["22:24: communities.freechat.plugins.greeter.words: found 'hello', expected a list"],
    ),
    (
        "a word that the plugin refuses",
        "{at: 12:30}",
        "{words: [hi, HEY]}",
        ["22:17: communities.freechat.plugins.greeter.words: found 'HEY', expected a kind word"],
    ),
    (
        "a list in a list",
        "{at: 12:30}",
        "{words: [hi, [hey]]}",
        ["22:29: communities.freechat.plugins.greeter.words[1]: found a list, expected text"],
    ),
    (
        "a date that is a number",
        "{at: 12:30}",
        "{holidays: [20261224]}",
        [
            "22:28: communities.freechat.plugins.greeter.holidays[0]: found '20261224', expected a date such as 2026-12-24"
        ],
    ),
    (
        "a date that is none",
        "{at: 12:30}",
        "{holidays: [2026-02-30]}",
        [
            "22:28: communities.freechat.plugins.greeter.holidays[0]: found '2026-02-30', expected a date such as 2026-12-24"
        ],
    ),
    (
        "too many dates",
        "{at: 12:30}",
        "{holidays: [2026-01-01, 2026-01-02, 2026-01-03]}",
        ["22:17: communities.freechat.plugins.greeter.holidays: found a list, expected at most 2 in it"],
    ),
    (
        "a file that is not there",
        "{at: 12:30}",
        "{guests: guests.txt}",
        [
            "22:25: communities.freechat.plugins.greeter.guests: found no file guests.txt, expected a list of names"
        ],
    ),
    (
        "a key inside a list",
        "{at: 12:30}",
        "{rules: [{word: x}, {wrd: y}]}",
        [
            "22:36: communities.freechat.plugins.greeter.rules[1].word: nothing found, expected a value: the word that is waited for",
            "22:37: communities.freechat.plugins.greeter.rules[1].wrd: found an unknown key (did you mean 'word'?), expected one of: word, times",
        ],
    ),
    (
        "what the plugin finds inside a list",
        "{at: 12:30}",
        '{rules: [{word: x}, {word: ""}]}',
        ["22:43: communities.freechat.plugins.greeter.rules[1].word: found an empty word, expected one"],
    ),
    (
        "neither of two kinds",
        "{at: 12:30}",
        "{limit: lots}",
        ["22:24: communities.freechat.plugins.greeter.limit: found 'lots', expected a whole number or none"],
    ),
    (
        "neither text nor rule",
        "{at: 12:30}",
        "{what: [x]}",
        [
            "22:17: communities.freechat.plugins.greeter.what: found a list, expected text or a mapping of `key: value`"
        ],
    ),
    (
        "a rule, but a wrong one",
        "{at: 12:30}",
        "{what: {word: x, times: often}}",
        ["22:40: communities.freechat.plugins.greeter.what.times: found 'often', expected a whole number"],
    ),
    (
        "a value in a mapping",
        "{at: 12:30}",
        "{names: {ana: 3, bo: three}}",
        ["22:37: communities.freechat.plugins.greeter.names.bo: found 'three', expected a whole number"],
    ),
    (
        "text of the wrong form",
        "{at: 12:30}",
        "{code: ABC}",
        [
            "22:23: communities.freechat.plugins.greeter.code: found 'ABC', expected text of the form ^[a-z]{3}$"
        ],
    ),
    (
        "text that is too short",
        "{at: 12:30}",
        "{code: ''}",
        ["22:23: communities.freechat.plugins.greeter.code: found '', expected a length of at least 1"],
    ),
    (
        "a very large number",
        "{at: 12:30}",
        "{count: " + "9" * 5000 + "}",
        [
            "22:24: communities.freechat.plugins.greeter.count: found '99999999999999999999999999999999999999999999999999999999999…', expected a whole number"
        ],
    ),
]


def problems(text: str) -> list[str]:
    """All problems of a configuration, warnings included."""
    try:
        found = loads(
            text,
            "config.yaml",
            PLUGINS.get,
            {**ENVIRON, "EMPTY": " "},
            folder=Path("/etc/folkmoot"),
            known=known,
        ).warnings
    except SettingsError as error:
        found = error.problems
    return [str(problem) for problem in found]


@pytest.mark.parametrize(("old", "new", "expected"), [pytest.param(*row[1:], id=row[0]) for row in BROKEN])
def test_a_mistake_is_told_with_its_place_and_its_remedy(
    old: str | None, new: str, expected: list[str]
) -> None:
    assert old is None or old in GOOD
    text = new if old is None else GOOD.replace(old, new, 1)
    assert problems(text) == [f"config.yaml:{line}" for line in expected]


def test_the_configuration_that_is_broken_above_is_right_without_that() -> None:
    assert problems(GOOD) == []


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("Europe/Berlin", "Berlin").replace("username:", "user:").replace("12:30", "noon")
    assert problems(text) == [
        "config.yaml:2:3: accounts.lemmy.username: nothing found, expected a value: the account's name, without @ and server",
        "config.yaml:5:5: accounts.lemmy.user: found an unknown key (did you mean 'username'?), "
        "expected one of: platform, url, username, password",
        "config.yaml:11:11: communities.freechat.zone: found 'Berlin', expected a time zone such as Europe/Berlin or UTC "
        "(did you mean 'Europe/Berlin'?)",
        "config.yaml:22:21: communities.freechat.plugins.greeter.at: found 'noon', expected a time such as 12:30",
    ]
