"""Work that is taken as done gets no ticket: what must never be taken so, however much it speaks of finished things."""

from __future__ import annotations

import pytest

from pmsync.documents.items import parse
from pmsync.model import Item


def items(text: str) -> tuple[Item, ...]:
    return parse(f"# Checkout was down\n\nDate: 2026-03-03\n\n## Action items\n\n{text}\n", "a.md").items


DESCRIBED = """
Removed servers should be deleted from the inventory
Closed tickets need a resolution
Deployed versions must be shown on the board
Updated configs are not reloaded; reload them
Removed nodes stay in DNS
Disabled users can still log in; block them
Added latency must be below 5 ms
Scheduled jobs need a timeout
Enabled flags should expire
Rotated keys: check that nobody uses the old ones
Enabled MFA for all? Check
Alerts for jobs which were restarted by hand
Alert when a certificate was not renewed
Find out why the alert was ignored
Retrospective on how the change was reviewed
Verify the cache was cleared on all nodes
List of all keys created before 2024
Alerting so that on-call is now paged within a minute
Alert when the job is not DONE
Mark items as DONE
Errors raised in the worker should be logged
Monitoring für Dienste, die manuell installiert wurden
Klären, warum der Dienst nicht neu gestartet wurde
Vérifier que la sauvegarde a été restaurée
Verificar se o backup foi restaurado
""".strip().split("\n")
LEFT = """
We now page the wrong team; correct the rotation
Fix was deployed to staging; deploy to prod
Patch has been merged but not released
We fixed the symptom only; find the cause
Rolled back the change; find a proper fix
Disabled the cron job; re-enable it once the bug is fixed
We have started migrating to v2
We have asked the vendor for a fix, waiting for reply
We have decided to split the service
It was decided to migrate to managed Postgres
It has been suggested to use feature flags
Added a temporary workaround, needs to be replaced
Deployed the fix to 2 of 5 regions
Add a canary. This has been done for EU. US is missing.
Filed PAY-8 to add an alert
Opened a PR to fix the timeout: #99
A ticket has been created to add an alert
We already have an alert, but it should page
Alert added to staging, production to follow
Half of the services migrated
After the incident was resolved, nobody told support: add it to the checklist
Reopened: add a canary
Merged, not deployed: add a canary
Add a canary (merged, not deployed)
Add a canary (done in staging)
Add a canary (done?)
Add a canary (completed by June)
Add a canary (complete by 2026-06-01)
Add a canary — shipped in v2 planned
Document how we now deploy
Add tests. We now have no coverage there.
Remove the hack because we now use the new library
We now rely on a single region. Add a second one.
Extend the alerting that we already have to Kafka
Check if it is already fixed
Improve the script we already have
Count requests (completed, failed) per route
Expose build state (merged, deployed) on dashboard
Kernel upgrade (done; reboot outstanding)
Patch hosts (done - except db-3)
Kernel upgrade (done, but not in us-east)
Patch hosts (completed for 1 of 3 regions)
Improve our response (fixed in 5 hours, too slow)
Add a check (fixed for now)
Reboot hosts (resolved this time by hand)
Newly deployed services must have a runbook
Manually added hosts should be imported into Ansible
Properly configured timeouts on all clients
Regularly updated runbooks
Recently removed alerts to be restored
Identified gaps need tickets
Reviewed and approved changes only
API: added latency must stay below 5 ms
Access: removed accounts should be audited
Definition of done: documented rollback
Goal: verified restores every month
DB: increased connection limit needed
The service is now broken in eu-west; repair it
Alerts are now sent to the wrong channel, fix the routing
The flag is now enabled for all users, remove it
Engineers are now expected to add tests
A dashboard that shows which hosts are now patched
Skript schreiben, das die Zertifikate rotiert
Klären, was genau passiert
Backup noch nicht automatisiert
Kein Alarm eingerichtet
Kunden informieren, deren Daten gelöscht wurden
Workaround entfernen, der gestern eingebaut wurde
Restaurer les données qui ont été supprimées
Confirmer que le correctif a été déployé partout
Comprendre pourquoi le disque a été rempli
Se decidió migrar a otra región
Restaurar los datos que han sido borrados
Foi identificado que faltam alertas, criar alertas
Foi decidido migrar para outra região
已删除的数据需要恢复
已过期的证书需要更换
未対応済み
Run chaos tests (in production)
Test failover - in production
Deploy [PR #12 (merged)](https://github.com/acme/web/pull/12)
Jira ticket created to track rate limiting
Issue filed to track the migration
Fix deployed to staging only
Patch applied to 3 of 10 clusters
No more secrets added to the repository
Alert was configured with the wrong threshold
Alert was missed by on-call, use a louder channel
Fix has been merged but not deployed
We agreed to add a canary stage
We failed to detect the error: add alerting
The runbook was outdated - rewrite it
Retries have been disabled temporarily; re-enable
Once the fix has been deployed, close the ticket
Migration has been scheduled for next month
The cron was disabled during the incident and must be enabled again
The alert was disabled and has to be restored
The job has been turned off during the incident and should be turned on again
The cron was disabled. It must be enabled again
We replaced the disk with a spare; buy a proper one
We upgraded the staging cluster and will upgrade production next week
A fix has been written and needs a review
The patch was merged and waits for a release
Fix has been identified, needs deploying
As was done for EU, set up a standby in US
We fixed staging; production is next
We fixed EU. US is next
Staging was fixed, production was not
We patched two of five hosts
We have disabled the alert for the time being
We rolled back to 1.10 for now
The flag was removed too early
The limit was raised too far
The alert was routed to a closed channel
The feature was enabled for everyone by mistake
The test was skipped
We now run without backups
We now have two alerts for the same thing
We merged without review
Fixed IP addresses for the resolvers
Fixed rate limits per customer
Fixed width columns in the export
""".strip().split("\n")
LABELS = """
None of these is done yet:
The following will be completed by June:
Some of these have been done:
### Must be completed before launch
### Will be done
### Should be done by May
### To be closed
### Partially done
### Mostly done
### Done but not deployed
### 50% complete
### Blocked until PAY-2 is done
### Closed loop
### Nicht abgeschlossen
### Não concluído
### Non terminé
### Not yet applied
### Will be applied later
### Patches that must be applied
### Applied ML team
### Action items (must be done before next release)
### Action items (2 of 5 done)
### Action items (already assigned)
### To be resolved
### Needs to be implemented
These should be done:
The following have not been implemented:
Once the incident is resolved:
### Noch nicht erledigt
### Non réalisées
### No completadas
### Acciones a ser tomadas
### A serem executadas
### Closed captions service
### Extend what we already have
### Things to get done
### Getting it done
### Definition of done
### Completed in phase 2
### Done and to do
### Closed beta
""".strip().split("\n")
STATUSES = """
Niet gedaan|Non fatto|Non terminé|Не готово|Nie zrobione|Will be done|Should be done by May|done by 2026-03-05|Almost complete
|Mostly done|nearly done|Done?|Done in staging|Done (EU only)|Done except US|Done, needs verification|Complete pending QA
|Deployed to staging|Deployed to 2/5 regions|Done. Reverted|Teilweise erledigt|3/5 done|Completed: 3/5|can be closed when US is done|✅ EU, ❌ US
""".replace("\n", "").split("|")


@pytest.mark.parametrize("text", [*DESCRIBED, *LEFT])
def test_an_item_that_asks_for_work_is_not_done(text: str) -> None:
    assert [item.done for item in items(f"- {text}")] in ([None], [False])


@pytest.mark.parametrize("label", LABELS)
def test_a_label_that_puts_off_makes_nothing_done(label: str) -> None:
    assert [item.done for item in items(f"{label}\n\n- Add a canary\n")] in ([None], [False])


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_that_is_taken_back_or_partial_is_not_done(status: str) -> None:
    (row,) = items(f"| Action | Owner | Status |\n|---|---|---|\n| Add a canary | alice | {status} |")
    (field,) = items(f"- Add a canary\n  - Status: {status}")
    assert row.done is not True
    assert field.done is not True


REMARKS = """
Added: 2024-01-01|Created: 2024-01-02|Changed: priority from P1 to P2|Implemented: 50%|Added to: backlog|Done by end of June|Completed by Q3
|We now get paged 3 times a week|This has been done for EU. US is missing.
""".replace("\n", "").split("|")


@pytest.mark.parametrize("remark", REMARKS)
def test_a_remark_below_that_is_no_report_makes_nothing_done(remark: str) -> None:
    (item,) = items(f"- Add a canary\n  - {remark}")
    assert item.done is not True


def test_a_completion_date_ahead_is_a_due_date() -> None:
    (row,) = items("| Action | Owner | Completion date |\n|---|---|---|\n| Add a canary | alice | 2027-05-01 |")
    assert row.done is None
    assert str(row.due) == "2027-05-01"
