"""How a closed issue ended (done, won't do, duplicate), by the names of its status and resolution."""

from __future__ import annotations

from typing import Any

import pytest

from pmsync.config.settings import TrackerSettings
from pmsync.model import Status
from pmsync.trackers.jira.issue import Dialect, status_of
from pmsync.trackers.jira.resolution_names import ending

WONT_DO = (
    "Won't Do", "Won’t Do", "WON'T FIX", "Wont_Do", "Cancelled", "Canceled", "Declined",
    "Rejected", "Abandoned", "Obsolete", "Withdrawn", "Cannot Reproduce", "Incomplete",
    "Not a bug", "No longer needed", "Closed - Won't Do", "Closed (rejected)",
    "Rejected by legal", "Out of scope", "Superseded", "🚫 Cancelled", "Wird nicht erledigt",
    "Nicht umgesetzt", "Wird nicht behoben", "Abgelehnt", "Verworfen", "Abgebrochen",
    "Storniert", "Kann nicht reproduziert werden", "Nicht reproduzierbar", "Unvollständig",
    "Ne sera pas fait", "Ne sera pas corrigé", "Annulé", "Annulée", "Refusé", "Rejeté",
    "Abandonné", "Impossible à reproduire", "Incomplète", "No se hará", "No se realizará",
    "No se solucionará", "Cancelado", "Cancelada", "Rechazado", "Descartada",
    "No se puede reproducir", "Não será feito", "Não será corrigido", "Recusado", "Rejeitada",
    "Não é possível reproduzir", "Non verrà eseguito", "Annullato", "Rifiutata",
    "Impossibile riprodurre", "Wordt niet gedaan", "Geannuleerd", "Afgewezen", "Geweigerd",
    "対応しない", "実行しない", "修正しない", "却下", "キャンセル",
    "キャンセルされました", "再現不可", "取り消し", "見送り",
    "不会修复", "已取消", "已拒绝", "无法重现", "不會修復", "하지 않음", "취소됨", "거절됨", "재현할 수 없음",
    "Nie zostanie zrobione", "Odrzucone", "Anulowane", "Nie można odtworzyć", "Не будет выполнено", "Отменено",
    "Отклонено", "Невозможно воспроизвести", "Скасовано", "Не буде виконано",
    "Nebude provedeno", "Zrušeno", "Zamítnuto", "Nelze reprodukovat", "Udføres ikke",
    "Annulleret", "Afvist", "Utføres ikke", "Avvist", "Åtgärdas inte", "Avvisad", "Avbruten",
    "Ei tehdä", "Hylätty", "Peruutettu", "Nem lesz végrehajtva", "Elutasítva", "Yapılmayacak",
    "İptal edildi", "Reddedildi", "Đã hủy", "Từ chối", "ยกเลิก", "Anulat", "Zamietnuté"
)  # fmt: skip
DUPLICATE = (
    "Duplicate", "Closed as duplicate", "Duplikat", "Doublon", "Duplicado", "Duplicada",
    "Duplicato", "Dubbel", "重複", "重复", "중복", "Дубликат", "Duplicitní", "Dublet", "Dubblett",
    "Yinelenen"
)  # fmt: skip
DONE = (
    "Done", "Closed", "Resolved", "Fixed", "Completed", "Released", "In production",
    "Known Error", "Fertig", "Erledigt", "Geschlossen", "Gelöst", "Terminé", "Terminée",
    "Fermé", "Résolu", "Corrigé", "Listo", "Hecho", "Cerrado", "Resuelto", "Finalizada",
    "Concluído", "Itens concluídos", "Feito", "Completato", "Chiuso", "Risolto", "Gereed",
    "Voltooid", "完了", "解決済み", "クローズ", "已完成", "已关闭", "완료", "해결됨", "Gotowe", "Zrobione", "Готово",
    "Закрыто", "Решено", "Hotovo", "Færdig", "Ferdig", "Klart", "Valmis", "Kész", "Tamamlandı",
    "Bitti"
)  # fmt: skip


@pytest.mark.parametrize("name", WONT_DO)
def test_cancelled_work_is_known_in_the_languages_of_jira(name: str) -> None:
    assert ending(name) == "wont_do"


@pytest.mark.parametrize("name", DUPLICATE)
def test_so_is_a_duplicate(name: str) -> None:
    assert ending(name) == "duplicate"


@pytest.mark.parametrize("name", DONE)
def test_and_work_that_is_done(name: str) -> None:
    assert ending(name) == "done"


@pytest.mark.parametrize("name", ["", "Parked", "Zombie", "Phase 3", "凍結中"])
def test_another_word_is_not_guessed(name: str) -> None:
    assert ending(name) is None


def ended(
    state: str, reason: str | None = None, category: str = "done", *, duplicates: bool = False, **tables: Any
) -> tuple[Status, bool, tuple[str, str] | None]:
    link = {"type": {"name": "Duplicate"}, "outwardIssue": {"id": "1", "key": "PAY-1"}}
    fields = {
        "status": {"name": state, "statusCategory": {"key": category}},
        "resolution": {"name": reason} if reason else None,
        "issuelinks": [link] if duplicates else [],
    }
    return status_of(fields, Dialect(TrackerSettings("pay", "jira", url="https://acme.example", **tables), cloud=True))


@pytest.mark.parametrize("resolution", ["Done", None, "Erledigt"])
@pytest.mark.parametrize("state", ["Won't do", "Cancelled", "Declined", "Abgelehnt", "キャンセル"])
def test_a_column_of_cancelled_work_counts_though_jira_says_done(state: str, resolution: str | None) -> None:
    # A team-managed project sets the resolution Done for every column on the right.
    assert ended(state, resolution) == (Status.WONT_DO, False, None)


def test_a_resolution_of_cancelled_work_counts_whatever_the_status_is_called() -> None:
    assert ended("Done", "Won't Do") == (Status.WONT_DO, False, None)
    assert ended("Closed", "Nicht umgesetzt") == (Status.WONT_DO, False, None)
    assert ended("Done", "Doublon") == (Status.WONT_DO, True, None)
    assert ended("Duplicate", "Done") == (Status.WONT_DO, True, None)
    assert ended("Done", "Done", duplicates=True) == (Status.WONT_DO, True, None)
    assert ended("Done", "Erledigt", duplicates=True) == (Status.WONT_DO, True, None)
    assert ended("Done", "Done") == (Status.DONE, False, None)


def test_only_what_is_closed_ended_somehow() -> None:
    assert ended("Cancelled?", None, "indeterminate") == (Status.IN_PROGRESS, False, None)
    assert ended("To Do", "Won't Do", "new") == (Status.OPEN, False, None)


def test_the_configured_tables_win_and_that_of_resolutions_first() -> None:
    assert ended("Parked", "Parked", resolution={"parked": "wont_do"}) == (Status.WONT_DO, False, None)
    assert ended("Done", "Same", resolution={"Same": "duplicate"}) == (Status.WONT_DO, True, None)
    assert ended("Cancelled", "Done", status={"Cancelled": "done"}) == (Status.DONE, False, None)
    assert ended("Won't do", "Duplicate", resolution={"Duplicate": "done"}) == (Status.DONE, False, None)
    assert ended("Live", "Parked", status={"Live": "done"}, resolution={"Parked": "wont_do"})[0] is Status.WONT_DO


def test_a_word_that_nobody_explained_is_told_with_the_setting_that_would() -> None:
    assert ended("Done", "Parked") == (Status.DONE, False, ("resolution", "Parked"))
    assert ended("Zombie", "Done") == (Status.DONE, False, ("status", "Zombie"))
    assert ended("Zombie") == (Status.DONE, False, ("status", "Zombie"))
    assert ended("Zombie", status={"zombie": "done"}) == (Status.DONE, False, None)
