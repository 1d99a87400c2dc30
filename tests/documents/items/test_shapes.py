"""Shapes that real documents showed after the first rules were made, each in a small document of its own."""

from __future__ import annotations

import pytest

from pmsync.documents.items import parse
from pmsync.model import Item


def read(text: str) -> tuple[Item, ...]:
    return parse(f"# Checkout was down\n\n{text}\n", "a.md").items


def section(text: str) -> tuple[Item, ...]:
    return read(f"## Action items\n\n{text}")


def titles(items: tuple[Item, ...]) -> list[str]:
    return [item.title.rstrip(".") for item in items]


# --- where items stand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Follow-up timeline", "Timeline of our next steps"])
def test_a_timeline_is_none_whatever_it_follows(heading: str) -> None:
    assert read(f"## {heading}\n\n### 8:16 PM\n\nAlice looked at the queue.\n\n- Queue was full\n") == ()


@pytest.mark.parametrize(
    "heading",
    [
        "Required fixes",
        "Proposed changes",
        "Actions prévention",
        "Tiltak",
        "Aksjonspunkter",
        "Åtgärder",
        "Další kroky",
        "План дій",
    ],
)
def test_headings_that_announce_work(heading: str) -> None:
    assert titles(read(f"## {heading}\n\n- Add alerting\n")) == ["Add alerting"]


def test_a_table_in_norwegian_is_read() -> None:
    (item,) = read(
        "## Tiltak\n\n| Aksjon | Eier | Frist | Status |\n|---|---|---|---|\n| Legge til varsling | Kari | 2026-12-01 | Ferdig |"
    )
    assert (item.title, item.owners, item.done) == ("Legge til varsling", ("Kari",), True)
    assert item.due is not None


@pytest.mark.parametrize("mark", ["**TODO**:", "**TODO:**", "**TODO**", "TODO:"])
def test_a_paragraph_marked_as_a_task_is_one_wherever_it_stands(mark: str) -> None:
    (item,) = read(f"## Lessons learned\n\nGraphs are nice.\n\n{mark} the import checks for space before it starts.\n")
    assert item.done is False


def test_a_list_of_what_works_is_no_list_of_boxes() -> None:
    assert read("## Impact\n\n- ✅ Checkout: reachable\n- ⚠️ Search: slow\n") == ()
    assert len(read("## Impact\n\n- ✅ Add alerting\n- ☐ Write a runbook\n")) == 2


def test_a_note_in_one_line_is_an_item_and_a_sentence_is_none() -> None:
    assert titles(section("Bedre varsling for hele køen")) == ["Bedre varsling for hele køen"]
    assert section("The team has thought about the alerts") == ()
    assert section("Bedre varsling for hele køen ville ha hjulpet oss mye, sa laget.") == ()


def test_a_sentence_before_a_list_introduces_it() -> None:
    text = "Explore action items by the themes of the meeting.\n\n- Add alerting\n- Write a runbook"
    assert titles(section(text)) == ["Add alerting", "Write a runbook"]


# --- paragraphs that lead -----------------------------------------------------------------------------------------


def test_a_numbered_lead_has_the_list_below_it_as_its_details() -> None:
    text = "**1. Monitoring by probes** (free)\n- 13 addresses are ready\n- import them\n\n**2. Daily snapshots** ✅ DONE\n```\nrsync\n```"
    first, second = section(text)
    assert titles((first, second)) == ["Monitoring by probes", "Daily snapshots"]
    assert "import them" in first.details
    assert "rsync" in second.details
    assert (first.done, second.done) == (None, True)


def test_boxes_below_a_lead_are_items_still() -> None:
    assert "Add alerting" in titles(section("**1. Monitoring by probes** (free)\n\n- [ ] Add alerting\n"))


def test_a_bold_label_with_a_remark_names_the_group_of_its_list() -> None:
    items = section("**Short term** (this week)\n\n- Add alerting\n- Write a runbook\n")
    assert titles(items) == ["Add alerting", "Write a runbook"]
    assert {item.group for item in items} == {"Short term (this week)"}


@pytest.mark.parametrize(
    ("word", "done"), [("Done", True), ("Erledigt", True), ("Offen", False), ("In progress", False)]
)
def test_a_bold_status_before_a_paragraph_is_the_items_status(word: str, done: bool) -> None:
    (item,) = section(f"**{word}:** Alerts reach the team by phone. They did not before.")
    assert item.done is done


def test_numbered_fixes_are_items_with_their_priority() -> None:
    first, second = read(
        "## Required fixes\n\n### Fix 1: Lock the backup (P0)\n\nSo.\n\n### Fix 2: Schedule check (P1)\n\nSo."
    )
    assert (first.title, first.priority) == ("Lock the backup", "P0")
    assert (second.title, second.priority) == ("Schedule check", "P1")


def test_a_traffic_light_before_a_heading_ranks_a_group() -> None:
    items = section("### 🟢 Level 1: quick wins\n\n- Add alerting\n\n### 🟡 Level 2: later\n\n- Write a runbook\n")
    assert titles(items) == ["Add alerting", "Write a runbook"]
    assert [item.done for item in items] == [None, None]


# --- what items say of themselves ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("(Done) Set up snapshots for the nodes (test, main)", True),
        ("Set up alarms. **(Done during the incident)**", True),
        ("Set up alarms (fixed in v2.3)", True),
        ("We've significantly tightened the release workflow", None),
        ("Re-enabled alerting on the relays", None),
        ("Re-worked our secrets", None),
        ("Switched to another package manager", None),
        ("Speed up the restore", None),
        ("Feed the queue from a second source", None),
        ("Server start: changed to a call without quotes", None),
        ("Alert: add one for the queue", None),
        ("The installation of the second uplink is still pending", None),
        ("As of 19 July 2026 the talks with the vendor are ongoing", None),
        ("Find out why jobs are pending", None),
        ("**Snapshots täglich aktiviert** -- auch für das Archiv", None),
        ("Die Sicherung wurde umgestellt", None),
        ("Die Sicherung soll umgestellt werden", None),
        ("Une alerte a été ajoutée sur la file", None),
        ("Se agregó una alerta para la cola", None),
        ("Foi adicionado um alerta para a fila", None),
        ("已添加队列告警", None),
        ("キューのアラートを追加した", None),
        ("キューのアラートを追加したい", None),
        ("**Replace the proxy.** We are working on a smaller one", None),
        ("Script updated to handle pages", None),
        ("Errors raised in the worker should be logged", None),
        ("Jobs restarted with no limit are a danger", None),
        ("fix was applied to avoid the same issue", None),
        ("**Check each row.** *(shipped this week)* A name is no proof", True),
        ("**Alert on it.** *(outstanding: nothing built)* There is none today", False),
        ("Add alerting (open source only)", None),
        ("Review changes (merged without approval) of the last week", None),
        ("Check services (deployed in production) for the same fault", None),
        ("Check services (done in v2.3) for the same fault", None),
        ("Nachsehen, warum der Alarm deaktiviert", None),
        ("Manually reissued the deploy", None),
        ("Manually verify the deploy", None),
    ],
)
def test_words_that_say_whether_it_is_done(text: str, done: bool | None) -> None:
    (item,) = section(f"- {text}")
    assert (item.done, item.owners) == (done, ())


@pytest.mark.parametrize(
    ("label", "done"),
    [
        ("**To complete before the next deploy:**", None),
        ("### Acciones tomadas", True),
        ("### Ações corretivas aplicadas", True),
        ("### Actions taken", True),
        ("### Actions to be taken", None),
    ],
)
def test_labels_that_say_whether_their_items_are_done(label: str, done: bool | None) -> None:
    (item,) = section(f"{label}\n\n- Alerting for the queue")
    assert item.done is done


def test_what_a_table_says_of_the_outcome_is_the_status() -> None:
    table = "| Issue | Triggered by | Outcome |\n|---|---|---|\n| #41 — alert on logged failures | Lesson 3 | Resolved by PR #47 — two alarms |\n| #42 — audit the dependencies | Lesson 4 | Open — deferred to the migration |"
    assert [item.done for item in section(table)] == [True, False]


def test_a_status_in_the_tickets_place_is_one() -> None:
    table = "| Action item | Type | Owner | Bug |\n|---|---|---|---|\n| Add alerting | Prevention | Core team | TODO |\n| Revert | Recovery | Core team | DONE |"
    assert [item.done for item in read(table)] == [False, True]


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("QXL to subscribe to the vendor's alerts", ("QXL",)),
        ("Hypha will run the tests for each upgrade", ("Hypha",)),
        ("DNS to use the second resolver", ()),
        ("Wash your hands and your strings (sanitize)", ()),
        ("Say why it was restored (context.md)", ()),
        ("Automate the backup (cron)", ()),
        ("Automate the backup (mark)", ("mark",)),
    ],
)
def test_who_is_named_and_what_is_no_name(text: str, owners: tuple[str, ...]) -> None:
    (item,) = section(f"- {text}")
    assert item.owners == owners


# --- a second look ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading", ["Recovery actions", "Preventing the issue from happening again", "Was ändern wir?", "防复发机制"]
)
def test_more_headings_that_announce_work(heading: str) -> None:
    assert titles(read(f"## {heading}\n\n- Add alerting\n")) == ["Add alerting"]


@pytest.mark.parametrize("heading", ["Identified problems", "Performance results", "Benefits achieved"])
def test_a_part_that_tells_what_was_found_or_won_lists_no_work(heading: str) -> None:
    assert read(f"## Follow-up\n\n### {heading}\n\n- react-core: 145 KB\n") == ()


@pytest.mark.parametrize("label", ["**AL**", "**AL (/BB supporting)**", "### AL", "- AL:"])
def test_initials_over_a_group_are_its_owner(label: str) -> None:
    indent = "  " if label.startswith("- ") else ""
    (item,) = section(f"{label}\n{indent}- Add a rule\n" if indent else f"{label}\n\n- Add a rule\n")
    assert item.owners == ("AL",)


def test_a_group_named_for_a_technique_has_no_owner() -> None:
    (item,) = section("**DNS**\n\n- Add a rule\n")
    assert (item.owners, item.group) == ((), "DNS")


def test_front_matter_of_plain_lines_is_read_though_a_value_holds_a_colon() -> None:
    document = parse("---\ntitle: Post-mortem: checkout\nseverity: SEV1\n---\n\n# H\n", "a.md")
    assert (document.title, document.severity) == ("Post-mortem: checkout", "SEV1")


def test_a_list_beside_the_table_of_actions_explains_its_words() -> None:
    text = (
        "Action items should be few. We should do them soon.\n\nTypes:\n\n- Prevent - so that it cannot happen\n- Detect - so that we see it\n\n"
        "Priorities:\n\n- P0 - before all else\n- P1 - soon\n\n| Action item | Type | Priority |\n|---|---|---|\n| Add alerting | Detect | P0 |"
    )
    assert titles(section(text)) == ["Add alerting"]
    assert titles(section("- P0 - add alerting\n- P1 - write a runbook\n")) == ["add alerting", "write a runbook"]


def test_an_entry_without_a_box_among_boxes_is_an_item_unless_it_does_not_apply() -> None:
    text = "- [x] Add alerting\n- [ ] Write a runbook\n- [N/A] Replace the mode\n- Someone should look at retries"
    assert titles(section(text)) == ["Add alerting", "Write a runbook", "Someone should look at retries"]


def test_a_bold_entry_with_its_description_below_is_an_item() -> None:
    text = "1. **Review SLAs**\n   - **Description:** Talk to the vendor.\n\n2. **Document procedures**\n   - **Description:** A page."
    assert titles(section(text)) == ["Review SLAs", "Document procedures"]


@pytest.mark.parametrize("text", ["Add alerting. OWNER: alice@ (DONE).", "Add alerting (owner: alice) (done)"])
def test_a_status_in_brackets_behind_the_owner_is_no_part_of_the_name(text: str) -> None:
    (item,) = section(f"- {text}")
    assert (item.owners, item.done) == (("alice",), True)


def test_a_report_in_the_owners_column_names_nobody() -> None:
    (item,) = section("| Action | Owner |\n|---|---|\n| Test cases for maps | Added along with the fix |")
    assert item.owners == ()


def test_a_product_is_no_ticket() -> None:
    (item,) = section("- Replace the SG550X-48 switches (OPS-12)")
    assert item.tickets == ("OPS-12",)


@pytest.mark.parametrize("heading", ["Looking forward", "Proper fix (pending)", "Prévention", "预防", "มาตรการ"])
def test_still_more_headings(heading: str) -> None:
    assert titles(read(f"## {heading}\n\n- Add alerting\n")) == ["Add alerting"]


def test_a_table_in_thai_is_read() -> None:
    table = "| # | สิ่งที่ต้องทำ | ผู้รับผิดชอบ | สถานะ |\n|---|---|---|---|\n| A1 | Add alerting | Nok | ทำแล้ว |"
    (item,) = section(table)
    assert (item.title, item.owners, item.done) == ("Add alerting", ("Nok",), True)


def test_a_handle_in_code_is_somebody() -> None:
    (item,) = section("### 1) Better alerting `@alice` [detect]\n\nSoon.")
    assert (item.title, item.owners, item.kind) == ("Better alerting", ("alice",), "detect")


def test_the_second_ticket_after_a_slash_is_one() -> None:
    (item,) = section("| Action | PR |\n|---|---|\n| Add alerting | PR #12/#13 |")
    assert item.tickets == ("#12", "#13")


def test_a_column_of_tickets_that_say_what_is_to_be_done_is_the_text() -> None:
    table = "| Issue | Triggered by | Outcome |\n|---|---|---|\n| #41 — alert on logged failures | Lesson 3 | Open |\n| #42 — audit the dependencies | Lesson 4 | Open |"
    items = section(table)
    assert titles(items) == ["alert on logged failures", "audit the dependencies"]
    assert [item.tickets for item in items] == [("#41",), ("#42",)]


@pytest.mark.parametrize(
    ("text", "done"), [("Alerts configured", None), ("Alerts to be configured", None), ("Better alerts wanted", None)]
)
def test_a_few_words_that_end_in_what_was_done(text: str, done: bool | None) -> None:
    assert [item.done for item in section(f"- {text}")] == [done]


def test_two_sentences_that_tell_are_prose() -> None:
    text = "We should talk to the vendor again and see. Also the monitoring has to get better."
    document = parse(f"# Down\n\n## Next steps\n\n{text}\n", "a.md")
    assert (document.items, [finding.rule for finding in document.findings]) == ((), ["prose"])


def test_a_status_in_another_language_leads_as_in_english() -> None:
    (item,) = section("4. Erledigt: Zertifikat erneuern")
    assert (item.title, item.done) == ("Zertifikat erneuern", True)


def test_a_list_that_is_half_read_is_told_with_the_heading_to_teach() -> None:
    document = parse("# Down\n\n## Stuff to fix\n\n- Add alerting\n- [x] Roll back\n", "a.md")
    assert titles(document.items) == ["Roll back"]
    (finding,) = document.findings
    assert (finding.rule, finding.level, finding.line) == ("half-read", "warning", 3)
    assert '`sections = ["Stuff to fix"]`' in finding.hint
    assert parse("# Down\n\n## Stuff to fix\n\n- [ ] Add alerting\n- [x] Roll back\n", "a.md").findings == ()


@pytest.mark.parametrize("value", ["`v10.11.0` release", "@alice's checkout", "100% of checkouts: down"])
def test_front_matter_may_hold_signs_that_yaml_keeps_for_itself(value: str) -> None:
    document = parse(f"---\ntitle: {value}\ndate: 2026-11-20\n---\n\n## Action items\n\n- Add alerting\n", "a.md")
    assert (document.title, len(document.items)) == (value, 1)


def test_an_action_point_in_another_section_is_one() -> None:
    (item,) = read("## Lessons learned\n\n### Monitoring\n\nIt was fine.\n\nAction point: alert on forks.\n")
    assert item.title == "alert on forks."


def test_a_report_that_ends_in_a_colon_is_an_item_with_details() -> None:
    items = section("1. Updated the runner to a supported label:\n   - `macos-latest`\n2. Retargeted the tag.")
    assert titles(items) == ["Updated the runner to a supported label", "Retargeted the tag"]
    assert [item.done for item in items] == [None, None]


def test_a_list_of_labels_over_boxes_is_read_as_a_whole() -> None:
    text = "- Monitoring:\n  - [ ] Add alerting\n- [x] Roll back\n- TODO: write a runbook\n"
    assert parse(f"# Down\n\n## Stuff to fix\n\n{text}", "a.md").findings == ()


@pytest.mark.parametrize(
    ("text", "title", "tickets"),
    [
        ("Stop polling (`1a2b3c4`)", "Stop polling", ("1a2b3c4",)),
        ("Stop polling (1a2b3c4)", "Stop polling", ("1a2b3c4",)),
        ("Stop polling (commit 1384657)", "Stop polling", ("1384657",)),
        ("Stop polling — done in commit 1a2b3c4", "Stop polling", ("1a2b3c4",)),
        ("Revert `1a2b3c4` on staging", "Revert 1a2b3c4 on staging", ()),
        ("Stop polling (1234567)", "Stop polling (1234567)", ()),
    ],
)
def test_a_commit_that_carries_the_work_out_is_a_ticket(text: str, title: str, tickets: tuple[str, ...]) -> None:
    (item,) = section(f"- [ ] {text}")
    assert (item.title, item.tickets) == (title, tickets)


@pytest.mark.parametrize(
    ("heading", "label", "group"),
    [
        ("Prevention measures", "Recommended follow-up measures:", None),
        ("Action items", "Follow-up tasks:", None),
        ("Action items", "Corrective actions:", "Corrective actions"),
        ("Action items", "Short-term measures:", "Short-term measures"),
    ],
)
def test_a_label_that_only_announces_work_once_more_is_no_group(heading: str, label: str, group: str | None) -> None:
    (item,) = read(f"## {heading}\n\n{label}\n\n- Add alerting\n")
    assert item.group == group


def test_a_numbered_rule_of_what_never_to_do_is_an_item() -> None:
    items = read(
        "## How to prevent this\n\n### 1. **Never seed production**\n\n- The script is for tests\n- It deletes rows\n"
    )
    assert titles(items) == ["Never seed production"]


def test_verbs_in_brackets_are_nobody() -> None:
    (item,) = section("- Split the script (deletes + seeds)")
    assert item.owners == ()


def test_what_was_done_at_once_is_no_list_of_work() -> None:
    assert read("## What immediate steps were taken?\n\n- We told the customers\n- We stopped the queue\n") == ()


@pytest.mark.parametrize(
    "text", ["We now alert at 70%", "**Alerting.** The queue says how full it is. We now alert at 70%."]
)
def test_a_sentence_closes_no_item(text: str) -> None:
    assert [item.done for item in section(text if text.startswith("*") else f"- {text}")] == [None]


def test_plans_at_the_end_of_a_text_without_headings_are_items() -> None:
    text = "It is less urgent now, but the future plans are to:\n\n1. Create metrics of storage\n2. Review how long we keep snapshots\n"
    assert titles(read(text)) == ["Create metrics of storage", "Review how long we keep snapshots"]


def test_a_release_is_no_ticket() -> None:
    table = (
        "| Action | Issue link |\n|---|---|\n| Fix the cache | [v7.1](https://git.acme.test/a/b/releases/tag/v7.1) |"
    )
    assert [item.tickets for item in section(table)] == [()]


def test_an_option_that_was_ruled_out_asks_for_nothing() -> None:
    items = section("- Add a limit to the queue\n- **Option ruled out**: smaller requests\n")
    assert titles(items) == ["Add a limit to the queue"]


@pytest.mark.parametrize("heading", ["Considered and rejected", "Alternatives considered", "Out of scope"])
def test_what_was_rejected_is_no_work(heading: str) -> None:
    table = "| Action | Why not |\n|---|---|\n| Pin the image | Too slow |\n"
    assert read(f"## {heading}\n\n{table}") == ()


@pytest.mark.parametrize("heading", ["Resolution steps taken", "Recovery measures taken"])
def test_what_was_taken_to_recover_is_no_work(heading: str) -> None:
    assert read(f"## {heading}\n\n1. Confirmed the alert\n2. Removed the rule\n") == ()


def test_a_table_with_its_class_and_where_it_is_tracked() -> None:
    header = "| # | Action | Class (prevent/detect) | Tracked in |\n|---|---|---|---|\n"
    (item,) = section(f"{header}| 1 | Check SLO-3 each day | prevent | #7 |")
    assert (item.title, item.kind, item.tickets) == ("Check SLO-3 each day", "prevent", ("#7",))


def test_fields_with_an_equals_sign() -> None:
    (item,) = section("- [ ] Add a check (owner=alice, priority=medium, due=2026-12-01)")
    assert (item.title, item.owners, item.priority, str(item.due)) == (
        "Add a check",
        ("alice",),
        "medium",
        "2026-12-01",
    )


def test_a_ticket_that_says_that_it_is_done() -> None:
    items = section(
        "- [GH-7 (Done)](https://github.com/acme/web/pull/7): split the network\n"
        "- [Done](https://github.com/acme/web/commit/0a1b2c3d4e5f): add a second one\n"
        "- [GH-8](https://github.com/acme/web/issues/8): add checks\n"
        "- [x] Change the policy (completed: 72f0f55)\n"
    )
    assert [item.done for item in items] == [True, True, None, True]
    assert titles(items) == ["split the network", "add a second one", "add checks", "Change the policy"]
    assert items[-1].tickets == ("72f0f55",)


@pytest.mark.parametrize("mark", ["**Azione**:", "**Acción:**", "Maßnahme:", "未対応:"])
def test_a_paragraph_marked_in_another_language_is_a_task(mark: str) -> None:
    assert len(read(f"## Lessons learned\n\n- {mark} alerting for the queue and its workers\n")) == 1


def test_groups_in_russian() -> None:
    items = read("## Действия\n\n### Секреты\n\n- [ ] Проверить секреты\n")
    assert [item.group for item in items] == ["Секреты"]


def test_measures_announced_among_lessons_are_items() -> None:
    text = "Moving forward, we are implementing several measures to prevent this from happening again:\n\n- **Backups:** We've enabled backups\n"
    assert [item.done for item in read(f"## Lessons learned\n\n{text}")] == [None]


def test_a_sentence_about_doing_something_asks_for_nothing() -> None:
    assert section("Taking reports of slow runs earlier would have shown this to us days before.") == ()


def test_what_was_suggested_is_work() -> None:
    (item,) = read("## Mitigations\n\n- Suggested: Have a procedure for restoring the cluster\n")
    assert item.done is None


def test_headings_with_an_id_of_their_own_are_items_whatever_is_below() -> None:
    text = "### A1. Deploy script\n\n- one way\n- another way\n\n### A2. Staging\n\n1. Use a token\n2. Use a flag\n"
    assert titles(section(text)) == ["Deploy script", "Staging"]
    assert titles(section("### P1: Soon\n\n- Add alerting\n")) == ["Add alerting"]


def test_lessons_and_actions_taken_are_read() -> None:
    assert titles(read("## Lessons learned and actions taken\n\n- Disable runs of strangers\n")) == [
        "Disable runs of strangers"
    ]


def test_a_star_in_a_box_is_a_tick() -> None:
    assert [(item.title, item.done) for item in section("- [*] Add alerting\n- [ ] Add a limit\n")] == [
        ("Add alerting", True),
        ("Add a limit", False),
    ]


def test_a_status_with_a_day_leads() -> None:
    items = section(
        "1. **DONE 2026-05-14** — Patch the monitor\n2. **TODO due 2026-05-21** — Add a check\n3. **DEFERRED P2** — File a ticket\n"
    )
    assert titles(items) == ["Patch the monitor", "Add a check", "File a ticket"]
    assert [item.done for item in items] == [True, False, False]
    assert [str(item.due) for item in items] == ["None", "2026-05-21", "None"]
    assert items[2].priority == "P2"


@pytest.mark.parametrize(
    ("heading", "done"),
    [
        ("Proposed fixes (applied in this branch)", True),
        ("Follow-ups (recommended, not done in this hotfix)", False),
        ("Future fixes (to be applied)", False),
    ],
)
def test_a_heading_with_a_remark_says_whether_its_items_are_done(heading: str, done: bool | None) -> None:
    assert [item.done for item in read(f"## {heading}\n\n- Add alerting\n")] == [done]


def test_a_ticket_that_an_item_waits_for_is_another_ones() -> None:
    table = "| Action | Status |\n|---|---|\n| Move the policy | Todo (depends on #3) |"
    (item,) = section(table)
    assert (item.tickets, item.done) == ((), False)


def test_a_paragraph_that_points_elsewhere_is_no_item() -> None:
    assert section("See the commits on this branch for the changes.") == ()


def test_a_table_of_what_was_changed_is_no_list_of_work() -> None:
    table = "| File | Change |\n|---|---|\n| a.php | Moved the parenthesis to the end |\n| b.php | Replaced the id |\n"
    assert read(f"## Fix\n\n{table}") == ()


def test_a_reported_step_with_its_details_is_an_item() -> None:
    text = "1. **Corrected the port:** changed it\n2. **Verified resolution:**\n   - HTTP 200 came back\n   - Logs were quiet\n"
    assert len(section(text)) == 2


@pytest.mark.parametrize(
    ("heading", "items"),
    [
        ("### 1. Restore the protocol", 1),
        ("### 1. **Never seed production**", 1),
        ("### 2. Enhanced restore protocol", 1),
        ("### 1. Short term", 2),
        ("### 1. Platform team", 2),
        ("### 1. Process changes", 2),
        ("### 1. Monitoring", 2),
        ("### S1: Critical", 2),
        ("### H1: first half", 2),
        ("### @alice", 2),
    ],
)
def test_a_numbered_heading_over_a_list_is_an_item_if_it_states_work(heading: str, items: int) -> None:
    assert len(section(f"{heading}\n\n- one detail\n- another detail\n")) == items


def test_entries_with_owners_or_boxes_are_items_whatever_their_heading_says() -> None:
    assert len(section("### 1. Improve monitoring\n\n- Add alerts (@bob)\n- Fix cron (OPS-3)\n")) == 2
    assert len(section("### 1. Improve monitoring\n\n- [ ] Add alerts\n- [ ] Fix cron\n")) == 2


@pytest.mark.parametrize(
    "heading",
    [
        "Rotate keys",
        "Upgrade Postgres",
        "Pool alarm (owner: kim)",
        "Pool alarm (PAY-3)",
        "Canary stage [P1]",
        "Canary stage — DONE",
    ],
)
def test_a_heading_with_nothing_listed_below_is_an_item_if_it_asks_or_is_assigned(heading: str) -> None:
    assert len(section(f"### {heading}\n\nSo that we see it.\n")) == 1
    assert section("### Test coverage\n\nIt was low in two of the services we looked at.\n") == ()


@pytest.mark.parametrize("mark", ["Next action:", "**Action needed:**", "⚠️ **Action Needed:**"])
def test_an_action_that_is_needed_is_one_wherever_it_stands(mark: str) -> None:
    assert len(read(f"## Status\n\n{mark} set up backups for the queue\n")) == 1


def test_line_breaks_of_html_are_no_lines_of_the_file() -> None:
    items = section("1. Add alerting<br>\n2. Write a runbook<br>and a page<br>\n3. Add a limit")
    items += section("TODO: add alerting<br>for the queue<br>\nTODO: write a runbook<br>\nTODO: add a limit")
    assert [item.line for item in items] == [5, 6, 7, 5, 6, 7]


def test_a_list_of_tickets_with_their_titles() -> None:
    text = "[AB620](https://trello.com/c/Abcd1234) - 1.2 cannot be installed: two files have one name\n[AB621](https://trello.com/c/Abcd1235) - removing a job removes its folder\n"
    items = section(text)
    assert [item.line for item in items] == [5, 6]
    assert [len(item.tickets) for item in items] == [1, 1]


def test_a_team_that_will_do_it_owns_it() -> None:
    (item,) = section("- the storage team will add a limit")
    assert (item.title, item.owners) == ("add a limit", ("storage team",))


def test_numbers_of_rows_are_no_tickets() -> None:
    table = "| # | Action | Status |\n|---|---|---|\n| 1 | Switch to tags (after #2) | Todo |\n| 2 | Build tags for #77 | Todo |"
    assert [item.tickets for item in section(table)] == [(), ("#77",)]


def test_tickets_that_were_created_to_track_work_are_items() -> None:
    text = "We have created tickets in the build repository to track the work needed:\n\n- https://github.com/acme/web/issues/3\n"
    assert [item.tickets for item in read(f"## The incident\n\n{text}")] == [("https://github.com/acme/web/issues/3",)]


def test_a_sentence_before_code_introduces_it() -> None:
    assert section("Split it in two. Before:\n\n```json\n{}\n```\n") == ()


def test_one_sentence_of_a_fix_is_no_item_and_a_list_of_mitigations_is() -> None:
    assert read("## Fix\n\nConvert the columns to boolean.\n") == ()
    items = read(
        "## Mitigations\n\n- Potentially more in depth review before the start\n- Spend more time on the worst case\n"
    )
    assert len(items) == 2


def test_the_steps_to_close_a_document_are_a_checklist() -> None:
    assert read("### Steps to close\n\n1. [ ] Is someone assigned?\n2. [ ] Answer in the summary\n") == ()


def test_a_table_of_steps_and_states_is_no_list_of_work() -> None:
    assert read("## The watchdog\n\n| Step | State |\n|---|---|\n| The module | not loaded |\n") == ()


def test_a_table_in_chinese_with_its_severity() -> None:
    table = "| ID | 严重级别 | 行动项 | 状态 |\n|---|---|---|---|\n| A1 | P0 | 完成修复 | 在途 |"
    (item,) = read(f"## 剩余行动项\n\n{table}")
    assert (item.priority, item.done) == ("P0", False)


@pytest.mark.parametrize("below", ["**Updated:** `scripts/validate.js`", "**Added to:** the readme"])
def test_what_was_created_for_an_item_says_that_it_is_done(below: str) -> None:
    assert [item.done for item in section(f"### 1. Contract validation\n\n{below}\n")] == [True]


def test_a_pull_request_and_a_sentence_close_no_item_either() -> None:
    (item,) = section("- **Watchdog to a service** (PR #115). The alert is now routed to a check.")
    assert item.done is None


def test_of_a_numbered_list_all_entries_are_labels_or_none() -> None:
    text = "1. Updated the runner:\n   - to the latest\n2. Set the version for all:\n   - to 25\n3. Moved the tag\n"
    assert titles(section(text)) == ["Updated the runner", "Set the version for all", "Moved the tag"]
    groups = "1. Short term:\n   - Add alerting\n2. Long term:\n   - Add a limit\n"
    assert [item.group for item in section(groups)] == ["Short term", "Long term"]


def test_a_long_title_announces_nothing_and_a_short_one_does() -> None:
    below = "## What it was about\n\n- The watcher was down as well\n"
    assert parse(f"# A night without queues, nine hours long, and its remediation\n\n{below}", "a.md").items == ()
    assert titles(parse("# Preventive measures\n\n- Add alerting\n", "a.md").items) == ["Add alerting"]


# --- what a stranger's documents showed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    ["Fix: bound the pool @uri", "Tracking: add ids to the logs", "State: move it to Redis", "Status: write a page for it",
     "Team: hire one more SRE", "Priority: rethink our queue priorities"],
)  # fmt: skip
def test_an_entry_that_begins_with_a_fields_name_is_an_entry(entry: str) -> None:
    first, second = section(f"- Rework the pool\n- {entry}\n")
    assert (first.owners, first.priority, first.done) == ((), None, None)
    assert second.line == 6


def test_fields_as_entries_belong_to_the_entry_before() -> None:
    (item,) = section(
        "- Rework the pool\n- Owner: Alice Liddell\n- Due: 2026-12-01\n- Status: in progress\n- Ticket: OPS-3\n"
    )
    assert (item.owners, item.done, item.tickets) == (("Alice Liddell",), False, ("OPS-3",))


@pytest.mark.parametrize(
    "text", ["[ ] Can we bound the pool? @kim", "Should we bound the pool? (PAY-3)", "Is it done? @eva"]
)
def test_a_question_with_a_box_an_account_or_a_ticket_is_an_item(text: str) -> None:
    assert len(section(f"- {text}")) == 1
    assert section("- Why was nobody paged?") == ()


@pytest.mark.parametrize(
    ("cell", "owners"),
    [
        ("N/A", ()),
        ("R&D", ("R&D",)),
        ("Pam / Jim", ("Pam", "Jim")),
        ("Pam & Jim", ("Pam", "Jim")),
        ("nobody yet", ()),
        ("See ticket", ()),
    ],
)
def test_who_stands_in_an_owners_cell(cell: str, owners: tuple[str, ...]) -> None:
    (item,) = section(f"| Action | By whom |\n|---|---|\n| Add alerting | {cell} |")
    assert item.owners == owners


@pytest.mark.parametrize(
    "text", ["Do it (Rejected)", "Do it (Awaiting)", "Do it (Friday)", "Do it (Cloudflare)", "Ability to test the pool"]
)
def test_what_is_nobodys_name(text: str) -> None:
    assert [item.owners for item in section(f"- {text}")] == [()]


def test_a_list_of_people_may_have_a_comma_before_and() -> None:
    assert [item.owners for item in section("- Add alerting (Mina, Ravi, and Zoe)")] == [("Mina", "Ravi", "Zoe")]


def test_a_commit_that_is_reverted_is_no_ticket() -> None:
    (item,) = section("- Revert commit 1a2b3c4d")
    assert (item.title, item.tickets) == ("Revert commit 1a2b3c4d", ())
    for text in (
        "Delete the account (5b10ac8d82e05b22cc7d4ef5)",
        "Handle error (80070e05)",
        "Remove container: 3f4e5d6c7b8a",
    ):
        assert [item.tickets for item in section(f"- {text}")] == [()]


def test_a_day_with_an_exclamation_mark_is_no_ticket() -> None:
    assert [item.tickets for item in section("- Add alerting !2026-03-20")] == [()]


def test_the_date_of_a_document_may_stand_in_its_title() -> None:
    assert str(parse("# Postmortem 2026-05-19: login outage\n", "a.md").date) == "2026-05-19"


def test_several_fields_on_one_line() -> None:
    line = "**Date:** 2026-05-19 | **Author:** Alice | **Severity:** SEV3 | **Status:** draft"
    document = parse(f"# Down\n\n{line}\n", "a.md")
    assert (str(document.date), document.severity, document.draft, document.authors) == (
        "2026-05-19",
        "SEV3",
        True,
        ("Alice",),
    )


@pytest.mark.parametrize("heading", ["Rejected action items", "Not action items", "Why there are no action items"])
def test_what_is_no_list_of_work(heading: str) -> None:
    assert read(f"## {heading}\n\n- Pin the image\n") == ()


def test_a_row_without_text_that_somebody_owns_is_told() -> None:
    table = "| Action | Owner | Due |\n|---|---|---|\n| | Lee | |\n| Do A | Bo | |\n| | | |\n"
    document = parse(f"# Down\n\n## Action items\n\n{table}", "a.md")
    assert titles(document.items) == ["Do A"]
    assert [(finding.rule, finding.line) for finding in document.findings] == [("title-missing", 7)]


def test_the_column_without_a_name_may_hold_the_text() -> None:
    (item,) = section("| | Owner | Due |\n|---|---|---|\n| Restrict the purge | Moe | 2026-10-20 |")
    assert (item.title, item.owners) == ("Restrict the purge", ("Moe",))


@pytest.mark.parametrize(
    "label",
    [
        "### ✅ Done",
        "### 🚧 In progress",
        "**✅ Done**",
        "- ✅ Done",
        "### [x] Short term",
        "### ✅ Quick wins",
        "- @alice",
    ],
)
def test_a_label_with_a_sign_or_a_person_is_a_group_and_no_item(label: str) -> None:
    inner = "  " if label.startswith("-") else ""
    items = section(f"{label}\n\n{inner}- Restart the workers\n{inner}- Replay the events\n")
    assert titles(items) == ["Restart the workers", "Replay the events"]
    assert not ("win" in label and items[0].done)
    assert ("alice" in label) == (items[0].owners == ("alice",))


@pytest.mark.parametrize(
    "text",
    ["Split the queue (blocked by OPS-9)", "As soon as PAY-12 is closed, remove the flag", "Split it (similar to OPS-9)", "Backport #123 to 1.4",
     "Revert PR #45", "Replace host DB-07", "Roll it out to PROD-1", "Split it, as in OPS-9"],
)  # fmt: skip
def test_what_is_spoken_of_is_not_the_items_ticket(text: str) -> None:
    (item,) = section(f"- {text}")
    assert (item.title, item.tickets) == (text, ())


@pytest.mark.parametrize("heading", ["Sign-off", "Approvals", "Reviewers", "Severity", "Which services"])
def test_boxes_for_people_and_facts_are_no_work(heading: str) -> None:
    assert read(f"## {heading}\n\n- [ ] Head of operations\n- [ ] Search\n") == ()


def test_an_owner_with_a_day_behind_a_comma() -> None:
    (item,) = section("1. Split the queue\n   Owner: alice, due 2026-06-01\n")
    assert (item.owners, str(item.due)) == (("alice",), "2026-06-01")


def test_a_question_with_an_owner_is_an_item() -> None:
    for text in ("Can we move deploys out of peak hours? (alice)", "Should we alert on queue age? Owner: alice"):
        assert [item.owners for item in section(f"- {text}")] == [("alice",)]


def test_a_table_of_what_is_to_be_done() -> None:
    (item,) = read(
        "## Remediation\n\n| To be done | By whom | By when |\n|---|---|---|\n| Split the queue | alice | 2026-06-01 |\n"
    )
    assert (item.title, item.owners, str(item.due)) == ("Split the queue", ("alice",), "2026-06-01")


@pytest.mark.parametrize(
    "text",
    [
        "| Action | Status |\n|---|---|\n| Pin the image | Won't do |",
        "### Won't do\n\n- Pin the image\n",
        "- [-] Pin the image\n",
        "- Pin the image (rejected)\n",
        "- Cancelled: pin the image\n",
        "- Pin the image\n  - Status: Obsolete\n",
    ],
)
def test_work_that_was_cancelled_is_neither_done_nor_to_be_done(text: str) -> None:
    (item,) = section(text)
    assert (item.dropped, item.done, item.owners) == (True, None, ())


@pytest.mark.parametrize("label", ["**Owner of it:** ", "**作成者:** ", "**Short term:** :"])
def test_a_bold_label_with_nothing_behind_it_is_nothing(label: str) -> None:
    assert titles(section(f"**1. Add alerting.** Soon.\n{label}\n")) == ["Add alerting"]
    assert section(label) == ()


def test_a_lead_that_points_elsewhere_takes_nothing_of_what_follows() -> None:
    assert section("**Later:** See the section below.\n\n```sh\nls\n```\n") == ()


def test_the_line_of_a_paragraph_in_html_is_that_of_its_text() -> None:
    (item,) = section('<div class="note">\n<sup>1.</sup> Hosted pages stay. They are not\ntouched.</div>\n')
    assert item.line == 6


@pytest.mark.parametrize("rows", ["| Action | Due |\n|---|---|\n| Pin the image | 2026-12-01 |\n", "- Pin the image\n"])
def test_what_a_group_says_holds_for_tables_as_for_lists(rows: str) -> None:
    (dropped,) = section(f"### Won't do\n\n{rows}")
    (owned,) = section(f"### Owner: alice\n\n{rows}")
    assert (dropped.dropped, owned.owners) == (True, ("alice",))


def test_what_a_group_says_holds_for_headings() -> None:
    (item,) = section("### Won't do\n\n#### Rotate the keys each week\n\nToo dear.\n")
    assert item.dropped


@pytest.mark.parametrize("text", ["Nothing for this incident.", "None", "n/a", "Nothing for now"])
def test_what_says_that_there_is_nothing_is_no_item(text: str) -> None:
    assert section(f"- {text}\n") == ()
