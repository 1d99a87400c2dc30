"""What all tests share: the options of this suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-crash-point", action="store_true", help="hit every effect of every run, in every way (scripts/soak)"
    )
