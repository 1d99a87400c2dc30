"""Where links and ticks are written, form by form."""

from __future__ import annotations

import pytest

from pmsync.config.settings import Vocabulary
from pmsync.documents.items import parse
from pmsync.errors import DocumentError
from pmsync.model import Document, Finding, Ref, Status, Tick
from pmsync.writeback import Rewrite, Ticketed, choose, rewrite

HEAD = "# Checkout was down\n\n**Date:** 2026-11-20\n\n## Action items\n\n"
LINK = "[PAY-7](https://acme.example/browse/PAY-7)"
REF = Ref("jira", "7", "PAY-7", "https://acme.example/browse/PAY-7")
LOCAL = Ref("local", "7", "LOCAL-7", "local:local/7")


def write(
    body: str,
    *,
    status: Status = Status.OPEN,
    which: int = 0,
    ref: Ref = REF,
    ours: Tick | None = None,
    head: str = HEAD,
) -> Rewrite:
    """One item of a document gets its ticket written."""
    text = head + body
    document = parse(text, "a.md")
    return rewrite(text, document, [Ticketed(which, "u1", ref, status, ours)])


def body(made: Rewrite, head: str = HEAD) -> str:
    assert made.text.startswith(head)
    return made.text.removeprefix(head)


# --- links --------------------------------------------------------------------------------------------------------

TABLE = "| Action | Owner | Ticket |\n|---|:--|---|\n"
LINKS = {
    "bullet": ("- Add an alert\n", f"- Add an alert ({LINK})\n"),
    "star": ("* Add an alert.\n", f"* Add an alert. ({LINK})\n"),
    "number": ("1. Add an alert\n2. Fix it\n", f"1. Add an alert ({LINK})\n2. Fix it\n"),
    "task": ("- [ ] Add an alert\n", f"- [ ] Add an alert ({LINK})\n"),
    "done task": ("- [x] Add an alert\n", f"- [x] Add an alert ({LINK})\n"),
    "before who ends it": ("- Add an alert @alice\n", f"- Add an alert ({LINK}) @alice\n"),
    "before several": ("- Add an alert @alice, @bob\n", f"- Add an alert ({LINK}) @alice, @bob\n"),
    "before blanks": ("- Add an alert  \t\n", f"- Add an alert ({LINK})  \t\n"),
    "before a hard break": ("- Add an alert\\\n  Owner: alice\n", f"- Add an alert ({LINK})\\\n  Owner: alice\n"),
    "fields in brackets": (
        "- Add an alert (owner: alice, due: 2026-12-01)\n",
        f"- Add an alert (owner: alice, due: 2026-12-01) ({LINK})\n",
    ),
    "fields in sentences": (
        "- Add an alert. **Owner:** Alice. **Priority:** P1\n",
        f"- Add an alert. ({LINK}) **Owner:** Alice. **Priority:** P1\n",
    ),
    "a sentence over lines": ("- Add an alert for\n  the disks\n", f"- Add an alert for\n  the disks ({LINK})\n"),
    "details below": ("- Add an alert\n  - on every disk\n", f"- Add an alert ({LINK})\n  - on every disk\n"),
    "nested": ("- Soon:\n\t- Add an alert\n", f"- Soon:\n\t- Add an alert ({LINK})\n"),
    "quoted": ("> - [ ] Add an alert\n", f"> - [ ] Add an alert ({LINK})\n"),
    "struck": ("- ~~Add an alert~~\n", f"- ~~Add an alert~~ ({LINK})\n"),
    "heading": (
        "### 1. Add an alert @alice [detect]\n\nIt hurts.\n",
        f"### 1. Add an alert @alice [detect] ({LINK})\n\nIt hurts.\n",
    ),
    "closed heading": ("### 1. Add an alert ###\n\nIt hurts.\n", f"### 1. Add an alert ({LINK}) ###\n\nIt hurts.\n"),
    "plain line": ("TODO: Add an alert\n", f"TODO: Add an alert ({LINK})\n"),
    "bold lead": (
        "**Add an alert.** We will page\nwho is on call.\n",
        f"**Add an alert. ({LINK})** We will page\nwho is on call.\n",
    ),
    "empty cell": (TABLE + "| Add an alert | Alice |  |\n", TABLE + f"| Add an alert | Alice | {LINK} |\n"),
    "no blank at all": (TABLE + "|Add an alert|Alice||\n", TABLE + f"|Add an alert|Alice| {LINK} |\n"),
    "wide cell": (TABLE + f"| Add | Alice | {'':60}|\n", TABLE + f"| Add | Alice | {LINK:60}|\n"),
    "placeholder": (TABLE + "| Add an alert | Alice | TBD |\n", TABLE + f"| Add an alert | Alice | {LINK} |\n"),
    "wide placeholder": (TABLE + f"| Add | Alice | {'-':59} |\n", TABLE + f"| Add | Alice | {LINK:59} |\n"),
    "filled cell": (TABLE + "| Add | Alice | later |\n", TABLE + f"| Add ({LINK}) | Alice | later |\n"),
    "short row": (TABLE + "| Add an alert | Alice |\n", TABLE + f"| Add an alert ({LINK}) | Alice |\n"),
    "no pipes outside": (
        "Action | Owner\n---|---\nAdd an alert | Alice\n",
        f"Action | Owner\n---|---\nAdd an alert ({LINK}) | Alice\n",
    ),
    "escaped pipe": (TABLE + "| Add a\\|b | Alice | |\n", TABLE + f"| Add a\\|b | Alice | {LINK} |\n"),
    "table in a quote": (
        "> | Action | Owner |\n> |---|---|\n> | Add an alert | Alice |\n",
        f"> | Action | Owner |\n> |---|---|\n> | Add an alert ({LINK}) | Alice |\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_the_link_stands_where_people_would_put_it(name: str) -> None:
    before, after = LINKS[name]
    head = HEAD.replace("## Action items\n\n", "## Notes\n\nAction items:\n\n") if name == "table in a quote" else HEAD
    made = write(before, head=head)
    assert body(made, head) == after, made.findings
    assert [change.kind for change in made.changes] == ["link"]
    assert not made.findings


@pytest.mark.parametrize(
    "named", ["#12", "PAY-9", LINK, "https://github.com/acme/web/pull/3", "[docs](https://acme.example/browse/PAY-1)"]
)
def test_a_link_that_a_person_wrote_stays_and_gets_no_other_beside_it(named: str) -> None:
    made = write(f"- Add an alert ({named})\n")
    assert not made.changes
    assert bool(made.findings) == (named != LINK), "its own ticket is nothing to talk about"


@pytest.mark.parametrize("named", ["PAY-7", "#7", "https://acme.example/browse/PAY-7/"])
def test_the_own_ticket_is_recognised_however_it_is_written(named: str) -> None:
    ref = Ref("github", "7", "acme/web#7", REF.url) if named == "#7" else REF
    assert write(f"- Add an alert ({named})\n", ref=ref).findings == ()


def test_a_ticket_that_is_nowhere_on_the_web_is_written_by_its_key() -> None:
    assert body(write("- Add an alert\n", ref=LOCAL)) == "- Add an alert (LOCAL-7)\n"


@pytest.mark.parametrize(
    "url",
    ["https://a.example/browse/PAY-7)x", "javascript:alert(1)", "https://a.example/ PAY-7", "https://a.example/|7"],
)
def test_an_address_that_would_break_the_document_is_left_out(url: str) -> None:
    assert body(write("- Add an alert\n", ref=Ref("jira", "7", "PAY-7", url))) == "- Add an alert (PAY-7)\n"


def test_underscores_in_a_key_do_not_become_emphasis() -> None:
    ref = Ref("github", "7", "acme/__web__#7", "https://github.com/acme/__web__/issues/7")
    made = write("- Add an alert\n", ref=ref)
    assert r"[acme/\_\_web\_\_#7](https://github.com/acme/__web__/issues/7)" in made.text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_byte_order_mark_and_the_missing_last_end_stay(end: str, last: bool, mark: str) -> None:
    text = (mark + HEAD + "- [ ] Add an alert \n- Fix it\n" + ("\nThanks!\n" if last else "")).replace("\n", end)
    text = text if last else text.removesuffix(end)
    document = parse(text, "a.md")
    made = rewrite(text, document, [Ticketed(0, "u0", REF, Status.DONE), Ticketed(1, "u1", LOCAL, Status.DONE)])
    assert made.text == text.replace("[ ]", "[x]").replace("alert ", f"alert ({LINK}) ").replace(
        "Fix it", "Fix it (LOCAL-7)"
    )


# --- ticks --------------------------------------------------------------------------------------------------------

STATUS = "| Action | Status | Ticket |\n|---|---|---|\n"
NAMED = "| Add an alert | {} | PAY-7 |\n"
TICKS = {
    "box": ("- [ ] Add an alert (PAY-7)\n", "- [x] Add an alert (PAY-7)\n"),
    "numbered box": ("1. [ ] Add an alert (PAY-7)\n", "1. [x] Add an alert (PAY-7)\n"),
    "escaped box": ("- \\[ \\] Add an alert (PAY-7)\n", "- \\[x\\] Add an alert (PAY-7)\n"),
    "sign": ("- ☐ Add an alert (PAY-7)\n", "- ☑ Add an alert (PAY-7)\n"),
    "later brackets": ("- [ ] Add [ ] to the form (PAY-7)\n", "- [x] Add [ ] to the form (PAY-7)\n"),
    "no box": ("- Add an alert (PAY-7)\n", None),
    "status": (STATUS + NAMED.format("Open"), STATUS + NAMED.format("Done")),
    "width": (STATUS + NAMED.format("In progress"), STATUS + NAMED.format("Done       ")),
    "no status yet": (STATUS + NAMED.format(" "), STATUS + NAMED.format(" Done ").replace("  ", " ")),
    "box in a cell": (STATUS + NAMED.format("[ ]"), STATUS + NAMED.format("[x]")),
    "box in the title": (
        "| Action | Ticket |\n|---|---|\n| [ ] Add it | PAY-7 |\n",
        "| Action | Ticket |\n|---|---|\n| [x] Add it | PAY-7 |\n",
    ),
    "heading": ("### [ ] Add an alert (PAY-7)\n\nIt hurts.\n", "### [x] Add an alert (PAY-7)\n\nIt hurts.\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", TICKS)
def test_what_is_done_is_ticked_where_the_document_has_a_place_for_it(name: str) -> None:
    before, after = TICKS[name]
    made = write(before, status=Status.DONE)
    assert body(made) == (before if after is None else after), made.findings
    assert not made.findings


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("Shipped", "Shipped"),
        ("**Done**", "**Done**"),
        ("✅", "✅"),
        ("erledigt", "erledigt"),
        ("Done in [#3](x)", "Done"),
    ],
)
def test_a_status_cell_gets_the_word_that_done_rows_have(word: str, written: str) -> None:
    table = STATUS + f"| Fix the probe | {word} | PAY-1 |\n"
    assert body(write(table + NAMED.format("Open"), status=Status.DONE, which=1)) == table + NAMED.format(
        f"{written:4}"
    )


def test_the_word_of_the_same_table_counts_more() -> None:
    other = STATUS + "| One | Shipped | PAY-1 |\n| Two | Shipped | PAY-2 |\n\nMore:\n\n"
    table = STATUS + "| Three | Landed | PAY-3 |\n"
    made = write(other + table + NAMED.format("Open"), status=Status.DONE, which=3)
    assert body(made) == other + table + NAMED.format("Landed")


@pytest.mark.parametrize("status", [Status.OPEN, Status.IN_PROGRESS, Status.WONT_DO])
@pytest.mark.parametrize("box", ["[x]", "[X]", "[ ]", "✅"])
def test_a_box_that_a_person_set_stays(status: Status, box: str) -> None:
    assert not write(f"- {box} Add an alert (PAY-7)\n", status=status).changes


def test_a_cell_that_says_more_than_a_status_is_told_and_kept() -> None:
    made = write(STATUS + NAMED.format("waiting for the vendor's answer, see mail"), status=Status.DONE)
    assert not made.changes
    assert [(f.rule, f.line) for f in made.findings] == [("not-written", 9)]


@pytest.mark.parametrize(
    ("before", "ticked"),
    [
        ("- [ ] Add an alert (PAY-7)\n", "- [x] Add an alert (PAY-7)\n"),
        ("- ☐ Add an alert (PAY-7)\n", "- ☑ Add an alert (PAY-7)\n"),
        (STATUS + NAMED.format("Open"), STATUS + NAMED.format("Done")),
        (STATUS + NAMED.format("[ ]"), STATUS + NAMED.format("[x]")),
        (STATUS + NAMED.format("In progress"), STATUS + NAMED.format("Done       ")),
    ],
)
def test_an_own_tick_is_taken_back_when_the_ticket_is_open_again(before: str, ticked: str) -> None:
    made = write(before, status=Status.DONE)
    assert body(made) == ticked
    edit = made.changes[0].edit
    ours = Tick(edit.old.strip(), edit.new.strip())
    assert body(write(ticked, status=Status.OPEN, ours=ours)) == before
    assert not write(ticked, status=Status.WONT_DO, ours=ours).changes
    assert not write(ticked, status=Status.OPEN).changes, "a tick that nobody remembers is a person's"


def test_what_a_person_wrote_over_an_own_tick_stays() -> None:
    assert not write(STATUS + NAMED.format("Shipped"), ours=Tick("Open", "Done")).changes
    assert not write("- [X] Add an alert (PAY-7)\n", ours=Tick("[ ]", "[x]")).changes


# --- what is left alone -------------------------------------------------------------------------------------------


def left(made: Rewrite) -> tuple[Finding, ...]:
    assert not made.changes
    return made.findings


@pytest.mark.parametrize(
    "text",
    [
        "<ul>\n<li>Add an alert</li>\n</ul>\n",
        "<table><tr><th>Action</th><th>Owner</th></tr>\n<tr><td>Add an alert</td><td>alice</td></tr></table>\n",
    ],
)
def test_html_is_left_alone_and_told_with_what_to_write_by_hand(text: str) -> None:
    findings = left(write(text))
    assert [(f.rule, f.level) for f in findings] == [("not-written", "note")]
    assert LINK in findings[0].hint


def test_a_ticket_whose_link_would_not_read_back_is_left_out() -> None:
    """A key that means no ticket to anybody: the document would say something else than before."""
    assert left(write("- Add an alert\n", ref=Ref("local", "7", "UTF-8", "local:utf/8")))


def test_one_item_that_cannot_be_written_keeps_no_other_from_it() -> None:
    text = HEAD + "- Add an alert\n\n<ul>\n<li>Fix the probe</li>\n</ul>\n\n- [ ] Restart it\n"
    document = parse(text, "a.md")
    made = rewrite(text, document, [Ticketed(n, f"u{n}", REF, Status.DONE) for n in range(len(document.items))])
    assert [(c.ticketed.uid, c.kind) for c in made.changes] == [("u0", "link"), ("u2", "link"), ("u2", "tick")]
    assert len(made.findings) == 1


@pytest.mark.parametrize("status", [Status.OPEN, Status.DONE])
def test_what_cannot_be_written_costs_a_few_looks_at_the_document(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look reads all of it, which takes seconds for a long one: not one for each edit of each item."""
    looks: list[int] = []

    def counted(text: str, path: str, vocabulary: Vocabulary) -> Document:
        looks.append(len(text))
        return parse(text, path, vocabulary)

    monkeypatch.setattr(choose, "parse", counted)
    text = HEAD + "".join(f"- [ ] Add alert {n}\n" for n in range(100)) + "\n## Notes\n\n" + "It is so. " * 20_000
    unreadable = Ref("local", "7", "UTF-8", "local:utf/8")
    wanted = [Ticketed(n, f"u{n}", unreadable if n % 2 else REF, status) for n in range(100)]
    made = rewrite(text, parse(text, "a.md"), wanted)
    assert len([change for change in made.changes if change.kind == "link"]) == 50
    assert len([change for change in made.changes if change.kind == "tick"]) == (100 if status == Status.DONE else 0)
    assert len(made.findings) == 50
    assert len(looks) <= 12


def test_looking_for_one_culprit_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every edit breaks the whole document, halves are tried, as far as the document's length allows."""
    looks: list[int] = []

    def refused(text: str, path: str, vocabulary: Vocabulary) -> Document:
        looks.append(len(text))
        raise DocumentError("no document")

    monkeypatch.setattr(choose, "parse", refused)
    text = HEAD + "".join(f"- [ ] Add alert {n}\n" for n in range(200)) + "\n## Notes\n\n" + "It is so. " * 100_000
    made = rewrite(text, parse(text, "a.md"), [Ticketed(n, f"u{n}", REF, Status.DONE) for n in range(200)])
    assert (made.text, made.changes, len(made.findings)) == (text, (), 400)
    assert sum(looks) <= choose.MOST_TEXT + 2 * len(text)


def test_columns_that_the_configuration_teaches_get_link_and_status() -> None:
    taught = Vocabulary(columns={"chore": "action", "paper trail": "ticket", "shipped": "status"})
    table = "| Chore | Paper trail | Shipped |\n|---|---|---|\n| Add an alert | | no |\n"
    text = HEAD + table
    document = parse(text, "a.md", taught)
    made = rewrite(text, document, [Ticketed(0, "u1", REF, Status.DONE)], taught)
    assert body(made) == table.replace("| | no |", f"| {LINK} | Done |")
