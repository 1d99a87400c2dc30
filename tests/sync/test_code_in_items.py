"""Code in an item reaches the ticket byte for byte: people copy it. Around it nothing notifies anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.documents.items import parse
from pmsync.model import Marker
from pmsync.planning.ticket_text import body, ticket_title
from pmsync.trackers.github.issue import LONGEST_BODY, fit_body
from pmsync.trackers.jira.wiki_markup import to_wiki
from pmsync.trackers.mention_safe_text import as_code, quiet
from tests.clock import Clock
from tests.security.github_page import notices
from tests.security.test_markers import identity
from tests.security.test_notifying import SETTINGS
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

LINE = "npm i @babel/core && open https://github.com/acme/web/issues/12 # GH-12, #34 &#64;x <!-- y --> foo()  --z"
PIECES = [*"@#&;<>!-/._ ()[]{}*_|\\$'\"=:,0123ab", "~", "GH-1", "@acme/web", "https://github.com/a/b/pull/", "&#64;"]
CODE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=20).map("".join)
LINES = st.lists(CODE.filter(lambda line: "~~~" not in line) | st.just("    indented @x"), min_size=1, max_size=6)
WORDS = st.sampled_from(
    ["Pin it", "ask @bob", "see #12", "as in &#64;bob, <!-- x --> GH-12", "(https://ghes/a/b/issues/1)"]
)


def ticket_text(markdown: str) -> str:
    document = parse(f"# Outage\n\n## Action items\n\n{markdown}\n", "postmortems/a.md")
    return body(document, document.items[0], SETTINGS, fields={"title", "assignees", "labels"})


@given(CODE.map(str.strip).filter(bool), WORDS, WORDS)
def test_a_code_span_keeps_its_bytes_in_a_text(code: str, before: str, after: str) -> None:
    span = as_code(code)
    made = quiet(f"{before} {span} {after}")
    dollars = "$" in code and "$" in before + after
    assert span in made or dollars
    assert notices(made) == []


@given(LINES, st.sampled_from(["```", "~~~~", "````"]), WORDS)
def test_a_fence_keeps_its_bytes_in_a_text(lines: list[str], fence: str, words: str) -> None:
    block = "\n".join([f"{fence}sh", *lines, fence])
    for text in (block, f"{words}\n\n{block}\n\n{words}", f"- {words}\n\n" + block):
        made = quiet(text)
        assert block in made
        assert notices(made) == []


def test_the_title_the_sentence_and_the_details_of_an_item() -> None:
    text = ticket_text(f"- Run `{LINE}` soon\n\n  ```sh\n  {LINE}\n  ```\n\n  or `{LINE}`, says @bob")
    assert text.startswith(f"- **Item:** Run `{LINE}` soon\n- **Post-mortem:** ")
    assert f"\n\n```sh\n{LINE}\n```\n\nor `{LINE}`, says @\u200bbob\n\n" in text
    assert notices(text) == []


def test_the_words_of_a_title_are_on_one_line_and_nothing_else_is_done_to_them() -> None:
    assert ticket_title("Pin @babel/core, see acme/web#12 and https://github.com/acme/web/issues/12") == (
        "Pin @babel/core, see acme/web#12 and https://github.com/acme/web/issues/12"
    )
    assert ticket_title("two\n lines\u2028 of it") == "two lines of it"


@pytest.mark.parametrize(
    "text",
    [
        "@bob ` @bob",
        "``<!-- -->`\n```\n@bob\n```",  # without its comment this is a fence, and what was code is none
        "https://x.example/` ` a `@bob`",  # an address goes on up to the next blank, over a backtick
        "$` $` a `@bob`",  # dollars are mathematics
        "[^1]: a\n\n    @bob",  # below a footnote this is no code
        "<? >\n\n```\n@bob\n```",
        "|[_```\n ---\n12`www.x.com\n`@bob`",  # a table of one column, or a heading
    ],
)
def test_what_is_not_certainly_code_is_quiet(text: str) -> None:
    assert "@bob" not in quiet(text)


def test_code_that_a_cut_leaves_open_is_none() -> None:
    words = "word " * (LONGEST_BODY // 5)
    text = fit_body(f"`{words[: LONGEST_BODY - 2000]}\n@bob {words}\n{words}`", identity_of())
    assert len(text) <= LONGEST_BODY
    assert notices(text) == []


def identity_of() -> Marker:
    document = parse("# Outage\n\n## Action items\n\n- Repair it\n", "postmortems/a.md")
    return identity(document, document.items[0])


def test_in_jira() -> None:
    text = to_wiki(ticket_text("- Run it\n\n  ```sh\n  npm i @babel/core https://github.com/a/b/issues/1 #12\n  ```"))
    assert "{code:sh}\nnpm i @babel/core https://github.com/a/b/issues/1 #12\n{code}" in text


ITEM = "Run `npm i @babel/core` on CI\n\n  ```sh\n  curl https://github.com/acme/web/issues/12 @x\n  ```"


def test_from_the_document_to_github(tmp_path: Path) -> None:
    with GitHubStage(Clock()) as stage:
        team = Team(tmp_path, stage)
        team.write("postmortems/a.md", ITEM)
        team.sync()
        (issue,) = stage.repo.issues.values()
        assert issue.title == "Run npm i @babel/core on CI"
        assert issue.body.startswith("- **Item:** Run `npm i @babel/core` on CI\n")
        assert "\n\n```sh\ncurl https://github.com/acme/web/issues/12 @x\n```\n\n" in issue.body
        assert team.sync().plan.pending == ()


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_from_the_document_to_jira(tmp_path: Path, deployment: str) -> None:
    with JiraStage(Clock(), deployment=deployment) as stage:
        team = Team(tmp_path, stage)
        team.write("postmortems/a.md", ITEM)
        team.sync()
        (issue,) = stage.state.issues.values()
        assert issue.summary == "Run npm i @babel/core on CI"
        assert "\ncurl https://github.com/acme/web/issues/12 @x\n" in issue.description
        assert team.sync().plan.pending == ()
