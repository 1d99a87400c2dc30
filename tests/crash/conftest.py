"""The process that forks the runs of these tests ends with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.scene import server


@pytest.fixture(scope="session", autouse=True)
def _server() -> Iterator[None]:
    yield
    if server.cache_info().currsize:
        server().stop()
