"""Words for documents, dates and their metadata. Data only."""

from __future__ import annotations

from pmsync.documents.items.language.vocabulary.sets import words

DRAFT = words(
    "draft|in progress|in review|under review|pending|pending review|template|wip|work in progress|not started|"
    "entwurf|in arbeit|in bearbeitung|brouillon|en cours|borrador|en progreso|rascunho|em andamento|bozza|in corso|"
    "concept|черновик|ドラフト|下書き|作成中|レビュー中|草稿|草案|초안"
)
FINAL = words(
    "complete|completed|final|finalised|finalized|published|approved|done|closed|resolved|abgeschlossen|fertig|"
    "veröffentlicht|terminé|publié|final|completado|publicado|concluído|completato|pubblicato|afgerond|"
    "完了|公開|公開済み|承認済み|完成|已完成|已发布|완료"
)
METADATA: dict[str, frozenset[str]] = {
    "id": frozenset({"id", "document id", "postmortem id", "post mortem id", "pm id"}),
    "title": words("title|incident title|name|incident name|titel|titre|título|titolo|タイトル|标题"),
    "incident": words(
        "incident|incident id|incident number|incident no|incident key|incident ticket|incident ref|vorfall|incidente|インシデント|"
        "インシデント番号|障害番号|事件编号"
    ),
    "date": words(
        "date|when|incident date|date of incident|postmortem date|post mortem date|start|start time|started|started at|"
        "date started|incident start|occurred|occurred on|datum|date de l incident|fecha|fecha del incidente|data|"
        "data dell incidente|data do incidente|発生日|発生日時|日付|日時|日期|发生时间|날짜"
    ),
    "severity": words(
        "severity|sev|severity level|incident severity|priority|impact level|schweregrad|gravité|sévérité|severidad|"
        "gravedad|severidade|gravidade|gravità|severità|ernst|重大度|深刻度|严重程度|严重级别|심각도"
    ),
    "status": words(
        "status|state|document status|report status|postmortem status|post mortem status|statut|estado|stato|状態|"
        "ステータス|状态|상태"
    ),
    "services": words(
        "service|services|affected service|affected services|services affected|service affected|impacted service|"
        "impacted services|services impacted|component|components|affected components|systems affected|affected systems|"
        "dienst|dienste|betroffene dienste|services impactés|servicio|servicios|servicios afectados|serviços|serviço|"
        "servizi|servizio|diensten|影響サービス|対象サービス|サービス|受影响服务|服务"
    ),
    "authors": words(
        "author|authors|written by|by|prepared by|postmortem owner|post mortem owner|document owner|report author|autor|"
        "autoren|verfasser|auteur|auteurs|autores|autore|autori|作成者|著者|執筆者|作者|작성자|owner"
    ),
    "team": words("team|owning team|owner team|responsible team|teams|equipe|équipe|equipo|チーム|担当チーム|团队|팀"),
    "labels": words("label|labels|tag|tags|categories|category|keywords|schlagworte|étiquettes|etiquetas|タグ|标签"),
    "visibility": words(
        "visibility|confidentiality|classification|access|sichtbarkeit|visibilité|visibilidad|公開範囲"
    ),
}
RESTRICTED = words(
    "restricted|confidential|private|secret|vertraulich|confidentiel|confidencial|riservato|vertrouwelijk|機密"
)
MONTHS = tuple(
    tuple(names.split())
    for names in (
        "jan january januar jänner janvier janv enero ene janeiro gennaio gen januari stycznia",
        "feb february februar février fevrier févr fév febrero fevereiro fev febbraio februari lutego",
        "mar march märz maerz mär mars marzo março maart mrt marca",
        "apr april avril avr abril abr aprile kwietnia",
        "may mai mayo maio maggio mag mei maja",
        "jun june juni juin junio junho giugno giu czerwca",
        "jul july juli juillet juil julio julho luglio lug lipca",
        "aug august août aout agosto ago augustus sierpnia",
        "sep sept september septembre septiembre setembro set settembre września",
        "oct october okt oktober octobre octubre outubro out ottobre ott października",
        "nov november novembre noviembre novembro listopada",
        "dec december dez dezember décembre déc diciembre dic dezembro dicembre grudnia",
    )
)
DUE_LEADS = words(
    "complete by|completed by|done by|finish by|finished by|due|due by|due on|due date|by|eta|deadline|before|"
    "target|bis|fällig|fällig am|avant le|pour le|antes del|até|entro|entro il|voor|期限|期日|締切|截止"
)
