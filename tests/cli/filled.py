"""A repository with a filled ledger, for the commands that only read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pmsync.cli.app import App
from pmsync.cli.main import main
from pmsync.ledger import Ledger
from pmsync.model import Document, Fields, Finding, Refusal, Status
from tests.ledger.samples import intent, item, link, ticket

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DUE = {"late": date(2026, 11, 20), "soon": date(2026, 11, 27)}

CONFIG = """
[documents]
namespace = "acme/web"
web_url = "https://git.acme.example/web/{path}#L{line}"
[trackers.payments]
type = "jira"
url = "https://acme.atlassian.net"
project = "PAY"
email_env = "JIRA_EMAIL"
token_env = "JIRA_TOKEN"
[people.alice]
name = "Alice Liddell"
aliases = ["al"]
email = "alice@example.com"
jira = "5b10"
[people.bob]
email = "bob@example.com"
"""

DOCUMENTS = [
    Document("outage", "postmortems/outage.md", "Outage", severity="SEV-1", services=("payments",), date=DUE["late"]),
    Document("draft", "postmortems/draft.md", "Draft", severity="sev2", draft=True),
    Document("secret", "postmortems/secret/leak.md", "Leak", restricted=True),
]

LAG = Fields("Alert on lag", ("bob",))

ITEMS = [
    item("aaaaaaaaaaaa", "outage", "Fix the pager", line=10, standing="ticketed", due=DUE["late"], due_from="sla"),
    item("aaaabbbbbbbb", "outage", "Alert on lag", line=11, standing="ticketed", fields=LAG),
    item("cccccccccccc", "outage", "Write runbook", line=12, standing="ticketed", due=date(2026, 11, 1)),
    item("dddddddddddd", "outage", "Add a test", line=13, standing="new", fields=Fields("Add a test", ("Al",))),
    item("eeeeeeeeeeee", "outage", "Ask the vendor", line=14, standing="undecided", note="like an edited item"),
    item("ffffffffffff", "outage", "Old idea", line=15, standing="listed", note="older than documents.since"),
    item("gggggggggggg", "draft", "Maybe", line=3, standing="proposed", note="the document is a draft"),
    item("hhhhhhhhhhhh", "secret", "=Rotate | the <key>", line=5, standing="ticketed", due=DUE["soon"]),
    item("iiiiiiiiiiii", "outage", "In doubt", line=16, standing="new"),
    item("jjjjjjjjjjjj", "outage", "Too long", line=17, standing="refused"),
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """The repository, and a way to run pmsync in it."""

    root: Path
    environ: dict[str, str]
    now: datetime = NOW

    @property
    def ledger(self) -> Path:
        return self.root / ".pmsync" / "ledger.db"

    def run(self, *args: str, cwd: str = ".", **environ: str) -> int:
        app = App(environ={**self.environ, **environ}, cwd=self.root / cwd, now=lambda: self.now)
        return main(list(args), app)


def make(root: Path) -> Place:
    (root / "pmsync.toml").write_text(CONFIG)
    return Place(
        root, {"HOME": str(root), "PATH": "/usr/bin:/bin", "LOGNAME": "nobody-known", "GIT_CONFIG_NOSYSTEM": "1"}
    )


def fill(place: Place, *, ok: bool = True, ago: timedelta = timedelta(minutes=5)) -> None:
    at = NOW - ago
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(at, host="web1", pid=42, scope="")
        ledger.save_documents(run, at, DOCUMENTS, ITEMS, judged=[d.id for d in DOCUMENTS], gone=[])
        ledger.save_links(run, at, _links(), "pmsync")
        closed = replace(_links()[2], ticket=replace(_links()[2].ticket, status=Status.DONE, state="Done"))
        ledger.save_links(run, at, [closed], "tracker")
        ledger.announce(run, at, [intent("iiiiiiiiiiii", "outage")])
        ledger.refuse(run, [Refusal("jjjjjjjjjjjj", "create", "d", "summary is too long", at)])
        ledger.save_accounts("payments", at, {"bob": "7c20"})
        finding = Finding("drift", "warning", "ticked, but PAY-1 is open", "close it", "postmortems/outage.md", 10)
        ledger.end_run(run, at, ok=ok, counts={"create": 3}, findings=[finding])


def _links() -> list:
    first = link("aaaaaaaaaaaa", "outage", "PAY-1")
    second = link("aaaabbbbbbbb", "outage", "PAY-2")
    return [
        replace(first, ticket=ticket("PAY-1", assignees=("5b10",))),
        replace(second, pushed=Fields("Alert on lags", ("bob",))),
        replace(link("cccccccccccc", "outage", "PAY-3"), ticket=ticket("PAY-3", assignees=("7c20",))),
        replace(link("hhhhhhhhhhhh", "secret", "PAY-4"), ticket=ticket("PAY-4", assignees=("7c20", "gone-account"))),
    ]
