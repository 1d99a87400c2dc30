"""One small document for each form that the reader promises to know, by what has to be read out of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmsync.documents.items import parse
from pmsync.model import Document, Item

FRONT = "---\ndate: 2026-11-20\n---\n"
TWO = ["Add alerting", "Write a runbook"]
URL = "https://github.com/acme/web/issues/7"


def read(text: str) -> Document:
    return parse(f"{FRONT}# Checkout was down\n\n{text}", "a.md")


def section(text: str) -> tuple[Item, ...]:
    return read(f"## Action items\n\n{text}\n").items


def only(text: str) -> Item:
    (item,) = section(text)
    return item


# --- where the items stand ----------------------------------------------------------------------------------------

LISTS = {
    "dashes": "- Add alerting\n- Write a runbook",
    "stars and pluses": "* Add alerting\n\n+ Write a runbook",
    "numbers with brackets": "1) Add alerting\n2) Write a runbook",
    "loose": "- Add alerting\n\n- Write a runbook",
    "indented by a tab": "-\tAdd alerting\n-\tWrite a runbook",
    "details below": "- Add alerting\n  - on every disk\n- Write a runbook\n\n  It is short.",
    "grouped": "- **Monitoring**\n  - Add alerting\n- **Docs**\n  - Write a runbook",
    "grouped twice": "- Team:\n  - Soon:\n    - Add alerting\n  - Later:\n    - Write a runbook",
    "tasks": "- [ ] Add alerting\n- [X] Write a runbook",
    "numbered tasks": "1. [ ] Add alerting\n2. [x] Write a runbook",
    "signs": "- ☐ Add alerting\n- ✅ Write a runbook",
    "table": "| Action | Owner |\n|---|---|\n| Add alerting | alice |\n| Write a runbook | bob |",
    "table without outer pipes": "Action | Owner\n--- | ---\nAdd alerting | alice\nWrite a runbook | bob",
    "table in another order": "| Wer | Bis | Maßnahme |\n|---|---|---|\n| alice | | Add alerting |\n| bob | | Write a runbook |",
    "HTML list": "<ul>\n<li>Add alerting</li>\n<li>Write a runbook</li>\n</ul>",
    "HTML table": "<table><tr><th>Action</th><th>Owner</th></tr>\n<tr><td>Add alerting</td><td>alice</td></tr>\n"
    "<tr><td>Write a runbook</td><td>bob</td></tr></table>",
    "headings": "### 1. Add alerting @alice [detect]\n\nIt was silent.\n\n### 2. Write a runbook @bob\n\nThere was none.",
    "plain lines": "Add alerting\nWrite a runbook",
    "numbered paragraphs": "1\\. Add alerting\n\n2\\. Write a runbook",
    "bold leads": "**Add alerting.** It was silent for an hour.\n\n**Write a runbook.** There was none.",
    "definition-like lines": "- Add alerting\n  Owner: alice\n  Due: 2026-12-01\n- Write a runbook\n  Owner: bob",
    "a comment between": "- Add alerting\n<!-- - Rotate the keys -->\n- Write a runbook",
    "code between": "- Add alerting\n\n  ```\n  - Rotate the keys\n  ```\n\n- Write a runbook",
    "template tags around": "{% raw %}\n- Add alerting\n- Write a runbook\n{% endraw %}",
    "ERB around": "<% if true %>\n\n- Add alerting\n- Write a runbook\n\n<% end %>",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_form_of_a_list_gives_its_two_items(text: str, ends: str) -> None:
    whole = f"{FRONT}# Checkout was down\n\n## Action items\n\n{text}\n".replace("\n", ends)
    assert [item.title.rstrip(".") for item in parse(whole, "a.md").items] == TWO
    assert [item.title.rstrip(".") for item in parse("\ufeff" + whole.rstrip(), "a.md").items] == TWO


HEADINGS = {
    "ATX": "## Action items",
    "closed ATX": "## Action items ##",
    "setext": "Action items\n------------",
    "HTML": "<h2>Action items</h2>",
    "bold": "**Action items**",
    "bold with a colon": "**Action items:**",
    "numbered": "## 7. Action Items",
    "emoji": "## :rocket: Next steps 🚀",
    "escaped": "## \\#7 Action items",
    "corrective": "## Corrective and preventative measures",
    "German": "## Maßnahmen",
    "French": "## Plan d’action",
    "Spanish": "## Próximos pasos",
    "Portuguese": "## Itens de ação",
    "Japanese": "## 再発防止策",
    "Chinese": "## 改进措施",
    "Korean": "## 재발 방지",
    "an entry as a label": "- **Review actions**:",
}


@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS)
def test_each_form_of_a_heading_announces_items(heading: str) -> None:
    indent = "  " if heading.startswith("- ") else ""
    gap = "\n" if indent else "\n\n"
    text = f"{heading}{gap}{indent}- Add alerting\n{indent}- Write a runbook\n"
    assert [item.title for item in read(text).items] == TWO


# --- what an item says of itself ----------------------------------------------------------------------------------

FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "handle": ("- Add alerting @alice", {"owners": ("alice",)}),
    "handle in brackets": ("- Add alerting (@alice)", {"owners": ("alice",)}),
    "name in brackets": ("- Add alerting (Alice)", {"owners": ("Alice",)}),
    "key": ("- Add alerting. Owner: alice", {"owners": ("alice",)}),
    "dash": ("- Add alerting — alice", {"owners": ("alice",)}),
    "e-mail": ("- Add alerting (alice@example.com)", {"owners": ("alice@example.com",)}),
    "account of Jira": ("- Add alerting [~accountid:5b10ac]", {"owners": ("[~accountid:5b10ac]",)}),
    "name to do it": ("- Alice to add alerting", {"owners": ("Alice",)}),
    "team in front": ("- [Platform] Add alerting", {"owners": ("Platform",)}),
    "team": ("- Platform team: add alerting", {"owners": ("Platform team",)}),
    "several": ("- Add alerting (@alice, @bob)", {"owners": ("alice", "bob")}),
    "several by key": ("- Add alerting (owners: alice and bob)", {"owners": ("alice", "bob")}),
    "nobody": ("- Add alerting (owner: TBD)", {"owners": ()}),
    "URL": (f"- Add alerting {URL}", {"tickets": (URL,)}),
    "autolink": (f"- Add alerting <{URL}>", {"tickets": (URL,)}),
    "link": (f"- Add alerting ([issue 7]({URL}))", {"tickets": (URL,)}),
    "the title as a link": (f"- [Add alerting]({URL})", {"tickets": (URL,)}),
    "reference link": (f"- Add alerting [#7][it]\n\n[it]: {URL}", {"tickets": (URL,)}),
    "key of a ticket": ("- PAY-12: Add alerting", {"tickets": ("PAY-12",)}),
    "number": ("- Add alerting (#12)", {"tickets": ("#12",)}),
    "escaped number": ("- Add alerting (\\#12)", {"tickets": ("#12",)}),
    "number elsewhere": ("- Add alerting (acme/web#7)", {"tickets": ("acme/web#7",)}),
    "ticket in details": (f"- Add alerting\n  - {URL}", {"tickets": (URL,)}),
    "ISO date": ("- Add alerting (due 2026-12-01)", {"due": date(2026, 12, 1)}),
    "date in words": ("- Add alerting, due December 1st, 2026", {"due": date(2026, 12, 1)}),
    "date without a year": ("- Add alerting, due Jan 15", {"due": date(2027, 1, 15)}),
    "German date": ("- Add alerting (bis 1. Dezember 2026)", {"due": date(2026, 12, 1)}),
    "Japanese date": ("- Add alerting（期限: 2026年12月1日）", {"due": date(2026, 12, 1)}),
    "date that can only be one": ("- Add alerting (due 13/12/2026)", {"due": date(2026, 12, 13)}),
    "ticked": ("- [x] Add alerting", {"done": True}),
    "not ticked": ("- [ ] Add alerting", {"done": False}),
    "sign": ("- ✅ Add alerting", {"done": True}),
    "word in front": ("- DONE: Add alerting", {"done": True}),
    "word behind": ("- Add alerting — done", {"done": True}),
    "struck through": ("- ~~Add alerting~~", {"done": True}),
    "a group that is completed": ("Completed:\n\n- Add alerting", {"done": True}),
    "a group that is pending": ("- In progress:\n  - Add alerting", {"done": False}),
    "to do": ("- TODO: Add alerting", {"done": False}),
    "priority": ("- [P1] Add alerting", {"priority": "P1"}),
    "priority in bold": ("- **P0** Add alerting", {"priority": "P0"}),
    "kind": ("- [detect] Add alerting", {"kind": "detect"}),
    "kind behind": ("- Add alerting (prevent)", {"kind": "prevent"}),
    "explicit id": ("- AI-3: Add alerting", {"explicit_id": "AI-3"}),
    "all at once": (
        f"- [ ] **P1** Add alerting (owner: alice, due: 2026-12-01) [detect] ([#7]({URL}))",
        {"owners": ("alice",), "due": date(2026, 12, 1), "priority": "P1", "kind": "detect", "tickets": (URL,)},
    ),
}


@pytest.mark.parametrize(("text", "wanted"), FIELDS.values(), ids=FIELDS)
def test_each_form_of_a_field_is_taken_out_of_the_title(text: str, wanted: dict[str, Any]) -> None:
    item = only(text)
    assert item.title.casefold().rstrip(".") == "add alerting"
    assert {name: getattr(item, name) for name in wanted} == wanted


def test_every_column_of_a_table_is_read_in_any_order() -> None:
    table = (
        "| # | Bug | Deadline | Done? | Type | Prio | Who | What |\n|--:|:-:|---|---|---|---|---|:--|\n"
        f"| 1 | [#7]({URL}) | 2026-12-01 | ✅ | detect | P1 | @alice, Bob | Add `a\\|b` to [the alerts](https://acme.example/a) |\n"
    )
    item = only(table)
    assert item.title == "Add a|b to the alerts"
    assert (item.owners, item.due, item.done) == (("alice", "Bob"), date(2026, 12, 1), True)
    assert (item.kind, item.priority, item.tickets, item.explicit_id) == ("detect", "P1", (URL,), None)


@pytest.mark.parametrize("text", ["03/04/2026", "4/3/26", "next week", "Q3"])
def test_a_day_that_is_ambiguous_or_vague_is_no_day_and_an_ambiguous_one_is_told(text: str) -> None:
    document = read(f"## Action items\n\n- Add alerting (due: {text})\n")
    assert [item.due for item in document.items] == [None]
    assert [finding.rule for finding in document.findings] == ["unreadable-date"]
    assert text in document.findings[0].message
    assert ("can mean two days" in document.findings[0].message) == ("/" in text)


PLACEHOLDERS = [
    "...",
    "???",
    "TBD",
    "N/A",
    "None",
    "-",
    "<action>",
    "[Describe the action]",
    "Action item 1",
    "*What to do*",
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_what_a_template_left_is_no_item(text: str) -> None:
    assert section(f"- {text}") == ()
    assert section(f"| Action | Owner |\n|---|---|\n| {text} | |") == ()
