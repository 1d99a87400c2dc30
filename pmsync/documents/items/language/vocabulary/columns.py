"""Names of table columns and of fields, and words for tickets. Data only."""

from __future__ import annotations

from pmsync.documents.items.language.vocabulary.sets import words

COLUMNS: dict[str, frozenset[str]] = {
    "title": words(
        "action|actions|action item|action items|action point|task|tasks|to do|todo|todos|to dos|follow up|follow ups|"
        "follow up action|follow up item|follow up task|remediation|remediation item|remediation action|corrective action|"
        "corrective actions|preventive action|preventative action|preventative actions|preventive actions|"
        "improvement|improvements|next step|next steps|action required|to be done|what to do|what needs to be done|required action|action description|"
        "action item description|task description|proposed action|recommended action|mitigation|countermeasure|"
        "aktion|maßnahme|massnahme|maßnahmen|massnahmen|aufgabe|aufgaben|nächster schritt|"
        "action corrective|action préventive|action à mener|tâche|tâches|mesure|mesures|étape|"
        "acción|acciones|tarea|tareas|medida|medidas|ação|ações|acção|tarefa|tarefas|item de ação|"
        "azione|azioni|attività|compito|actie|acties|actiepunt|taak|taken|maatregel|zadanie|działanie|"
        "действие|задача|мера|aksjon|aksjonspunkt|tiltak|oppgave|handling|opgave|åtgärd|uppgift|toimenpide|tehtävä|"
        "สิ่งที่ต้องทำ|มาตรการ|งาน|opatření|úkol|дія|завдання|захід|aksiyon|görev|önlem|tindakan|tugas|アクション|アクションアイテム|タスク|対応|対応内容|対策|改善策|施策|行动|行动项|任务|措施|改进措施|조치|작업"
    ),
    "what": words(
        "what|item|items|description|title|summary|name|subject|detail|work|work item|change|fix|solution|idea|proposal|"
        "was|beschreibung|titel|thema|punkt|quoi|description de l action|titre|sujet|qué|que|descripción|título|"
        "descrição|o que|cosa|descrizione|titolo|wat|omschrijving|beschrijving|onderwerp|opis|co|описание|что|"
        "内容|項目|项目|やること|描述|内容描述|事项|내용|항목"
    ),
    "owner": words(
        "owner|owners|who|by whom|assignee|assignees|assigned|assigned to|responsible|responsible person|responsibility|dri|"
        "lead|action owner|task owner|owned by|person|people|team|owning team|owner team|poc|point of contact|driver|"
        "accountable|responsible team|engineer|"
        "verantwortlich|verantwortliche|verantwortlicher|verantwortung|zuständig|wer|bearbeiter|besitzer|"
        "responsable|responsables|qui|porteur|pilote|propriétaire|assigné|assigné à|responsável|responsáveis|quem|quién|"
        "dueño|encargado|asignado|asignado a|responsabile|chi|incaricato|assegnatario|verantwoordelijke|wie|eigenaar|"
        "odpowiedzialny|kto|właściciel|ответственный|исполнитель|кто|"
        "eier|ansvarlig|ansvarlige|hvem|ejer|ägare|ansvarig|vem|omistaja|vastuuhenkilö|vlastník|zodpovídá|odpovědná osoba|"
        "ผู้รับผิดชอบ|відповідальний|виконавець|хто|sorumlu|sahibi|kim|penanggung jawab|pic|"
        "担当|担当者|オーナー|責任者|负责人|負責人|责任人|所有者|담당|담당자"
    ),
    "due": words(
        "due|due date|due by|completion date|date of completion|deadline|target|target date|eta|by when|when|complete by|completion target|date due|by|"
        "expected|expected date|expected completion|timeline|timeframe|target completion|target completion date|date|"
        "fällig|fällig am|fälligkeit|fälligkeitsdatum|frist|termin|bis|bis wann|zieldatum|datum|"
        "échéance|date d échéance|date limite|délai|pour quand|quand|date cible|fecha|fecha límite|vencimiento|plazo|"
        "fecha de vencimiento|fecha objetivo|prazo|data|data limite|vencimento|data de entrega|scadenza|entro|"
        "data di scadenza|termine|vervaldatum|streefdatum|termijn|wanneer|termin wykonania|срок|дедлайн|"
        "frist|tidsfrist|forfall|förfallodatum|senast|klart|määräaika|do kdy|термін|крайній термін|son tarih|bitiş tarihi|"
        "tenggat|batas waktu|กำหนดเสร็จ|กำหนด|"
        "期限|期日|締切|予定日|完了予定|截止日期|截止时间|完成时间|기한|마감|마감일"
    ),
    "status": words(
        "status|state|progress|done|complete|completed|resolved|closed|finished|"
        "สถานะ|stand|zustand|erledigt|fortschritt|statut|état|etat|avancement|fait|terminé|estado|estatus|hecho|completado|"
        "progreso|situação|concluído|feito|stato|fatto|completato|gedaan|voltooid|stan|статус|состояние|"
        "状態|ステータス|状況|進捗|完了|状态|狀態|当前状态|目前状态|完成情况|进度|상태|진행"
    ),
    "ticket": words(
        "ticket|tickets|issue|issues|bug|bugs|jira|jira ticket|jira issue|jira link|github|github issue|github issues|"
        "link|links|pr|prs|pull request|tracking|tracked in|tracked by|tracked at|tracker|tracking issue|tracking bug|tracking ticket|reference|ref|url|"
        "bug number|issue number|ticket number|story|card|ticket link|issue link|bug link|issue pr|ticket issue|mr|"
        "merge request|linear|asana|trello|ticket id|issue id|bug id|jira id|jira key|work item link|gitlab|gitlab issue|"
        "referanse|sak|ärende|lenke|länk|linkki|odkaz|посилання|bağlantı|tautan|"
        "vorgang|lien|enlace|incidencia|riferimento|collegamento|verwijzing|zgłoszenie|тикет|задача в jira|"
        "チケット|課題|リンク|工单|链接|問題單|티켓|이슈|링크"
    ),
    "kind": words(
        "type|kind|category|class|action type|item type|"
        "ชนิด|ประเภท|art|typ|kategorie|catégorie|nature|tipo|categoría|categoria|soort|categorie|kategoria|rodzaj|тип|категория|"
        "種別|種類|タイプ|カテゴリ|区分|分類|类型|类别|類型|유형|종류"
    ),
    "priority": words(
        "priority|prio|p|severity|importance|urgency|priorität|dringlichkeit|priorité|urgence|prioridad|urgencia|prioridade|"
        "priorità|prioriteit|priorytet|приоритет|優先度|優先順位|优先级|優先級|严重级别|紧急程度|우선순위"
    ),
    "id": words(
        "id|ids|no|nr|num|number|key|ai|action id|item id|task id|nummer|numéro|número|numero|番号|编号|序号|번호|№|#|"
    ),
    "labels": words("label|labels|tag|tags|ラベル|タグ|标签|schlagworte|étiquettes|etiquetas|etichette"),
    "notes": words(
        "note|notes|comment|comments|details|remarks|remark|outcome|rationale|why|reason|additional info|"
        "bemerkung|bemerkungen|kommentar|anmerkung|notizen|remarque|remarques|commentaire|commentaires|"
        "notas|comentarios|observaciones|comentários|observações|commenti|opmerking|opmerkingen|uwagi|комментарий|"
        "備考|メモ|コメント|詳細|备注|備註|说明|비고|메모"
    ),
    "time": words(
        "time|timestamp|date time|time utc|utc|uhrzeit|zeit|zeitpunkt|heure|hora|ora|tijd|czas|время|時刻|時間|时间|시간"
    ),
    "finished": words("completed on|date completed|closed on|done on|resolved on|finished on|完了日"),
}

FIELD_KEYS = {
    "owner": (COLUMNS["owner"] - {"wer", "qui", "chi", "wie", "co"})
    | {"owner s", "担当チーム", "assigned team", "co owner"},
    "due": COLUMNS["due"] - {"when", "date", "datum", "data", "fecha", "by", "bis", "timeline", "expected", "target"}
    | {"done by", "target", "fix by"},
    "status": COLUMNS["status"]
    - {"done", "complete", "completed", "resolved", "closed", "finished", "erledigt", "完了"},
    "ticket": COLUMNS["ticket"]
    | {"tracked in", "tracked at", "tracked by", "see issue", "fix", "fixed by", "fixed in"},
    "kind": COLUMNS["kind"],
    "priority": COLUMNS["priority"] - {"p", "severity"},
    "id": frozenset({"id", "action id", "item id"}),
    "finished": words(
        "done|completed|complete|closed|finished|resolved|completed on|done on|closed on|erledigt|erledigt am|"
        "terminé|完了|完了日|対応済み|implemented|実装完了|fixed|已完成|completado|concluído"
    ),
}
"""Names of fields, as in `Owner: alice`."""

SEE_WORDS = (
    r"see(?: also)?|in|via|tracked (?:in|at|by|as|with)|tracking(?: issue)?|issues?|tickets?|bugs?|prs?|refs?|commits?|"
    r"closes|fixes|jira|github|link|siehe(?: auch)?|vgl\.?|voir(?: aussi)?|cf\.?|véase|ver|vedi|zie(?: ook)?|zob\.?|см\.?"
)
"""Words before a ticket at the end of an entry; a pattern."""
DONE_IN = r"(?:fixed|done|resolved|implemented|closed|shipped|merged) (?:by|in|with|via)"
"""Words before such a ticket that say that the work is done; a pattern."""
TICKET_WORDS = words(
    "issue|issues|ticket|tickets|bug|bugs|pr|prs|mr|pull request|merge request|jira|github issue|github pr|gitlab issue|"
    "jira ticket|jira issue|github|gitlab|commit|tracking issue|tracking bug|tracking ticket|link|links|story|card|trello|"
    "trello card|linear|asana|task|tracker|tracked|see issue|see ticket|see pr|fix|patch|change|チケット|課題|工单|vorgang|"
    "here|link to issue|link to ticket|issue link|ticket link|incidencia|github ticket"
)
NOT_PROJECTS = words(
    "PROD STAGING NODE HOST SRV EU US POSTGRES KIP JEP CVE CWE RFC ISO UTF SHA MD5 AES RSA TLS SSL HTTP IPV SEV GPT COVID ADR PEP KEP RHEL HTTPS EC2 UTC GMT BASE CRC ECMA "
    "SLO SLA SLI KPI IEEE USB GHSA RHSA MS JDK ES SOC PCI NIST FIPS EN DIN BIP EIP ERC P S X86 ARM AI LATIN ASCII WINDOWS H Q FY PM INC",
    " ",
)
