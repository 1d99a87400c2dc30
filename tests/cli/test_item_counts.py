"""Every item is accounted for: what `plan` and `sync` say of those with a ticket, and of those without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CONFIG, LATER, Run, write

NEW = """# Checkout was slow

**Date:** 2026-11-20

## Action items

- Add an alert on latency
- [x] Restart the pool
- ~~Rewrite everything in Rust~~
- Move sessions out of the database (https://tracker.elsewhere.example/browse/OPS-7)
- Close connections after use
"""
DRAFT = NEW.replace("# Checkout was slow", "---\nstatus: draft\ntitle: Draft\ndate: 2026-11-21\n---\n# Draft")
OLD = NEW.replace("2026-11-20", "2026-10-01").replace("Checkout", "Search")
RESTRICTED = "---\nvisibility: restricted\ndate: 2026-11-22\n---\n# Keys\n\n## Action items\n\n- Turn the keys\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    documents = {"new": NEW, "draft": DRAFT, "old": OLD, "restricted": RESTRICTED}
    return write(
        tmp_path, {"pmsync.toml": CONFIG, **{f"postmortems/{name}.md": text for name, text in documents.items()}}
    )


def test_plan_and_sync_account_for_every_item(run: Run, place: Path) -> None:
    total = len(
        [item for each in json.loads(run("extract", "postmortems", "--format", "json").out) for item in each["items"]]
    )
    plan = json.loads(run("plan", "--format", "json").out)
    assert sum(plan["items"].values()) == total
    assert plan["items"]["new"] == 2
    text = run("plan").out
    line = next(line for line in text.splitlines() if line.startswith(f"{total} items: "))
    assert "2 to create" in line
    assert "before documents.since (2026-11-01)" in text
    done = json.loads(run("sync", "--format", "json", now=LATER).out)
    assert sum(done["items"].values()) == total
    assert done["items"]["ticketed"] == 2
    for name, count in plan["items"].items():
        assert name in {"new", "ticketed"} or done["items"][name] == count
    assert plan["items"] == {"new": 2, "external": 2, "restricted": 1, "proposed": 5, "listed": 2, "done": 4}


def test_a_first_plan_that_creates_nothing_says_why_and_what_to_do(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG.replace("2026-11-01", "2026-12-01"), "postmortems/new.md": NEW})
    out = run("plan").out
    assert out.startswith("No changes.\n")
    assert "2 before documents.since (2026-12-01)" in out
    assert "To give those 2 items tickets, set an earlier date as documents.since." in " ".join(out.split())


def test_agreement_is_claimed_only_where_nothing_is_found(
    run: Run, tmp_path: Path, terminal: Callable[..., tuple[Any, Any]]
) -> None:
    write(
        tmp_path,
        {
            "pmsync.toml": CONFIG,
            "postmortems/new.md": "# A\n\n**Date:** 2026-11-20\n\n## Action items\n\n- Add an alert\n",
        },
    )
    run("sync")
    run("tickets", "close", "LOCAL-1", now=LATER)
    out, _ = terminal()
    run("sync", now=LATER)
    out.truncate(0)
    run("sync", now=LATER)
    assert "agree" in out.getvalue()
    (tmp_path / "postmortems/new.md").write_text(
        "# A\n\n**Date:** 2026-11-20\n\n## Action items\n\n- [ ] Add an alert (owner: zed)\n"
    )
    run("sync", now=LATER)
    out.truncate(0)
    run("sync", now=LATER)
    assert "agree" not in out.getvalue()


def test_without_a_token_a_ticket_of_the_configured_repository_is_not_elsewhere(run: Run, tmp_path: Path) -> None:
    config = CONFIG.replace('type = "local"', 'type = "github"\nrepo = "acme/web"')
    named = "https://github.com/acme/web/issues/7", "#12", "https://github.com/acme/other/issues/8"
    items = "".join(
        f"- Add an alert for {number} ({text})\n" for number, text in zip(("one", "two", "three"), named, strict=True)
    )
    write(
        tmp_path,
        {"pmsync.toml": config, "postmortems/new.md": f"# A\n\n**Date:** 2026-11-20\n\n## Action items\n\n{items}"},
    )
    plan = json.loads(run("plan", "--format", "json").out)
    assert plan["items"] == {"external": 1, "waiting": 2}
    (finding,) = [each for each in plan["findings"] if each["rule"] == "no-ticket"]
    assert "acme/other" in finding["message"]
    assert "acme/web/issues/7" not in finding["message"]
