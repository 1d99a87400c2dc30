"""What all tests share: the options of this suite."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A machine that is busy with other things takes its time over an example now and then, which says nothing of the code.
settings.register_profile("pmsync", deadline=None)
settings.load_profile("pmsync")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="every fault at every request, every crash point, all large")
