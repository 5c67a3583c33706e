"""Shared by all tests: plain `async def test_…` functions run in an event loop of their own."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.synapse"]

# The machine may be shared: how long an example takes says nothing about the law.
settings.register_profile("folkmoot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("folkmoot")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a coroutine test; one small hook instead of a plugin."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture(params=[3, 4], ids=["v3", "v4"])
def lemmy_api(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """A story about Lemmy is told on servers that speak version 3 and version 4; see `lemmy_town.API`."""
    monkeypatch.setattr("tests.lemmy_town.API", request.param)
    return int(request.param)
