from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from tests.ledger.samples import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".pmsync" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(path) as opened:
        yield opened


@pytest.fixture
def run(ledger: Ledger) -> int:
    return ledger.begin_run(NOON, host="host", pid=1, scope="")
