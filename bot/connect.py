"""The accounts of a configuration as adapters: the only module that knows every platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import assert_never

from bot.clock import Clock
from bot.model import Place
from bot.needs import Needs, needs
from bot.platforms.lemmy import LemmyAdapter, Pace
from bot.platforms.memory import MemoryAdapter
from bot.platforms.memory.remote import RemoteWorld
from bot.platforms.protocol import Adapter
from bot.prefixes import Prefixes, heard
from bot.settings import Loaded
from bot.settings.models import LemmyAccount, MatrixAccount, MemoryAccount


def connect(loaded: Loaded, clock: Clock, *, ask: Callable[[str], str] | None = None) -> list[Adapter]:
    """An adapter for each configured account; nothing is opened yet. `ask` gets a code for an account from a human."""
    adapters: list[Adapter] = []
    paces: dict[str, Pace] = {}
    for name, account in loaded.configuration.accounts.items():
        places = {p.alias: p for c in loaded.communities.values() for p in c.places if p.account == name}
        prefixes = heard(loaded.communities.values(), name)
        match account:
            case LemmyAccount():
                token = loaded.path.parent / "data" / f"{name}.token"
                adapters.append(
                    LemmyAdapter(
                        name,
                        account.url,
                        account.username,
                        account.password.reveal,
                        places,
                        clock,
                        token_file=token,
                        totp=account.totp.reveal if account.totp else None,
                        ask=partial(ask, name) if ask else None,
                        contact=account.contact or "",
                        pace=paces.setdefault(account.url, Pace()),
                        prefixes=tuple(
                            sorted({one for heard_there in prefixes.values() for one in heard_there})
                        ),
                    )
                )
            case MatrixAccount():
                adapters.append(_matrix(name, account, places, prefixes, clock, loaded))
            case MemoryAccount():
                adapters.append(
                    MemoryAdapter(name, places, RemoteWorld(account.url), clock, prefixes=prefixes)
                )
            case _:
                assert_never(account)
    return adapters


def _matrix(
    name: str,
    account: MatrixAccount,
    places: Mapping[str, Place],
    prefixes: Prefixes,
    clock: Clock,
    loaded: Loaded,
) -> Adapter:
    # Nobody pays for a platform that they do not use.
    from bot.platforms.matrix import Credentials, MatrixAdapter  # noqa: PLC0415
    from bot.platforms.matrix.encryption import Means, opener  # noqa: PLC0415

    folder = loaded.path.parent
    means = Means(
        account.password.reveal if account.password else None,
        account.recovery_key.reveal if account.recovery_key else None,
        reset=account.reset_identity,
    )
    return MatrixAdapter(
        name,
        account.url,
        Credentials(
            user=account.user,
            password=account.password.reveal if account.password else None,
            token=account.token.reveal if account.token else None,
            file=folder / "data" / f"{name}.session",
        ),
        places,
        clock,
        prefixes=prefixes,
        invites_from=account.invites_from,
        talks=account.private_talks,
        bots=account.bots,
        loud=() if account.posts_as_notices else places,
        cipher=opener(folder / "data" / f"{name}.crypto", means, clock.now) if account.encryption else None,
        needs=_needs(loaded),
    )


def _needs(loaded: Loaded) -> dict[str, Needs]:
    """What each place's plugins need there."""
    found: dict[str, Needs] = {}
    for name, community in loaded.communities.items():
        served = loaded.plugin_settings[name].items()
        found |= needs(community, [(loaded.plugins[plugin], settings) for plugin, settings in served])
    return found
