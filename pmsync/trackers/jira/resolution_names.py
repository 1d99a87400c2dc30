"""What the name of a closed issue's status or resolution means: done, won't do, or duplicate. Pure.

Jira's category is 'done' for all three. Names are in the language of the token's account, and every project may have
its own. These are the names that Jira ships ("What are issue statuses, priorities, and resolutions?",
support.atlassian.com) and common names of teams, in Jira's languages.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pmsync.documents.items.language import phrases

Ending = Literal["done", "wont_do", "duplicate"]

_DUPLICATE = (
    "duplicates?|duplicated|dup|dupe|merged into|doppelt|duplikat|dublette|doublon|duplicata|dupliquée?|duplicad[oa]|"
    "repetid[oa]|duplicat[oa]?|doppione|dubbel|duplicaat|дубликат|дублікат|duplicitní|duplikát|dublet|dubblett|"
    "kaksoiskappale|ismétlődő|duplikált|yinelenen|mükerrer|kopya|trùng lặp|zdublowan[eya]|powielon[eya]|tvítekið|"
    "duplikaat"
)
_DUPLICATE_CJK = "重複|重复|중복|ซ้ำ"
_WONT_DO = (
    # English
    "won't|wont|will not|wontfix|not doing|not do|cancel|cancell?ed|cancell?ation|declined?|rejected?|denied|refused|"
    "abandon|abandoned|dropped|discarded|descoped|scrapped|withdrawn|revoked|superseded|obsolete|obsoleted|outdated|"
    "stale|expired|invalid|not valid|incomplete|unable to|cannot|can't|could not|not reproducible|unreproducible|"
    "irreproducible|not a bug|not an issue|not a problem|no (?:action|fix)(?: needed| required)?|not (?:needed|"
    "required|planned|applicable|fixed|done|implemented)|no longer (?:needed|required|relevant|valid)|not relevant|"
    "out of scope|as designed|by design|works for me|deferred|postponed|"
    # German, Dutch
    "wird nicht|nicht (?:umgesetzt|erledigt|behoben|durchgeführt|reproduzierbar|gelöst|lösen|beheben|umsetzen|"
    "erforderlich|notwendig|mehr .*)|nicht zu .*|kann nicht|abgelehnt|verworfen|entfällt|storniert|abgebrochen|"
    "zurückgewiesen|zurückgezogen|zurückgestellt|ungültig|hinfällig|unvollständig|veraltet|kein fehler|wordt niet|"
    "zal niet|niet (?:doen|oplossen|reproduceerbaar|nodig|uitgevoerd|opgelost)|kan niet|geannuleerd|geweigerd|"
    "afgewezen|vervallen|ongeldig|onvolledig|verouderd|"
    # French, Italian, Spanish, Portuguese, Romanian
    "ne sera pas|ne pas .*|non (?:résolue?|réalisée?|reproductible|corrigée?|traitée?|retenue?|requise?)|impossible .*|"
    "annulée?s?|abandonnée?s?|rejetée?s?|refusée?s?|sans suite|invalide|incomplète?|obsolète|périmée?|non (?:verrà|"
    "sarà|riproducibile|risolto|necessario|valido)|impossibile .*|annullat[oa]|rifiutat[oa]|respint[oa]|scartat[oa]|"
    "incomplet[oae]?|obsolet[oa]|no se .*|no (?:reproducible|procede|resuelt[oa]|realizad[oa]|corregid[oa]|hacer|"
    "necesari[oa]|válid[oa])|irreproducible|cancelad[oa]|anulad[oa]|rechazad[oa]|descartad[oa]|desestimad[oa]|"
    "denegad[oa]|inválid[oa]|não (?:será|fazer|é|pode|corrigir|realizad[oa]|feit[oa]|resolvid[oa]|reproduzível|procede|"
    "necessári[oa])|rejeitad[oa]|recusad[oa]|negad[oa]|abandonad[oa]|nu (?:se|va|poate) .*|respins[ă]?|anulat[ă]?|"
    "refuzat[ă]?|"
    # the Nordic languages
    "(?:udføres|rettes|bliver|kan|løses|utføres|blir|gjøres|kommer|åtgärdas|görs) (?:ikke|inte).*|ikke .*|åtgärda inte|"
    "afvist|annulleret|avvist|avbrutt|kansellert|avvisad|nekad|avbruten|annullerad|makulerad|ofullständig|ufuldstændig|"
    "ufullstendig|ei (?:tehdä|korjata|toteuteta|toistettavissa|voida .*)|hylätty|peruutettu|peruttu|puutteellinen|"
    "hætt við|hafnað|ei tehta|tühistatud|tagasi lükatud|"
    # the Slavic languages, Hungarian, Turkish, Vietnamese
    "nie (?:zostanie|będzie|można|do|zrobion[eyao]|wykonan[eyao]|dotyczy)(?: .*)?|odrzucon[eyao]|anulowan[eyao]|"
    "zaniechan[eyao]|niekompletn[eyao]|nebude .*|nelze .*|odmítnuto|zamítnuto|zrušen[oaý]?|zrušené|zamietnut[éáý]|"
    "nekompletní|nedá sa .*|не (?:будет|буде|делать|воспроизводится|требуется|исправлено|выполнено|актуально)(?: .*)?|"
    "невозможно .*|неможливо .*|отклонен[оаы]?|отклонён|отменен[оаы]?|отменён|відхилено|скасовано|неполн[ыйое]+|"
    "nem (?:lesz|kerül|reprodukálható|javítjuk|végezzük)(?: .*)?|elutasítva|törölve|visszavonva|hiányos|yapılmayacak|"
    "düzeltilmeyecek|reddedildi|iptal(?: edildi)?|i̇ptal(?: edildi)?|yeniden oluşturulam.*|sẽ không .*|(?:đã |"
    "bị )?từ chối|(?:đã )?(?:hủy|huỷ)(?: bỏ)?|không .*"
)
_WONT_DO_CJK = (
    "しない|対応せず|対応不要|対応予定なし|予定なし|見送り|却下|拒否|棄却|取り?消し?|取消|キャンセル|中止|中断|廃止|"
    "破棄|無効|不完全|再現|不要|不会|不會|不做|不予|不修|不处理|不處理|不需要|无需|無需|无法|無法|拒绝|拒絕|驳回|駁回|"
    "放弃|放棄|作废|作廢|无效|無效|不完整|하지 않|수행 ?안|안 ?함|거절|거부|반려|취소|폐기|보류|불완전|재현|불필요|"
    "จะไม่|ไม่ทำ|ยกเลิก|ปฏิเสธ|ไม่สามารถ"
)
_DONE = (
    "done|closed|resolved|fixed|complete|completed|finished|released|shipped|deployed|delivered|live|in production|"
    "verified|accepted|approved|implemented|archived|merged|published|solved|answered|fulfilled|known error|"
    "(?:hardware|software) failure|workaround|temporary fix|fertig|erledigt|geschlossen|gelöst|behoben|abgeschlossen|"
    "umgesetzt|terminée?|fini|fermée?|résolue?|corrigée?|clos|close|réalisée?|fait|hecho|cerrad[oa]|resuelt[oa]|"
    "solucionad[oa]|finalizad[oa]|completad[oa]|corregid[oa]|listo|concluíd[oa]|(?:itens )?concluídos|feit[oa]|"
    "fechad[oa]|resolvid[oa]|corrigid[oa]|pront[oa]|finalizad[oa]|completat[oa]|chius[oa]|risolt[oa]|fatto|gedaan|"
    "gereed|voltooid|gesloten|opgelost|klaar|gotowe|zrobione|zamknięte|rozwiązane|ukończone|zakończone|wykonane|"
    "naprawione|готово|закрыт[оа]?|решен[оа]?|решён|выполнен[оа]?|исправлен[оа]?|завершен[оа]?|сделано|виконано|"
    "закрито|вирішено|hotovo|uzavřeno|vyřešeno|dokončeno|vyriešené|uzavreté|færdig|udført|lukket|løst|ferdig|utført|"
    "lukket|klar|klart|stängd|löst|åtgärdad|slutförd|valmis|suljettu|ratkaistu|tehty|kész|lezárva|megoldva|javítva|"
    "befejezve|tamamlandı|bitti|kapatıldı|kapalı|çözüldü|düzeltildi|finalizat|închis|rezolvat|gata|hoàn thành|đã đóng|"
    "đã giải quyết|xong|tehtud|suletud|lokið"
)
_DONE_CJK = (
    "完了|終了|解決|クローズ|修正済|対応済|完成|已关闭|已關閉|关闭|關閉|已解决|已解決|已修复|已完成|완료|해결|종료|"
    "닫힘|수정됨|เสร็จ|ปิดแล้ว|แก้ไขแล้ว"
)
_ENDINGS: tuple[tuple[Ending, str, str], ...] = (
    ("duplicate", _DUPLICATE, _DUPLICATE_CJK),
    ("wont_do", _WONT_DO, _WONT_DO_CJK),
    ("done", _DONE, _DONE_CJK),
)
_PATTERNS = tuple((ending, re.compile(rf"(?<!\w)(?:{of})(?!\w)|{cjk}")) for ending, of, cjk in _ENDINGS)


@lru_cache(maxsize=1024)
def ending(name: str) -> Ending | None:
    """How an issue with that status or resolution ended, None if the name is unknown.

    A name may say more ('Closed - Won't Do', 'Rejected by legal'): the first of duplicate, won't do and done counts.
    """
    text = phrases.normal(name.replace("_", " ").replace("`", "'"))
    result = next((ending for ending, pattern in _PATTERNS if pattern.search(text)), None)
    if result in {None, "done"} and phrases.is_dropped(name):
        return "wont_do"
    return result or ("done" if phrases.status(text) else None)
