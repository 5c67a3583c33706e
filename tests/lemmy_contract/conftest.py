"""Each story is told to every server there is."""

from __future__ import annotations

import pytest

from tests.lemmy_contract.town import SERVERS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", SERVERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real server, built for debugging and sharing the machine with others, takes its time."""
    for item in items:
        if (
            "lemmy_contract" in item.nodeid
            and "real-" in item.name
            and not item.get_closest_marker("timeout")
        ):
            item.add_marker(pytest.mark.timeout(900))
