"""Each story is told to every server there is."""

from __future__ import annotations

import pytest

from tests.lemmy_contract.town import SERVERS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", SERVERS)
