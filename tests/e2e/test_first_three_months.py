"""A team's first three months with pmsync, as they go: what people do, and what pmsync says to it.

One story, told once for each tracker. Each chapter goes on where the one before it ended.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.play import People, Team, play

MAIL = """---
title: Mail was late
date: 2026-06-11
severity: sev3
status: final
---
# Mail was late

## Action items

- Give newsletters a queue of their own (owner: bob)
- Show the length of the queue on the dashboard
"""
CHECKOUT = """---
title: Checkout was down
date: 2026-09-03
severity: sev1
status: final
---
# Checkout was down

## Action items

- [ ] Alert when the connection pool is nearly empty (owner: alice, due: 2026-09-18)
- [ ] Give every muted alert an end date (owner: bob)
- [ ] Let roll-backs skip the canary step (owner: alcie)
"""
QUEUE = """---
title: The queue was full
date: 2026-09-24
severity: sev2
status: draft
---
# The queue was full

## Action items

| Action | Owner | Due |
|---|---|---|
| Alert on the age of the oldest message | alice | 2026-10-30 |
| Send newsletters in portions of 50,000 | bob | |
| Write a runbook for a full queue | carol | |
"""
LEAK = """---
title: Keys leaked
date: 2026-10-08
severity: sev1
status: final
visibility: restricted
---
# Keys leaked

## Action items

- Rotate the keys of the gateway (owner: bob, due: 2026-11-30)
"""
OLD = "postmortems/2026-06-11-mail.md"
FIRST = "postmortems/2026-09-03-checkout.md"
RENAMED = "postmortems/2026-09-03-connection-pool.md"
SECOND = "postmortems/2026-09-24-queue.md"
COPY = "postmortems/2026-10-01-queue-again.md"
SECRET = "postmortems/2026-10-08-leak.md"

# --- what is said again and again -----------------------------------------------------------------------------------

AGREE = "Nothing to do: documents, tickets and ledger agree."
DIFFER = "Nothing to send."
THEIRS = "1 ticket differs from its document: what people change in a tracker stays."
DOES_IT = "run `pmsync sync` to apply this"


def items(total: int, *counts: str) -> str:
    """Where all items are; the two of the old document are always before `since`."""
    return f"{total} items: {', '.join(counts)}, 2 before documents.since (2026-09-01)."


def without_account(owner: str, line: int) -> str:
    return f"""
        warning: owner '{owner}' cannot be assigned in 'TRACKER':
              [github: '{owner}' has no GitHub account: set `people.{owner}.github`]
              [jira: people.{owner} has neither `jira` nor `email`] [owner-unresolved]
          --> postmortems/2026-09-03-checkout.md:{line}
        hint: correct the account under [people.{owner}]: the next sync assigns the ticket
    """


def unknown(owner: str, place: str) -> str:
    return f"""
        warning: owner '{owner}' is not known, so tickets cannot be assigned to them [owner-unknown]
        hint: correct the name in the documents, or add them with these lines at the end of the configuration
        # 1 item, first at {place}
        [people.{owner}]
        # [github: github][jira: email] = "…"
    """


def waits(tickets: str, owners: str, place: str) -> str:
    return f"""
        note: {tickets}, who cannot be assigned yet: {owners} [owner-owed]
          --> {place}
        hint: the next sync assigns them once [people] has their accounts; `pmsync doctor` and `pmsync check` say
              which
    """


def not_ticked(title: str, place: str) -> str:
    return f"""
        note: done in the tracker, open in the document: '{title}' [not-ticked]
          --> {place}
        hint: `pmsync write-back` ticks them; the status in the tracker is what counts
    """


def drift(place: str, status: str) -> str:
    return f"""
        note: the document says done, ticket 'TICKET-1' is {status} [drift]
          --> {place}
        hint: the ticket's status counts: close it there, or untick the item
    """


TICKED = """
    note: the document says done, ticket 'TICKET-1' is open [drift]
      --> postmortems/2026-09-03-connection-pool.md:11
    hint: the ticket was opened again: `pmsync write-back`, which ticked the item, takes that back
"""


def lost(*, surely: bool = False) -> str:
    """Whether it is only hidden is asked once a day."""
    gone = "warning: ticket 'TICKET-5' of item 'Send newsletters in portions of 50,000' is gone [ticket-lost]"
    again = "`pmsync forget t2f3gjx2ou2z` lets the next sync create another"
    if surely:
        return f"{gone} hint: it was deleted, and is not created again by itself; {again}"
    return f"""
        {gone}
        hint: it was deleted, or is hidden from pmsync's account (a security level, another place): open LINK-5
              with an account that sees everything. If it exists, give pmsync's account access: the next sync finds it.
              Only if it was deleted: {again}
    """


MOVED = """
    note: ticket 'TICKET-3' was moved to 'ELSEWHERE' [ticket-moved]
    hint: no configured tracker holds it: its status is followed, and nothing is sent there
"""
ORPHANED = """
    note: ticket 'TICKET-7' stays open, though its item 'Send newsletters in portions of 50,000' left
          'postmortems/2026-10-01-queue-again.md' [orphaned]
      --> postmortems/2026-10-01-queue-again.md
    hint: close it if it is no longer wanted; if the item was reworded, run `pmsync adopt ITEM TICKET-7`
"""


def copied(level: str) -> str:
    """A warning in the run that adopts the ticket, a note from then on."""
    return f"""
        {level}: 'Alert on the age of the oldest message' names ticket 'TICKET-4', which belongs to
              'postmortems/2026-09-24-queue.md': it looks copied from there [copied-link]
          --> postmortems/2026-10-01-queue-again.md:13
        hint: remove the link if this is work of its own, and it gets a ticket; if it is the same work, leave it: it
              follows the ticket's status, and write-back does not tick it
    """


COPIED = copied("note")
RESTRICTED = """
    warning: the document is restricted, and no tracker is marked for that: its items get no tickets
          [restricted-no-tracker]
      --> postmortems/2026-10-08-leak.md
    hint: set `restricted = true` below [trackers.NAME] of a tracker that nobody else can read
"""


@pytest.mark.parametrize("tracker", ["github", "jira"])
def test_the_first_three_months(tmp_path: Path, tracker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with play(tmp_path, tracker, monkeypatch) as (team, people):
        the_first_hour(team, people)
        who_is_who(team, people)
        people_work(team, people)
        documents_are_edited(team, people)
        a_draft_becomes_final(team, people)
        a_document_is_copied(team, people)
        a_restricted_document(team, people)
        mistakes(team, people)
        tickets_go_away(team, people)
        things_get_late(team, people)


# --- September ----------------------------------------------------------------------------------------------------


def the_first_hour(team: Team, people: People) -> None:
    """Two post-mortems are there already, one of them old. alice sets pmsync up, and chooses what is too old."""
    team.writes(OLD, MAIL)
    team.writes(FIRST, CHECKOUT)
    team.runs(team.words.init).says("""
        wrote 'pmsync.toml'
        found 5 action items in 2 documents
          2 documents from before 2026-09-07: listed, no tickets
        the next sync creates 0 tickets
          5 items: 5 before documents.since (2026-09-07)
          with another documents.since: 2026-06-11 (everything): 5 tickets
        warning: only tickets of the token's own account will be trusted in 'TRACKER'
        hint: if CI and a cron host use different accounts, list both in trackers.TRACKER.accounts
        next:
          pmsync doctor  do trackers, token and people work?
          pmsync plan  which tickets would be created?
          pmsync sync  create them
    """)
    team.moves_to_the_fake()
    team.runs("plan").says("""
        No changes.
        5 items: 5 before documents.since (2026-09-07).
        To give those 5 items tickets, set an earlier date as documents.since.
    """)
    team.edits("pmsync.toml", ("since = 2026-09-07", "since = 2026-09-01"))

    def no_account(owner: str) -> str:
        return f"""
            ! '{owner}' cannot be assigned:
                  [github: '{owner}' has no GitHub account: set `people.{owner}.github`]
                  [jira: people.{owner} has neither `jira` nor `email`]
              hint: correct [people.{owner}], or leave it: the ticket names the owner in its text
        """

    team.runs("doctor").says(f"""
        ✓ configuration
            ✓ '~/web', namespace 'acme/web'
        ✓ ledger
            ✓ '~/web/.pmsync/ledger.db' does not exist yet; the first sync creates it
        ✓ documents
            ✓ 5 action items in 2 documents
        ! tracker TRACKER (TRACKER, [github: acme/web)][jira: https://acme.atlassian.net PAY)]
            [github: ✓ acts as 'BOT'
            ✓ `acme/web` takes issues
            ✓ may label and assign
            ✓ the token's scopes are 'repo'
            ! the label 'postmortem' does not exist yet
              hint: it is created with the first ticket]
            [jira: ✓ logged in as 'BOT'
            ✓ project 'PAY' is 'Pay'
            ✓ issue type 'Task' exists
            ✓ tickets can be searched for
            ✓ may create tickets
            ✓ may bring changes of documents into tickets
            ✓ may assign owners
            ✓ may close duplicates
            ✓ may explain why a duplicate is closed
            ✓ every required field is filled]
            ! only tickets of 'BOT' are trusted
              hint: if CI and a cron host use different accounts, list both in trackers.TRACKER.accounts
            {no_account("bob")}
            {no_account("alcie")}
            {no_account("alice")}
        Found [github: 5][jira: 4] warnings.
    """)
    team.runs("check").says("""
        note: dated 2026-06-11, before documents.since (2026-09-01): no tickets for its 2 open items  [before-since]
          --> postmortems/2026-06-11-mail.md:1
        All checks passed (1 note): 5 items in 2 documents.
    """)
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          + create  Alert when the connection pool is nearly empty  → TRACKER  [github: (severity:sev1]
                [jira: (due 2026-09-18 · severity:sev1]  line 11)
          + create  Give every muted alert an end date  → TRACKER  (severity:sev1  line 12)
          + create  Let roll-backs skip the canary step  → TRACKER  (severity:sev1  line 13)
        Plan: 3 to create, 0 to update, 0 to adopt.
        {items(5, "3 to create")}
        {without_account("alice", 11)}
        {without_account("bob", 12)}
        {without_account("alcie", 13)}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        created  TICKET-1 LINK-1  Alert when the connection pool is nearly empty
        created  TICKET-2 LINK-2  Give every muted alert an end date
        created  TICKET-3 LINK-3  Let roll-backs skip the canary step
        Sync: 3 created.
        {items(5, "3 with a ticket")}
        {without_account("alice", 11)}
        {without_account("bob", 12)}
        {without_account("alcie", 13)}
    """)
    assert team.waited == 0  # nobody has made a ticket in this namespace yet
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (3)
        TICKET-1  open  in 11d (2026-09-18)  alice  Alert when the connection pool is nearly empty
        TICKET-2  open  bob  Give every muted alert an end date
        TICKET-3  open  alcie  Let roll-backs skip the canary step
        Showing 3 of 3 open items; 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows the
          details of one.
        last good sync: a minute ago
    """)
    team.runs("plan").says(f"""
        No changes.
        {items(5, "3 with a ticket")}
        {waits("3 tickets wait for their owners", "'alice', 'bob', 'alcie'", "postmortems/2026-09-03-checkout.md:11")}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(5, "3 with a ticket")}
        {waits("3 tickets wait for their owners", "'alice', 'bob', 'alcie'", "postmortems/2026-09-03-checkout.md:11")}
    """)
    assert team.waited == 0


def who_is_who(team: Team, people: People) -> None:
    """alice tells pmsync who is who, and finds her own name misspelt."""
    team.on("2026-09-08")
    team.runs("status --mine").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (1)
        TICKET-1  open  in 10d (2026-09-18)  alice  Alert when the connection pool is nearly empty
        Showing 1 of 3 open items; 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows the
          details of one.
        you are 'alice': PMSYNC_USER is 'alice'
        warning: the last good sync was at 2026-09-07 09:09 UTC, more than a day ago
        hint: run `pmsync sync`; last good sync: a day ago
    """)
    team.says_who_is("alice", "bob")
    team.does_not_know("alcie")
    team.adds_people("dana")
    misspelt = """
        warning: owner 'alcie' is not known, so tickets cannot be assigned to them [owner-unknown]
        hint: correct the name in the documents, or add them with these lines at the end of the configuration
        # 1 item, first at postmortems/2026-09-03-checkout.md:13; or is it 'alice'? Then add the name to aliases there
        [people.alcie]
        # [github: github][jira: email] = "…"
    """
    alcie = waits("1 ticket waits for its owner", "'alcie'", "postmortems/2026-09-03-checkout.md:13")
    team.runs("check").says(f"""
        note: dated 2026-06-11, before documents.since (2026-09-01): no tickets for its 2 open items  [before-since]
          --> postmortems/2026-06-11-mail.md:1
        {misspelt}
        Found 1 warning and 1 note: 5 items in 2 documents.
    """)
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          ~ update  Alert when the connection pool is nearly empty  TICKET-1 LINK-1
                [github: (line 11) assignee: nobody → alice][jira: (assignee: nobody → alice  line 11)]
          ~ update  Give every muted alert an end date  TICKET-2 LINK-2  (assignee: nobody → bob  line 12)
        Plan: 0 to create, 2 to update, 0 to adopt.
        {items(5, "3 with a ticket")}
        {alcie}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        updated  TICKET-1 LINK-1  Alert when the connection pool is nearly empty: assignee: nobody → alice
        updated  TICKET-2 LINK-2  Give every muted alert an end date: assignee: nobody → bob
        Sync: 2 updated.
        {items(5, "3 with a ticket")}
        {alcie}
    """)
    assert [people.assignees(number) for number in (1, 2, 3)] == [["alice"], ["bob"], []]
    team.edits(FIRST, ("alcie", "alice"))
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          ~ update  Let roll-backs skip the canary step  TICKET-3 LINK-3  (assignee: nobody → alice  line 13)
        Plan: 0 to create, 1 to update, 0 to adopt.
        {items(5, "3 with a ticket")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        updated  TICKET-3 LINK-3  Let roll-backs skip the canary step: assignee: nobody → alice
        Sync: 1 updated.
        {items(5, "3 with a ticket")}
    """)
    team.runs("status --mine").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-1  open  in 10d (2026-09-18)  alice  Alert when the connection pool is nearly empty
        TICKET-3  open  alice  Let roll-backs skip the canary step
        Showing 2 of 3 open items; 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows the
          details of one.
        you are 'alice': PMSYNC_USER is 'alice'
        last good sync: a minute ago
    """)
    assert people.assignees(3) == ["alice"]
    team.runs("sync").says(f"""
        {AGREE}
        {items(5, "3 with a ticket")}
    """)


def people_work(team: Team, people: People) -> None:
    """Tickets are started, closed and handed on; the tracker owns all that. Boxes are ticked, one of them too early."""
    team.on("2026-09-10")
    people.start(1)
    people.comment(1, "On it.")
    people.close(2)
    people.reassign(3, "dana")
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          [jira: < observe Alert when the connection pool is nearly empty  TICKET-1 LINK-1
                (open → in progress  line 11)]
          < observe Give every muted alert an end date  TICKET-2 LINK-2  (open → done  line 12)
          < observe Let roll-backs skip the canary step  TICKET-3 LINK-3  (assignee: alice → dana  line 13)
        Plan: 0 to create, 0 to update, 0 to adopt, [github: 2][jira: 3] to take over from the trackers.
        {items(5, "3 with a ticket")}
        {not_ticked("Give every muted alert an end date", "postmortems/2026-09-03-checkout.md:12")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        [jira: changed  TICKET-1 LINK-1  Alert when the connection pool is nearly empty: open → in progress]
        changed  TICKET-2 LINK-2  Give every muted alert an end date: open → done
        changed  TICKET-3 LINK-3  Let roll-backs skip the canary step: assignee: alice → dana
        Sync: [github: 2][jira: 3] changed.
        {items(5, "3 with a ticket")}
        {not_ticked("Give every muted alert an end date", "postmortems/2026-09-03-checkout.md:12")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-1  STARTED  in 8d (2026-09-18)  alice  Alert when the connection pool is
              nearly empty
        TICKET-3  open  dana  Let roll-backs skip the canary step
        Showing 2 of 2 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: a minute ago
    """)
    team.runs("show TICKET-2").says(f"""
        Give every muted alert an end date
          uid  o2ggbvqby73u
          status  done
          place  postmortems/2026-09-03-checkout.md:12
                https://github.com/acme/web/blob/main/postmortems/2026-09-03-checkout.md#L12
          document  Checkout was down, sev1, 2026-09-03
          owner  bob
          ticked  no
          first seen 2026-09-07 09:06 UTC
        Ticket
          TRACKER  TICKET-2 LINK-2
          state  done [github: (completed)]
          author  BOT
          created  2026-09-07 09:06 UTC
          changed  2026-09-10 10:00 UTC
          closed  2026-09-10 10:00 UTC
          title  Give every muted alert an end date
          owner  bob
          [jira: priority  Medium]
          labels  [jira: pm-o2ggbvqby73u,] postmortem, severity:sev1
        Findings of the last run
        {not_ticked("Give every muted alert an end date", "postmortems/2026-09-03-checkout.md:12")}
        History
          2026-09-07 09:06 UTC  pmsync  announced: TRACKER
          2026-09-07 09:06 UTC  pmsync  ticket: TRACKER TICKET-2
          2026-09-07 09:06 UTC  pmsync  status: open
          [jira: 2026-09-07 09:09 UTC  tracker  state: To Do
          2026-09-07 09:09 UTC  tracker  priority: Medium]
          2026-09-08 10:04 UTC  pmsync  assignees: bob
          2026-09-10 10:02 UTC  tracker  status: open → done
        `pmsync forget TICKET-2` drops the link; `pmsync status` shows all items
    """)
    team.edits(FIRST, ("- [ ] Give every", "- [x] Give every"), ("- [ ] Alert", "- [x] Alert"))
    team.runs("plan").says(f"""
        No changes.
        {items(5, "3 with a ticket")}
        {drift("postmortems/2026-09-03-checkout.md:11", "STARTED")}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(5, "3 with a ticket")}
        {drift("postmortems/2026-09-03-checkout.md:11", "STARTED")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-1  STARTED  in 8d (2026-09-18)  alice  Alert when the connection pool is
              nearly empty
        TICKET-3  open  dana  Let roll-backs skip the canary step
        Showing 2 of 2 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: a minute ago
    """)
    team.edits(FIRST, ("- [x] Alert", "- [ ] Alert"))
    team.runs("sync").says(f"""
        {DIFFER} {THEIRS}
        {items(5, "3 with a ticket")}
    """)


def documents_are_edited(team: Team, people: People) -> None:
    """The document owns title, owner and due date: what it changes is sent, once, and nothing else is."""
    team.on("2026-09-15")
    team.edits(FIRST, ("due: 2026-09-18", "due: 2026-10-02"), ("(owner: alice, due", "(owner: bob, due"))
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          ~ update  Alert when the connection pool is nearly empty  TICKET-1 LINK-1
                (line 11)
                assignee: alice → bob
                [github: due in its text:][jira: due:] 2026-09-18 → 2026-10-02
        Plan: 0 to create, 1 to update, 0 to adopt.
        {items(5, "3 with a ticket")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        updated  TICKET-1 LINK-1  Alert when the connection pool is nearly empty
              assignee: alice → bob
              [github: due in its text:][jira: due:] 2026-09-18 → 2026-10-02
        Sync: 1 updated.
        {items(5, "3 with a ticket")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-1  STARTED  in 17d (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        TICKET-3  open  dana  Let roll-backs skip the canary step
        Showing 2 of 2 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: a minute ago
    """)
    assert people.assignees(1) == ["bob"]
    assert "2026-09-18" not in people.read(1)
    assert "alice" not in people.read(1)

    # Somebody calls the ticket otherwise, and nobody takes that back; then the document itself changes the title.
    people.retitle(3, "Roll-backs without canary")
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          < observe Let roll-backs skip the canary step  TICKET-3 LINK-3  (title: Let roll-backs skip the canary
                step → Roll-backs without canary  line 13)
        Plan: 0 to create, 0 to update, 0 to adopt, 1 to take over from the trackers.
        {items(5, "3 with a ticket")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        changed  TICKET-3 LINK-3  Roll-backs without canary: title: Let roll-backs skip the
              canary step → Roll-backs without canary
        Sync: 1 changed.
        {items(5, "3 with a ticket")}
    """)
    team.edits(FIRST, ("the canary step", "the canary step at night"))
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          ~ update  Let roll-backs skip the canary step at night  TICKET-3 LINK-3  (line 13)
                title: Roll-backs without canary → Let roll-backs skip the canary step at night
        Plan: 0 to create, 1 to update, 0 to adopt.
        {items(5, "3 with a ticket")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        updated  TICKET-3 LINK-3  Let roll-backs skip the canary step at night
              title: Roll-backs without canary → Let roll-backs skip the canary step at night
        Sync: 1 updated.
        {items(5, "3 with a ticket")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-1  STARTED  in 17d (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        TICKET-3  open  dana  Let roll-backs skip the canary step at night
        Showing 2 of 2 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: a minute ago
    """)

    # dana has the ticket since alice gave it to her: another owner in the document does not take it away again.
    team.edits(FIRST, ("at night (owner: alice)", "at night (owner: bob)"))
    kept = """
        note: the document's owner is now 'bob'; ticket 'TICKET-3' stays with 'dana', whom somebody assigned in
              the tracker
              [owner-kept]
          --> postmortems/2026-09-03-checkout.md:13
        hint: assign it there if that is outdated: LINK-3
    """
    team.runs("plan").says(f"""
        postmortems/2026-09-03-checkout.md
          ~ update  Let roll-backs skip the canary step at night  TICKET-3 LINK-3  (line 13)
                owner in its text: alice → bob
        Plan: 0 to create, 1 to update, 0 to adopt.
        {items(5, "3 with a ticket")}
        {kept}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        updated  TICKET-3 LINK-3  Let roll-backs skip the canary step at night: owner in its text: alice → bob
        Sync: 1 updated.
        {items(5, "3 with a ticket")}
        {kept}
    """)
    team.runs("sync").says(f"""
        {DIFFER} {THEIRS}
        {items(5, "3 with a ticket")}
    """)
    assert people.assignees(3) == ["dana"]
    team.edits(FIRST, ("at night (owner: bob)", "at night (owner: dana)"))
    team.runs("sync").says(f"""
        updated  TICKET-3 LINK-3  Let roll-backs skip the canary step at night: owner in its text: bob → dana
        Sync: 1 updated.
        {items(5, "3 with a ticket")}
    """)
    team.runs("sync").says(f"""
        {AGREE}
        {items(5, "3 with a ticket")}
    """)

    team.renames(FIRST, RENAMED)
    team.runs("plan").says(f"""
        postmortems/2026-09-03-connection-pool.md
          ~ move  postmortems/2026-09-03-checkout.md → postmortems/2026-09-03-connection-pool.md  (2 tickets: TICKET-1,
                TICKET-3)
        Plan: 0 to create, 2 to update, 0 to adopt.
        {items(5, "3 with a ticket")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        moved  postmortems/2026-09-03-checkout.md → postmortems/2026-09-03-connection-pool.md  (2 tickets: TICKET-1,
              TICKET-3)
        Sync: 2 updated.
        {items(5, "3 with a ticket")}
    """)
    team.runs("plan").says(f"""
        No changes.
        {items(5, "3 with a ticket")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-1  STARTED  in 17d (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        TICKET-3  open  dana  Let roll-backs skip the canary step at night
        Showing 2 of 2 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: 2 minutes ago
    """)


# --- October ------------------------------------------------------------------------------------------------------


def a_draft_becomes_final(team: Team, people: People) -> None:
    """A draft is shown and checked, and gets its tickets when it is final. carol is new, and [people] lacks her."""
    team.on("2026-09-28")
    team.writes(SECOND, QUEUE)
    team.runs("check").says(f"""
        note: dated 2026-06-11, before documents.since (2026-09-01): no tickets for its 2 open items  [before-since]
          --> postmortems/2026-06-11-mail.md:1
        note: a draft (status 'draft'), so its 3 open items get no tickets yet  [draft-document]
          --> postmortems/2026-09-24-queue.md:1
        hint: change its status when it is final
        {unknown("carol", "postmortems/2026-09-24-queue.md:15")}
        Found 1 warning and 2 notes: 8 items in 3 documents.
    """)
    team.runs("plan").says(f"""
        No changes.
        {items(8, "3 with a ticket", "3 in drafts")}
    """)
    team.runs("sync").says(f"""
        {AGREE}
        {items(8, "3 with a ticket", "3 in drafts")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Due within a week (1)
        TICKET-1  STARTED  in 4d (2026-10-02)  bob  Alert when the connection pool is nearly
              empty
        Later (4)
        -  proposed  in 32d (2026-10-30)  alice  Alert on the age of the oldest message
          postmortems/2026-09-24-queue.md:13: the document is a draft
        TICKET-3  open  dana  Let roll-backs skip the canary step at night
        -  proposed  bob  Send newsletters in portions of 50,000
          postmortems/2026-09-24-queue.md:14: the document is a draft
        -  proposed  carol  Write a runbook for a full queue
          postmortems/2026-09-24-queue.md:15: the document is a draft
        Showing 5 of 5 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: a minute ago
    """)
    team.edits(SECOND, ("status: draft", "status: final"))
    team.runs("plan").says(f"""
        postmortems/2026-09-24-queue.md
          + create  Alert on the age of the oldest message  → TRACKER  (alice [jira: · due 2026-10-30] · severity:sev2
                line 13)
          + create  Send newsletters in portions of 50,000  → TRACKER  (bob · severity:sev2  line 14)
          + create  Write a runbook for a full queue  → TRACKER  (severity:sev2  line 15)
        Plan: 3 to create, 0 to update, 0 to adopt.
        {items(8, "3 with a ticket", "3 to create")}
        {unknown("carol", "postmortems/2026-09-24-queue.md:15")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        created  TICKET-4 LINK-4  Alert on the age of the oldest message
        created  TICKET-5 LINK-5  Send newsletters in portions of 50,000
        created  TICKET-6 LINK-6  Write a runbook for a full queue
        Sync: 3 created.
        {items(8, "6 with a ticket")}
        {unknown("carol", "postmortems/2026-09-24-queue.md:15")}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(8, "6 with a ticket")}
        {waits("1 ticket waits for its owner", "'carol'", "postmortems/2026-09-24-queue.md:15")}
    """)
    people.join("carol")
    team.adds_people("carol")
    team.runs("sync").says(f"""
        updated  TICKET-6 LINK-6  Write a runbook for a full queue: assignee: nobody → carol
        Sync: 1 updated.
        {items(8, "6 with a ticket")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Due within a week (1)
        TICKET-1  STARTED  in 4d (2026-10-02)  bob  Alert when the connection pool is nearly
              empty
        Later (4)
        TICKET-4  open  in 32d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-3  open  dana  Let roll-backs skip the canary step at night
        TICKET-5  open  bob  Send newsletters in portions of 50,000
        TICKET-6  open  carol  Write a runbook for a full queue
        Showing 5 of 5 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1` shows
              the details of one.
        last good sync: a minute ago
    """)


def a_document_is_copied(team: Team, people: People) -> None:
    """The same trouble again: the new post-mortem begins as a copy. `check` says which work is open already."""
    team.on("2026-10-05")
    team.copies(
        SECOND, COPY,
        ("date: 2026-09-24", "date: 2026-10-01"), ("title: The queue", "title: Again the queue"),
        ("| Write a runbook for a full queue | carol | |\n", ""),
    )  # fmt: skip
    team.runs(f"check {COPY}").says("""
        note: the item 'Alert on the age of the oldest message' is in postmortems/2026-09-24-queue.md:13 too, open
              for 6 days, ticket TICKET-4 [already-open]
          --> postmortems/2026-10-01-queue-again.md:13
        hint: if it is the same work, write TICKET-4 beside it, so that there is no second ticket
        note: the item 'Send newsletters in portions of 50,000' is in postmortems/2026-09-24-queue.md:14 too, open
              for 6 days, ticket TICKET-5 [already-open]
          --> postmortems/2026-10-01-queue-again.md:14
        hint: if it is the same work, write TICKET-5 beside it, so that there is no second ticket
        All checks passed (2 notes): 2 items in 1 document.
    """)
    team.runs("plan").says(f"""
        postmortems/2026-10-01-queue-again.md
          + create  Alert on the age of the oldest message  → TRACKER  (alice [jira: · due 2026-10-30] · severity:sev2
                line 13)
          + create  Send newsletters in portions of 50,000  → TRACKER  (bob · severity:sev2  line 14)
        Plan: 2 to create, 0 to update, 0 to adopt.
        {items(10, "6 with a ticket", "2 to create")}
        {DOES_IT}
    """)
    # They follow the hint for one of the two; the other is work of its own.
    team.edits(COPY, ("oldest message |", "oldest message (TICKET-4) |"))
    team.runs("plan").says(f"""
        postmortems/2026-10-01-queue-again.md
          = adopt  Alert on the age of the oldest message  TICKET-4 LINK-4  (named in the document; followed only, as
                it has another item  line 13)
          + create  Send newsletters in portions of 50,000  → TRACKER  (bob · severity:sev2  line 14)
        Plan: 1 to create, 0 to update, 1 to adopt.
        {items(10, "6 with a ticket", "1 sharing a ticket", "1 to create")}
        {copied("warning")}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        adopted  TICKET-4 LINK-4  Alert on the age of the oldest message: named in the document; followed only, as it
              has another item
        created  TICKET-7 LINK-7  Send newsletters in portions of 50,000
        Sync: 1 adopted, 1 created.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {copied("warning")}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Late (1)
        TICKET-1  STARTED  3d late (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        Later (6)
        TICKET-4  open  in 25d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-4  open  in 25d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-3  open  dana  Let roll-backs skip the canary step at night
        TICKET-5  open  bob  Send newsletters in portions of 50,000
        TICKET-6  open  carol  Write a runbook for a full queue
        TICKET-7  open  bob  Send newsletters in portions of 50,000
        Showing 7 of 7 open items, 1 overdue; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1`
              shows the details of one.
        last good sync: a minute ago
    """)


def a_restricted_document(team: Team, people: People) -> None:
    """A leak is nobody's business: its item gets no ticket where everybody reads."""
    team.on("2026-10-12")
    team.writes(SECRET, LEAK)
    team.runs("plan").says(f"""
        No changes.
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 restricted")}
        {COPIED}
        {RESTRICTED}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 restricted")}
        {COPIED}
        {RESTRICTED}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Late (1)
        TICKET-1  STARTED  10d late (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        Later (7)
        TICKET-4  open  in 18d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-4  open  in 18d (2026-10-30)  alice  Alert on the age of the oldest message
        -  blocked  in 49d (2026-11-30)  bob  Rotate the keys of the gateway
          postmortems/2026-10-08-leak.md:12: the document is restricted, and no tracker is marked for that:
              its items get no tickets
        TICKET-3  open  dana  Let roll-backs skip the canary step at night
        TICKET-5  open  bob  Send newsletters in portions of 50,000
        TICKET-6  open  carol  Write a runbook for a full queue
        TICKET-7  open  bob  Send newsletters in portions of 50,000
        Showing 8 of 8 open items, 1 overdue; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show
              kamqz567ywra` says what keeps it from a ticket.
        last good sync: a minute ago
    """)
    team.runs("gate", code=1).says("""
        10d late  TICKET-1 LINK-1  Alert when the connection pool is nearly empty  (bob)
        1 action item overdue.
    """)
    team.appends("pmsync.toml", '\n[trackers.private]\ntype = "local"\nrestricted = true\n')
    team.edits("pmsync.toml", ('label = "postmortem"\n', 'label = "postmortem"\ndefault = true\n'))
    team.runs("plan").says(f"""
        postmortems/2026-10-08-leak.md
          + create  Rotate the keys of the gateway  → private  (bob · due 2026-11-30 ·
                severity:sev1  line 12)
        Plan: 1 to create, 0 to update, 0 to adopt.
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 to create")}
        {COPIED}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        created  PRIVATE-1  Rotate the keys of the gateway
        Sync: 1 created.
        {items(11, "8 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)
    team.runs("status --mine").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Later (2)
        TICKET-4  open  in 18d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-4  open  in 18d (2026-10-30)  alice  Alert on the age of the oldest message
        Showing 2 of 8 open items; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-4` shows
              the details of one.
        you are 'alice': PMSYNC_USER is 'alice'
        last good sync: a minute ago
    """)
    assert not any("gateway" in title for title in people.titles())


def mistakes(team: Team, people: People) -> None:
    """A configuration that is no TOML, and one with typos: every command says where, and nothing happens."""
    team.on("2026-10-13")
    with team.mistaken("pmsync.toml", "[people.bob]\n", "[people.bob\n"):
        for command in ("plan", "sync", "status"):
            team.runs(command, code=2).says("""
                error: the configuration '~/web/pmsync.toml' is not valid TOML: expected ']' at the end of a table
                      declaration (at
                      line [github: 37,][jira: 39,] column 12)
                hint: line [github: 37:][jira: 39:] [people.bob
            """)
    with team.mistaken("pmsync.toml", 'grace = "0"', 'grace = "1 hour"\ngracious = true'):
        team.runs("plan", code=2).says("""
            error: the configuration has 2 problems
              - pmsync.toml: sync.grace: "1 hour" is not a duration; write it like "200s", "10m", "1h" or "15d"
              - pmsync.toml: sync.gracious: unknown key; did you mean "grace"?
        """)
    team.runs("plan").says(f"""
        No changes.
        {items(11, "8 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)


# --- November -----------------------------------------------------------------------------------------------------


def tickets_go_away(team: Team, people: People) -> None:
    """One ticket is deleted, one goes to another team, one is given up and taken up again, one leaves its document."""
    team.on("2026-10-26")
    people.delete(5)
    people.transfer(3)
    people.close(7, wont_do=True)
    team.runs("plan").says(f"""
        postmortems/2026-09-03-connection-pool.md
          < follow  Let roll-backs skip the canary step at night  ELSEWHERE ELSEWHERE-LINK  (TICKET-3 → ELSEWHERE
                line 13)
        postmortems/2026-09-24-queue.md
          < lost  Send newsletters in portions of 50,000  TICKET-5 LINK-5  (line 14)
        postmortems/2026-10-01-queue-again.md
          < observe Send newsletters in portions of 50,000  TICKET-7 LINK-7  (open → won't do  line 14)
        Plan: 0 to create, 0 to update, 0 to adopt, 3 to take over from the trackers.
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 with a ticket that is gone")}
        {MOVED}
        {lost(surely=not team.on_jira)}
        {COPIED}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        followed  ELSEWHERE ELSEWHERE-LINK  Let roll-backs skip the canary step at night: TICKET-3 → ELSEWHERE
        lost  TICKET-5 LINK-5  Send newsletters in portions of 50,000
        changed  TICKET-7 LINK-7  Send newsletters in portions of 50,000: open → won't do
        Sync: 1 changed, 1 followed, 1 lost.
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 with a ticket that is gone")}
        {MOVED}
        {lost(surely=not team.on_jira)}
        {COPIED}
    """)
    team.runs("plan").says(f"""
        No changes.
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 with a ticket that is gone")}
        {lost()}
        {COPIED}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 with a ticket that is gone")}
        {lost()}
        {COPIED}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Late (1)
        TICKET-1  STARTED  24d late (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        Due within a week (2)
        TICKET-4  open  in 4d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-4  open  in 4d (2026-10-30)  alice  Alert on the age of the oldest message
        Later (4)
        PRIVATE-1  open  in 35d (2026-11-30)  bob  Rotate the keys of the gateway
        ELSEWHERE  open  dana  Let roll-backs skip the canary step at night
        TICKET-5  lost  bob  Send newsletters in portions of 50,000
              ticket TICKET-5 is gone; `pmsync forget t2f3gjx2ou2z` lets the next sync create another
        TICKET-6  open  carol  Write a runbook for a full queue
        Showing 7 of 7 open items, 1 overdue; 2 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1`
              shows the details of one.
        last good sync: a minute ago
    """)

    # The deletion was a mistake, and they do what the warning said.
    team.runs("forget TICKET-5 --yes").says("""
        warning: pmsync cannot see TICKET-5: if it is only hidden or moved, the next sync creates a second ticket
        hint: look at LINK-5 first, as somebody who can see everything
        'Send newsletters in portions of 50,000' has no ticket any more (was TICKET-5); the next sync links it again
              if that ticket still exists.
        For another ticket: `pmsync adopt t2f3gjx2ou2z TICKET`
    """)
    team.runs("plan").says(f"""
        postmortems/2026-09-24-queue.md
          + create  Send newsletters in portions of 50,000  → TRACKER  (bob · severity:sev2  line 14)
        Plan: 1 to create, 0 to update, 0 to adopt.
        {items(11, "7 with a ticket", "1 sharing a ticket", "1 to create")}
        {COPIED}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        created  TICKET-8 LINK-8  Send newsletters in portions of 50,000
        Sync: 1 created.
        {items(11, "8 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)

    team.on("2026-10-27")
    people.reopen(7)
    team.runs("plan").says(f"""
        postmortems/2026-10-01-queue-again.md
          < observe Send newsletters in portions of 50,000  TICKET-7 LINK-7  (won't do → open  line 14)
        Plan: 0 to create, 0 to update, 0 to adopt, 1 to take over from the trackers.
        {items(11, "8 with a ticket", "1 sharing a ticket")}
        {COPIED}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        changed  TICKET-7 LINK-7  Send newsletters in portions of 50,000: won't do → open
        Sync: 1 changed.
        {items(11, "8 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)

    team.edits(COPY, ("| Send newsletters in portions of 50,000 | bob | |\n", ""))
    team.runs("plan").says(f"""
        in no document
          < orphan  Send newsletters in portions of 50,000  TICKET-7 LINK-7  (no longer in
                'postmortems/2026-10-01-queue-again.md')
        Plan: 0 to create, 0 to update, 0 to adopt, 1 to orphan.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
        {ORPHANED}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        orphaned TICKET-7 LINK-7  Send newsletters in portions of 50,000: no longer in
              'postmortems/2026-10-01-queue-again.md'
        Sync: 1 orphaned.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
        {ORPHANED}
    """)
    team.runs("status").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Late (1)
        TICKET-1  STARTED  25d late (2026-10-02)  bob  Alert when the connection pool is
              nearly empty
        Due within a week (2)
        TICKET-4  open  in 3d (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-4  open  in 3d (2026-10-30)  alice  Alert on the age of the oldest message
        Later (5)
        PRIVATE-1  open  in 34d (2026-11-30)  bob  Rotate the keys of the gateway
        ELSEWHERE  open  dana  Let roll-backs skip the canary step at night
        TICKET-8  open  bob  Send newsletters in portions of 50,000
        TICKET-6  open  carol  Write a runbook for a full queue
        TICKET-7  orphaned  bob  Send newsletters in portions of 50,000
              the item is no longer in its document
        Showing 8 of 8 open items, 1 overdue; 1 closed, 2 listed or tracked elsewhere (--all). `pmsync show TICKET-1`
              shows the details of one.
        last good sync: a minute ago
    """)
    people.close(7, wont_do=True)
    team.runs("sync").says(f"""
        changed  TICKET-7 LINK-7  Send newsletters in portions of 50,000: open → won't do
        Sync: 1 changed.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)


def things_get_late(team: Team, people: People) -> None:
    """What is late stops a deploy. What is done is ticked in the documents; a tick of pmsync's own is taken back."""
    team.on("2026-11-09")
    team.runs("sync").says(f"""
        {DIFFER}
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)
    team.runs("gate", code=1).says("""
        38d late  TICKET-1 LINK-1  Alert when the connection pool is nearly empty  (bob)
        10d late  TICKET-4 LINK-4  Alert on the age of the oldest message  (alice)
        2 action items overdue.
    """)
    people.close(1)
    team.runs("sync").says(f"""
        changed  TICKET-1 LINK-1  Alert when the connection pool is nearly empty: STARTED →
              done
        Sync: 1 changed.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
        {not_ticked("Alert when the connection pool is nearly empty", "postmortems/2026-09-03-connection-pool.md:11")}
    """)
    team.runs("gate", code=1).says("""
        10d late  TICKET-4 LINK-4  Alert on the age of the oldest message  (alice)
        1 action item overdue.
    """)
    team.runs("write-back").says("""
        postmortems/2026-09-03-connection-pool.md
          linked  TICKET-1 LINK-1  (line 11)
          ticked  TICKET-1 LINK-1  (line 11)
          linked  TICKET-2 LINK-2  (line 12)
          linked  ELSEWHERE ELSEWHERE-LINK  (line 13)
        postmortems/2026-09-24-queue.md
          linked  TICKET-4 LINK-4  (line 13)
          linked  TICKET-8 LINK-8  (line 14)
          linked  TICKET-6 LINK-6  (line 15)
        Wrote 6 links, 1 tick into 2 documents.
    """)
    team.commits()
    team.runs("plan").says(f"""
        No changes.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)
    team.runs("sync").says(f"""
        {DIFFER}
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)
    team.on("2026-11-16")
    people.reopen(1)
    team.runs("plan").says(f"""
        postmortems/2026-09-03-connection-pool.md
          < observe Alert when the connection pool is nearly empty  TICKET-1 LINK-1  (done → open  line 11)
        Plan: 0 to create, 0 to update, 0 to adopt, 1 to take over from the trackers.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {TICKED}
        {COPIED}
        {DOES_IT}
    """)
    team.runs("sync").says(f"""
        changed  TICKET-1 LINK-1  Alert when the connection pool is nearly empty: done → open
        Sync: 1 changed.
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {TICKED}
        {COPIED}
    """)
    team.runs("write-back").says("""
        postmortems/2026-09-03-connection-pool.md
          unticked TICKET-1 LINK-1  (line 11)
        Wrote 1 withdrawn tick into 1 document.
    """)
    team.commits()
    team.runs("sync").says(f"""
        {DIFFER}
        {items(10, "7 with a ticket", "1 sharing a ticket")}
        {COPIED}
    """)
    team.runs("status --all").says("""
        TICKET  STATUS  DUE  OWNER  TITLE
        Late (3)
        TICKET-1  open  45d late (2026-10-02)  bob  Alert when the connection pool is nearly empty
        TICKET-4  open  17d late (2026-10-30)  alice  Alert on the age of the oldest message
        TICKET-4  open  17d late (2026-10-30)  alice  Alert on the age of the oldest message
        Later (4)
        PRIVATE-1  open  in 14d (2026-11-30)  bob  Rotate the keys of the gateway
        ELSEWHERE  open  dana  Let roll-backs skip the canary step at night
        TICKET-8  open  bob  Send newsletters in portions of 50,000
        TICKET-6  open  carol  Write a runbook for a full queue
        Closed (2)
        TICKET-2  done  bob  Give every muted alert an end date
        TICKET-7  won't do  bob  Send newsletters in portions of 50,000
        Listed or tracked elsewhere (2)
        -  listed  bob  Give newsletters a queue of their own
          postmortems/2026-06-11-mail.md:11: dated 2026-06-11, before documents.since (2026-09-01)
        -  listed  Show the length of the queue on the dashboard
          postmortems/2026-06-11-mail.md:12: dated 2026-06-11, before documents.since (2026-09-01)
        Showing 11 of 11 items, 3 overdue. `pmsync show TICKET-1` shows the details of one.
        last good sync: a minute ago
    """)
    assert len(people.items()) == 7  # eight tickets were made, and one of them was deleted
    assert team.stage.created() == 8
