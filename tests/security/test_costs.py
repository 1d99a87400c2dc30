"""No document takes more than its share of time and memory, or ends the program: see `tests.security.costing`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pmsync.documents.items import parse
from pmsync.documents.read import LARGEST, decode
from pmsync.errors import DocumentError
from tests.security.costing import CASES

ROOT = Path(__file__).parents[2]
LOTS = 4


@pytest.mark.parametrize("lot", range(LOTS))
def test_every_hostile_document_costs_what_its_size_allows(lot: int) -> None:
    names = list(CASES)[lot::LOTS]
    command = [sys.executable, "-m", "tests.security.costing", *names]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["name"] for result in results] == names
    wrong = [each for each in results if each["ended"] != 0 or each["seconds"] > each["allowed"]]
    assert wrong == [], done.stderr  # ended: 1 an error, 2 too much memory, -9 or -24 far too much time


def test_what_is_larger_than_that_is_not_read() -> None:
    with pytest.raises(DocumentError, match="larger than 5 MB"):
        decode(b"x" * (LARGEST + 1))


# --- front matter -----------------------------------------------------------------------------------------------

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
)


def said_of(text: str) -> str:
    """What is understood of a document, or what is told of it."""
    try:
        return str(parse(text, "a.md"))
    except DocumentError as error:
        told = str(error)
    assert told.startswith("a.md:")
    assert len(told) < 1_000
    return told


@pytest.mark.parametrize(
    "front",
    [
        BOMB,
        "a: &a [*a]\n",
        "a: &a {b: c}\nd:\n  <<: *a\n",
        "title: !!python/object/apply:os.system ['touch /tmp/owned']\n",
        "title: !!python/name:os.system\n",
        "title: !!binary ////\n",
        "title: !unknown x\n",
        "a: " + "{a: " * 40 + "1" + "}" * 40 + "\n",
        "date: 99999-99-99\n",
        "date: 2026-02-31\n",
        "date: 2026-11-20T99:99:99Z\n",
        f"title: {'9' * 60_000}\n",
        f"id: 0x{'f' * 60_000}\n",
        "severity: .inf\nid: .nan\n",
        "id: 1e999\n",
        "? [a, b]\n: c\ntitle: x\n",
        "{a: b}: c\ntitle: x\n",
        "a: 190:20:30:20:30:20:30:20:30:20:30:20:30\n",
        "a: b\n...\n---\ntitle: two\n",
        "%YAML 9.9\n---\na: b\n",
        "a: b\na: c\n",
        "\ta: b\n",
        "a: \x07\n",
        "a: \ud7ff\ufffe\n",
    ],
)
def test_no_front_matter_is_more_than_a_problem(front: str) -> None:
    """A document that is read, or an error in words; nothing is built, run or grown that stands there."""
    for fence in ("---", "+++"):
        told = said_of(f"{fence}\n{front}{fence}\n# Outage\n\n## Action items\n\n- Repair it\n")
        assert len(told) < 200_000
    assert not Path("/tmp/owned").exists()


@pytest.mark.parametrize("digits", [5_000, 60_000])
def test_an_enormous_number_is_no_error_of_python(digits: int) -> None:
    """Python refuses to turn an integer of more than 4,300 digits into text, and back."""
    number = "9" * digits
    for front in (f"id: {number}", f"title: {number}", f"services: [{number}]", f"x: {number}", f"id: 0x{number}"):
        assert said_of(f"---\n{front}\n---\n## Action items\n\n- Repair it\n")
