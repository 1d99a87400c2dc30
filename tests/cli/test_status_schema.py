"""docs/status.schema.json describes what `pmsync status --format json` says, all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pmsync.ledger import Ledger
from pmsync.model import Status
from pmsync.reports.status import StatusRow
from tests.cli.filled import NOW, Place, fill, make
from tests.ledger.samples import document, item

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "status.schema.json").read_text())
FIELDS = SCHEMA["$defs"]["item"]["properties"]


@pytest.fixture
def filled(tmp_path: Path) -> Place:
    place = make(tmp_path)
    fill(place)
    return place


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "args",
    [(), ("--all",), ("--mine",), ("--limit", "2"), ("--overdue",), ("--severity", "sev4"), ("--due-within", "1w")],
    ids=" ".join,
)
def test_every_answer_is_as_the_schema_says(filled: Place, capsys, args: tuple[str, ...]) -> None:
    assert filled.run("status", "--format", "json", *args, PMSYNC_USER="alice") == 0
    value = json.loads(capsys.readouterr().out)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(value)] == []


def test_an_answer_of_an_empty_ledger_is_too(tmp_path: Path, capsys) -> None:
    place = make(tmp_path)
    Ledger.open(place.ledger).close()
    assert place.run("status", "--format", "json") == 0
    value = json.loads(capsys.readouterr().out)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(value)] == []
    assert (value["last_good_sync"], value["why_empty"]) == (
        None,
        "The ledger knows no items yet; `pmsync sync` reads the documents.",
    )


@pytest.mark.parametrize(
    "standing",
    ["new", "proposed", "listed", "external", "done", "waiting", "undecided", "blocked", "refused", "wont_do"],
)
def test_every_status_is_in_the_schema(tmp_path: Path, capsys, standing: str) -> None:
    place = make(tmp_path)
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        ledger.save_documents(run, NOW, [document()], [item(standing=standing)], judged=["outage.md"], gone=[])
    assert place.run("status", "--all", "--format", "json") == 0
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [row["status"] for row in value["items"]] == [standing]
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(value)] == []


def test_the_schema_has_the_fields_of_a_row_and_the_page_explains_each() -> None:
    assert list(FIELDS) == list(StatusRow._fields)
    assert set(Status) <= set(FIELDS["status"]["enum"])
    page = (DOCS / "status.md").read_text()
    missing = [name for name in (*FIELDS, *SCHEMA["properties"]) if f"`{name}`" not in page]
    assert missing == []
    assert "status.schema.json" in page
