"""The words that documents use, as data: headings, columns, statuses, placeholders. Data only, no logic.

All words are lower case and without punctuation at their ends; they are compared with text that went through
`words.normal`. Patterns are regular expressions for such text. English first, then German, French, Spanish,
Portuguese, Italian, Dutch, Polish, Japanese and Chinese as far as post-mortems in these languages showed a need.
"""

from __future__ import annotations

# --- headings -------------------------------------------------------------------------------------------------

ACTION_HEADINGS = (
    r"\baction[- ]?(items?|points?|plan|log|list)\b",
    r"\b(our|next|resulting|review|recommended|planned|proposed|required|outstanding|pending|open|completed|"
    r"immediate|remedial|further|future|follow[- ]?up|corrective|preventi(ve|tive|tative)|mitigating|remediation|"
    r"improvement|short[- ]term|long[- ]term|medium[- ]term)\b.{0,30}\b(actions?|steps|tasks?|measures?|work)\b",
    r"^(and |the )?actions?( (taken|to take|to be taken|and .*|needed|required|for .*|from .*))?$",
    r"^to[- ]?dos?\b",
    r"\btodo( list| items?)?$",
    r"^tasks?( list)?$",
    r"\bnext steps?\b",
    r"\bfollow[- ]?ups?\b",
    r"\bremediations?\b",
    r"^mitigations? (plan|actions?|items?|steps?|tasks?)\b",
    r"^preventions?\b",
    r"\bprevent(ing|ion of)? (recurrence|this|it|similar|future|another)\b",
    r"\b(future|proposed|planned|possible|potential|suggested|process|technical|further)\b.{0,20}\bimprovements?\b",
    r"^improvements?\b(?!.*\bneeded to\b)",
    r"\bimprovement (proposals?|items?|plan|ideas?|suggestions?|opportunities|backlog)\b",
    r"^(suggestions?|recommendations?|recommended changes)( for improvements?)?$",
    r"\b(short|long|mid|medium|near)(er)?[- ]term\b.{0,20}\b(fix(es)?|solutions?|plans?|improvements?|goals?)\b",
    r"^(permanent|proper|long[- ]term|short[- ]term|planned|future) (fix(es)?|solutions?)$",
    r"\bwhat (are we|we are|we ?'?re|will we|we will|we ?'?ll|we plan|are we going|we are going)\b.{0,20}\b(do|doing|change)",
    r"\bwhat (can|could|should|must|do) we (do|change|improve|need to)\b",
    r"\bwhat('s| is| comes) next\b",
    r"\bwhat happens next\b",
    r"^(how (will|can|do|are) we|how to) (prevent|avoid|stop|improve|do better)\b",
    r"\bhow we (will|are going to|plan to|intend to) (prevent|avoid|improve|respond)\b",
    r"\b(future|further|remaining|outstanding|additional|follow[- ]?up) (work|changes)$",
    r"^(plan|plans|moving forward|going forward|way forward|path forward|forward plan|the way ahead)$",
    r"\b(corrective|preventi(ve|tive|tative)|countermeasures?)\b",
    r"^commitments?$",
    r"^capa\b",
    # German
    r"\b(maßnahmen?|massnahmen?|folgemaßnahmen?|aufgaben|nächste schritte|korrekturmaßnahmen?|aktionspunkte)\b",
    r"\b(to-?dos?|offene punkte|verbesserungen|verbesserungsvorschläge|handlungsbedarf|prävention)$",
    # French
    r"\b(actions? correctives?|actions? préventives?|actions? à (mener|réaliser|entreprendre)|plan d['’ ]?actions?)\b",
    r"\b(prochaines étapes|mesures correctives|mesures préventives|points? d['’ ]?actions?|pistes d['’ ]?amélioration|"
    r"améliorations|tâches|à faire|suites? à donner)\b",
    # Spanish, Portuguese
    r"\b(acciones|acción correctiva|próximos pasos|medidas (correctivas|preventivas)|tareas|plan de acción|mejoras)\b",
    r"\b(ações|acções|itens de ação|próximos passos|medidas (corretivas|preventivas)|tarefas|plano de ação|melhorias)\b",
    # Italian, Dutch
    r"\b(azioni( correttive| preventive| da intraprendere)?|prossimi passi|piano d['’ ]?azione|da fare|miglioramenti)\b",
    r"\b(acties|actiepunten|actielijst|vervolgacties|vervolgstappen|volgende stappen|verbeterpunten|maatregelen|taken)\b",
    # Polish, Russian
    r"\b(działania|następne kroki|zadania|działania (naprawcze|zapobiegawcze))\b",
    r"(дальнейшие (шаги|действия)|следующие шаги|план действий|задачи|меры|корректирующие)",
    # Japanese, Chinese, Korean
    r"(アクション(アイテム|プラン)?|再発防止|対応策|対策|改善(策|案|項目|アクション)|今後の(対応|対策|取り組み|アクション)|次のステップ|フォローアップ|タスク|是正措置|恒久対応|暫定対応)",
    r"(行动项|行動項目|改进措施|改進措施|后续(行动|措施|工作|步骤)|後續|下一步|待办|待辦|纠正措施|预防措施|整改|跟进)",
    r"(액션 ?아이템|조치|후속|재발 ?방지|개선|다음 단계|할 ?일)",
)

OTHER_HEADINGS = (
    r"\blessons?\b(?!.*\b(improvements?|actions?|follow)\b)",
    r"\bwhat (went|did go|worked|didn t|did not|could have|we learn)",
    r"\bwhat happened\b",
    r"\bwhere (we|did we) get lucky|\bgot lucky\b",
    r"\btime ?line\b",
    r"\bchronolog",
    r"\bimpact\b",
    r"\broot[- ]causes?\b",
    r"\bcontributing\b",
    r"^(executive )?summary\b|^overview$|^background$|^abstract$|^introduction$",
    r"\b(actions?|steps|measures) (already )?taken\b.*\b(during|to (resolve|mitigate|restore))\b",
    r"\b(resolution|recovery)\b",
    r"\b(references?|appendix|glossary|related|see also|supporting|resources|links|attendees|participants|glossar|logs?)$",
    r"\bfive whys?\b|\b5[- ]whys?\b",
    r"\bquestions?\b",
    r"\bchangelog\b|\brevision history\b|\backnowledge?ments?\b|^thanks\b",
    r"\b(zeitleiste|zeitverlauf|ursachen?|auswirkungen?|zusammenfassung|chronologie|causes? racines?|résumé|lehren)\b",
    r"\b(cronología|causa raíz|impacto|resumen|lecciones|causa raiz|resumo|lições|linha do tempo|lezioni|tijdlijn)\b",
    r"(教訓|タイムライン|根本原因|影響|サマリ|概要|うまくいった|うまくいかなかった|運が|関連|时间线|根本原因|影响|总结|经验教训)",
)

PAST_ACTIONS = (
    r"\b(actions?|steps|measures)\b.{0,12}\btaken\b.{0,12}\b(during|to (resolve|mitigate|restore|fix)|so far during)",
    r"\bimmediate (mitigations?|remediation)\b.{0,12}\b(during|taken)\b",
)
"""Headings that speak of actions and mean what was done while the incident ran."""

WEAK_HEADINGS = (r"^mitigations?( steps| measures)?$", r"^(the )?fix(es)?$", r"^recommendations?$", r"^(緩和|緩和策)$")
"""Headings that are as often about what was done: their entries must read as tasks."""

CHECKLIST_HEADINGS = (
    r"\bcheck ?list\b",
    r"\b(how to use|instructions?|before (you )?(publish|start)|about this (template|document)|template)",
    r"\bcheckliste\b|\bliste de contrôle\b|チェックリスト",
)

ANNOUNCING_LINES = (
    r"\b(we|i|team) (will|ll|plan to|intend to|are going to|are planning to|need to|should|want to|shall)\b.*"
    r"\b(following|these|below)\b",
    r"\bwe('ll| will)( also)? (do|be doing|take|make|implement|work on)$",
    r"\b(following|these)\b.{0,25}\b(action items?|follow[- ]?ups?|improvements|preventive measures|next steps|remediations?|todos?)\b"
    r"(?!.*\b(took|taken|were|was|had)\b)",
    r"^(the )?(action items?|actions|next steps|follow[- ]?ups?|todos?|to[- ]dos?)( are| include)?$",
)
"""A line that ends in a colon and, with one of these, announces work outside an action section."""

# --- table columns --------------------------------------------------------------------------------------------

COLUMNS: dict[str, frozenset[str]] = {
    "title": frozenset(
        "action|actions|action item|action items|action point|task|tasks|to do|todo|todos|to dos|follow up|follow ups|"
        "follow up action|follow up item|follow up task|remediation|remediation item|remediation action|corrective action|"
        "corrective actions|preventive action|preventative action|preventative actions|preventive actions|"
        "improvement|improvements|next step|next steps|step|action required|required action|action description|"
        "action item description|task description|proposed action|recommended action|mitigation|countermeasure|"
        "aktion|maßnahme|massnahme|maßnahmen|aufgabe|aufgaben|nächster schritt|"
        "action corrective|action préventive|action à mener|tâche|tâches|mesure|mesures|étape|"
        "acción|acciones|tarea|tareas|medida|medidas|ação|ações|acção|tarefa|tarefas|item de ação|"
        "azione|azioni|attività|compito|actie|acties|actiepunt|taak|taken|maatregel|zadanie|działanie|"
        "действие|задача|мера|アクション|アクションアイテム|タスク|対応|対応内容|対策|改善策|施策|行动|行动项|任务|措施|改进措施|조치|작업".split(
            "|"
        )
    ),
    "what": frozenset(
        "what|item|items|description|title|summary|name|subject|detail|work|work item|change|fix|solution|idea|proposal|"
        "was|beschreibung|titel|thema|punkt|quoi|description de l action|titre|sujet|qué|que|descripción|título|"
        "descrição|o que|cosa|descrizione|titolo|wat|omschrijving|beschrijving|onderwerp|opis|co|описание|что|"
        "内容|項目|やること|描述|内容描述|事项|내용|항목".split("|")
    ),
    "owner": frozenset(
        "owner|owners|who|assignee|assignees|assigned|assigned to|responsible|responsible person|responsibility|dri|"
        "lead|action owner|task owner|owned by|person|people|team|owning team|owner team|poc|point of contact|driver|"
        "accountable|responsible team|engineer|"
        "verantwortlich|verantwortliche|verantwortlicher|verantwortung|zuständig|wer|bearbeiter|besitzer|"
        "responsable|responsables|qui|porteur|pilote|propriétaire|assigné|assigné à|responsável|responsáveis|quem|quién|"
        "dueño|encargado|asignado|asignado a|responsabile|chi|incaricato|assegnatario|verantwoordelijke|wie|eigenaar|"
        "odpowiedzialny|kto|właściciel|ответственный|исполнитель|кто|"
        "担当|担当者|オーナー|責任者|负责人|負責人|责任人|所有者|담당|담당자".split("|")
    ),
    "due": frozenset(
        "due|due date|due by|deadline|target|target date|eta|by when|when|complete by|completion target|date due|by|"
        "expected|expected date|expected completion|timeline|timeframe|target completion|target completion date|date|"
        "fällig|fällig am|fälligkeit|fälligkeitsdatum|frist|termin|bis|bis wann|zieldatum|datum|"
        "échéance|date d échéance|date limite|délai|pour quand|quand|date cible|fecha|fecha límite|vencimiento|plazo|"
        "fecha de vencimiento|fecha objetivo|prazo|data|data limite|vencimento|data de entrega|scadenza|entro|"
        "data di scadenza|termine|vervaldatum|streefdatum|termijn|wanneer|termin wykonania|срок|дедлайн|"
        "期限|期日|締切|予定日|完了予定|截止日期|截止时间|完成时间|기한|마감|마감일".split("|")
    ),
    "status": frozenset(
        "status|state|progress|done|complete|completed|resolved|closed|finished|"
        "stand|zustand|erledigt|fortschritt|statut|état|etat|avancement|fait|terminé|estado|estatus|hecho|completado|"
        "progreso|situação|concluído|feito|stato|fatto|completato|gedaan|voltooid|stan|статус|состояние|"
        "状態|ステータス|状況|進捗|完了|状态|狀態|进度|상태|진행".split("|")
    ),
    "ticket": frozenset(
        "ticket|tickets|issue|issues|bug|bugs|jira|jira ticket|jira issue|jira link|github|github issue|github issues|"
        "link|links|pr|prs|pull request|tracking|tracker|tracking issue|tracking bug|tracking ticket|reference|ref|url|"
        "bug number|issue number|ticket number|story|card|ticket link|issue link|bug link|issue pr|ticket issue|mr|"
        "merge request|linear|asana|trello|ticket id|issue id|bug id|jira id|jira key|work item link|gitlab|gitlab issue|"
        "vorgang|lien|enlace|incidencia|riferimento|collegamento|verwijzing|zgłoszenie|тикет|задача в jira|"
        "チケット|課題|リンク|工单|链接|問題單|티켓|이슈|링크".split("|")
    ),
    "kind": frozenset(
        "type|kind|category|action type|item type|class|classification|"
        "art|typ|kategorie|catégorie|nature|tipo|categoría|categoria|soort|categorie|kategoria|rodzaj|тип|категория|"
        "種別|種類|タイプ|カテゴリ|区分|分類|类型|类别|類型|유형|종류".split("|")
    ),
    "priority": frozenset(
        "priority|prio|p|importance|urgency|priorität|dringlichkeit|priorité|urgence|prioridad|urgencia|prioridade|"
        "priorità|prioriteit|priorytet|приоритет|優先度|優先順位|优先级|優先級|우선순위".split("|")
    ),
    "id": frozenset(
        "id|ids|no|nr|num|number|key|ai|action id|item id|task id|nummer|numéro|número|numero|番号|编号|序号|번호|№|#|".split(
            "|"
        )
    ),
    "labels": frozenset("label|labels|tag|tags|ラベル|タグ|标签|schlagworte|étiquettes|etiquetas|etichette".split("|")),
    "notes": frozenset(
        "note|notes|comment|comments|details|remarks|remark|outcome|rationale|why|reason|additional info|"
        "bemerkung|bemerkungen|kommentar|anmerkung|notizen|remarque|remarques|commentaire|commentaires|"
        "notas|comentarios|observaciones|comentários|observações|commenti|opmerking|opmerkingen|uwagi|комментарий|"
        "備考|メモ|コメント|詳細|备注|備註|说明|비고|메모".split("|")
    ),
    "time": frozenset(
        "time|timestamp|date time|time utc|utc|uhrzeit|zeit|zeitpunkt|heure|hora|ora|tijd|czas|время|時刻|時間|时间|시간".split(
            "|"
        )
    ),
    "finished": frozenset(
        "completed on|completion date|date completed|closed on|done on|resolved on|finished on|完了日".split("|")
    ),
}

FIELD_KEYS = {
    "title": frozenset({"action", "action item", "task", "todo", "what", "aufgabe", "maßnahme", "アクション"}),
    "owner": (COLUMNS["owner"] - {"wer", "qui", "chi", "wie", "co"})
    | {"owner s", "担当チーム", "assigned team", "co owner"},
    "due": COLUMNS["due"] - {"when", "date", "datum", "data", "fecha", "by", "bis", "timeline", "expected", "target"}
    | {"done by", "target", "fix by"},
    "status": COLUMNS["status"]
    - {"done", "complete", "completed", "resolved", "closed", "finished", "erledigt", "完了"},
    "ticket": COLUMNS["ticket"]
    | {"tracked in", "tracked at", "tracked by", "see issue", "fix", "fixed by", "fixed in"},
    "kind": COLUMNS["kind"],
    "priority": COLUMNS["priority"] - {"p"},
    "id": frozenset({"id", "action id", "item id"}),
    "labels": COLUMNS["labels"],
    "finished": frozenset(
        {
            "done",
            "completed",
            "complete",
            "closed",
            "finished",
            "resolved",
            "completed on",
            "done on",
            "closed on",
            "erledigt",
            "erledigt am",
            "terminé",
            "完了",
            "完了日",
            "対応済み",
            "implemented",
            "実装完了",
            "fixed",
            "已完成",
            "completado",
            "concluído",
        }
    ),
}
"""What may stand before a colon in `Owner: alice`."""

TICKET_WORDS = frozenset(
    "issue|issues|ticket|tickets|bug|bugs|pr|prs|mr|pull request|merge request|jira|github issue|github pr|gitlab issue|"
    "jira ticket|jira issue|github|gitlab|commit|tracking issue|tracking bug|tracking ticket|link|links|story|card|trello|"
    "trello card|linear|asana|task|tracker|tracked|see issue|see ticket|see pr|fix|patch|change|チケット|課題|工单|vorgang|"
    "here|link to issue|link to ticket|issue link|ticket link|incidencia|github ticket".split("|")
)
NOT_PROJECTS = frozenset(
    "CVE CWE RFC ISO UTF SHA MD5 AES RSA TLS SSL HTTP IPV SEV GPT COVID ADR PEP KEP RHEL HTTPS EC2 UTC GMT BASE CRC ECMA "
    "IEEE USB GHSA RHSA MS JDK ES SOC PCI NIST FIPS EN DIN BIP EIP ERC P S X86 ARM AI LATIN ASCII WINDOWS H Q FY PM INC".split()
)

# --- statuses -------------------------------------------------------------------------------------------------

DONE = frozenset(
    "done|complete|completed|closed|fixed|resolved|finished|merged|shipped|deployed|implemented|released|yes|y|x|"
    "live|delivered|landed|rolled out|already done|in place|"
    "erledigt|abgeschlossen|fertig|geschlossen|ja|terminé|terminée|fait|faite|clos|résolu|oui|"
    "hecho|hecha|completado|completada|cerrado|terminado|resuelto|sí|feito|feita|concluído|concluída|fechado|sim|"
    "fatto|fatta|completato|completata|chiuso|risolto|sì|gedaan|afgerond|voltooid|klaar|gesloten|zrobione|zakończone|"
    "готово|сделано|выполнено|закрыто|完了|済|済み|対応済|対応済み|実施済み|クローズ|完成|已完成|已关闭|已解决|完毕|완료|종료".split(
        "|"
    )
)
OPEN = frozenset(
    "todo|to do|open|in progress|pending|not started|wip|new|ongoing|on going|started|doing|planned|backlog|blocked|"
    "in review|under review|in flight|incomplete|not done|active|assigned|scheduled|not yet|unresolved|no|n|working on|"
    "proposed|accepted|triaged|on hold|waiting|draft|partial|partially done|underway|to be done|outstanding|"
    "offen|in arbeit|in bearbeitung|ausstehend|geplant|nicht begonnen|nein|laufend|"
    "ouvert|ouverte|en cours|à faire|en attente|non commencé|non|planifié|"
    "abierto|abierta|en progreso|en curso|pendiente|por hacer|no iniciado|aberto|aberta|em andamento|em progresso|"
    "pendente|a fazer|não iniciado|não|aperto|aperta|in corso|in sospeso|da fare|non iniziato|"
    "lopend|te doen|gepland|niet gestart|nee|bezig|otwarte|w toku|do zrobienia|открыто|в работе|не начато|"
    "未着手|未対応|未完了|対応中|進行中|作業中|予定|実施中|検討中|保留|未开始|进行中|待办|未完成|处理中|計劃中|미완료|진행 ?중|진행중|대기|예정".split(
        "|"
    )
)
DONE_SIGNS = "✅✔☑✓🟢"
OPEN_SIGNS = "☐⬜❌🔴🟡⏳🚧🔲◻"

KINDS = frozenset(
    "mitigate|mitigation|mitigative|prevent|prevention|preventive|preventative|detect|detection|detective|process|"
    "repair|respond|response|investigate|investigation|corrective|remediate|remediation|recover|recovery|cleanup|"
    "documentation|docs|monitoring|alerting|testing|tooling|bug|feature|other|training|communication|"
    "prävention|erkennung|vorbeugung|prozess|prévention|détection|processus|prevención|detección|proceso|"
    "prevenção|detecção|processo|prevenzione|rilevamento|予防|検知|緩和|プロセス|预防|检测|缓解|流程".split("|")
)
PRIORITY = r"p[0-5]|prio(?:rity)? ?[0-9]|sev[- ]?[0-5]|(?:critical|urgent|highest|high|medium|normal|low|lowest|blocker|major|minor|trivial)(?: prio(?:rity)?)?"

# --- what is no item ------------------------------------------------------------------------------------------

NOBODY = frozenset(
    "tbd|tba|tbc|tbh|todo|n a|na|none|no one|nobody|unassigned|unknown|not assigned|to be determined|to be decided|"
    "to be assigned|owner|name|who|assignee|your name|someone|somebody|nil|null|open|offen|niemand|unklar|personne|"
    "aucun|nadie|ninguno|nessuno|niemand|なし|未定|未割当|未定|无|待定|暂无|미정|없음".split("|")
)
NOTHING = (
    r"(there (are|were|is) )?(currently |at this time )?(none|n ?/? ?a|nil|nothing|no|not applicable|tbd|tba|tbc|to be (determined|decided|added|defined|done|"
    r"written|completed)|todo|to do|unknown|pending|coming soon|wip|not yet)( so far| yet| known| identified| needed| "
    r"required| at this time| for now| at the moment| planned| here| to (do|report|add|see))*",
    r"(there (are|were) )?(currently )?no( immediate| specific| further| new| open| outstanding| additional| other| more)*"
    r" (actions?|action items?|follow[- ]?ups?|tasks?|steps|next steps|items?|todos?|remediation|mitigations?|"
    r"improvements?|changes)( items?)?( .{0,40})?",
    r"keine( weiteren)?( maßnahmen| aufgaben| aktionen)?( .{0,30})?|aucune?( action.{0,20})?|ninguna?( acci.{0,20})?|"
    r"nenhuma?( a[çc].{0,20})?|nessuna?( azion.{0,20})?|geen( acties.{0,20})?|brak|нет",
    r"なし|特になし|無し|未定|无|暂无|沒有|없음|해당 ?없음",
    r"lorem ipsum.*|example( .{0,20})?|placeholder.*|(fill|to be filled)( me| this)? in.*|insert .{0,40} here|add .{0,30} here|"
    r"your .{0,30} here",
    r"(action|task|item|todo|to do|follow[- ]?up|step|improvement|next step)( item)? ?#?([0-9]{1,2}|[a-z]|x|n|title|name|"
    r"description|one|two|three)?",
    r"(aufgabe|maßnahme|acción|action|tâche|ação|azione|actie|アクション|タスク|任务) ?[0-9]{0,2}",
    r"(description|title|summary|what|owner|name|action item description|short description|brief description)",
)
"""Whole texts (normalised) that say there is nothing, or that a template left behind."""

NOT_NAMES = frozenset(
    "a an the this that it we they he she you i our all any each every some more most other others new old yet too "
    "optional done maybe later stretch tbd wip todo open closed pending fixed resolved blocked ongoing now soon asap "
    "staging production prod dev test testing qa backend frontend api database db cache network kubernetes k8s docker "
    "aws gcp azure linux windows github gitlab jira slack internal external manual automated automatic automatically "
    "manually needed required recommended nice important urgent critical high medium low minor major trivial easy hard "
    "short long term phase step part partial partially complete completed deprecated legacy temporary permanent "
    "prevent prevention detect detection mitigate mitigation process monitoring alerting documentation docs logging "
    "etc e.g i.e eg ie see link links issue issues ticket tickets bug bugs pr prs mr card story same both none n/a na "
    "first second third last next again only also not no yes if when where why how what who which and or but for with "
    "without from into over under after before during until because since once per via by in on at to of as is are was "
    "were be been being do does did has have had can could may might must shall should will would need needs try tries "
    "want wants ask asks plan plans how like due owner action item items task follow followup review draft note notes "
    "discuss discussion question questions example examples default config error errors warning info debug metrics logs "
    "non-blocking blocking breaking nightly weekly daily monthly quarterly hourly realtime overall general misc various "
    "everything everyone anyone someone nobody nothing something people users user customers customer way able going "
    "attempt continue begin start stop decision idea goal task access change changes switch move work commit".split()
)
"""Single words that never are a person's name at an entry's end or start."""

TEAM_WORDS = frozenset(
    "team squad guild group crew dept department sre ops devops チーム equipe équipe equipo 团队 팀".split()
)

WEAK_SUBJECTS = frozenset(
    "we i our it this that these those the they there as since although because however while".split()
)

# --- documents ------------------------------------------------------------------------------------------------

DRAFT = frozenset(
    "draft|in progress|in review|under review|pending|pending review|template|wip|work in progress|not started|"
    "entwurf|in arbeit|in bearbeitung|brouillon|en cours|borrador|en progreso|rascunho|em andamento|bozza|in corso|"
    "concept|черновик|ドラフト|下書き|作成中|レビュー中|草稿|草案|초안".split("|")
)
FINAL = frozenset(
    "complete|completed|final|finalised|finalized|published|approved|done|closed|resolved|abgeschlossen|fertig|"
    "veröffentlicht|terminé|publié|final|completado|publicado|concluído|completato|pubblicato|afgerond|"
    "完了|公開|公開済み|承認済み|完成|已完成|已发布|완료".split("|")
)
METADATA: dict[str, frozenset[str]] = {
    "id": frozenset({"id", "document id", "postmortem id", "post mortem id", "pm id"}),
    "title": frozenset(
        {"title", "incident title", "name", "incident name", "titel", "titre", "título", "titolo", "タイトル", "标题"}
    ),
    "incident": frozenset(
        "incident|incident id|incident number|incident no|incident key|incident ticket|incident ref|vorfall|incidente|インシデント|"
        "インシデント番号|障害番号|事件编号".split("|")
    ),
    "date": frozenset(
        "date|incident date|date of incident|postmortem date|post mortem date|start|start time|started|started at|"
        "date started|incident start|occurred|occurred on|datum|date de l incident|fecha|fecha del incidente|data|"
        "data dell incidente|data do incidente|発生日|発生日時|日付|日時|日期|发生时间|날짜".split("|")
    ),
    "severity": frozenset(
        "severity|sev|severity level|incident severity|priority|impact level|schweregrad|gravité|sévérité|severidad|"
        "gravedad|severidade|gravidade|gravità|severità|ernst|重大度|深刻度|严重程度|严重级别|심각도".split("|")
    ),
    "status": frozenset(
        "status|state|document status|report status|postmortem status|post mortem status|statut|estado|stato|状態|"
        "ステータス|状态|상태".split("|")
    ),
    "services": frozenset(
        "service|services|affected service|affected services|services affected|service affected|impacted service|"
        "impacted services|services impacted|component|components|affected components|systems affected|affected systems|"
        "dienst|dienste|betroffene dienste|services impactés|servicio|servicios|servicios afectados|serviços|serviço|"
        "servizi|servizio|diensten|影響サービス|対象サービス|サービス|受影响服务|服务".split("|")
    ),
    "authors": frozenset(
        "author|authors|written by|by|prepared by|postmortem owner|post mortem owner|document owner|report author|autor|"
        "autoren|verfasser|auteur|auteurs|autores|autore|autori|作成者|著者|執筆者|作者|작성자|owner".split("|")
    ),
    "team": frozenset(
        {
            "team",
            "owning team",
            "owner team",
            "responsible team",
            "teams",
            "equipe",
            "équipe",
            "equipo",
            "チーム",
            "担当チーム",
            "团队",
            "팀",
        }
    ),
    "labels": frozenset(
        {
            "label",
            "labels",
            "tag",
            "tags",
            "categories",
            "category",
            "keywords",
            "schlagworte",
            "étiquettes",
            "etiquetas",
            "タグ",
            "标签",
        }
    ),
    "visibility": frozenset(
        {
            "visibility",
            "confidentiality",
            "classification",
            "access",
            "sichtbarkeit",
            "visibilité",
            "visibilidad",
            "公開範囲",
        }
    ),
}
RESTRICTED = frozenset(
    {
        "restricted",
        "confidential",
        "private",
        "secret",
        "vertraulich",
        "confidentiel",
        "confidencial",
        "riservato",
        "vertrouwelijk",
        "機密",
    }
)
TEMPLATE_TITLES = (r"^(post-?mortem |incident |report )*template\b", r"\btemplate$", r"\bvorlage$")

# --- dates ----------------------------------------------------------------------------------------------------

MONTHS = (
    (
        "jan",
        "january",
        "januar",
        "jänner",
        "janvier",
        "janv",
        "enero",
        "ene",
        "janeiro",
        "gennaio",
        "gen",
        "januari",
        "stycznia",
    ),
    (
        "feb",
        "february",
        "februar",
        "février",
        "fevrier",
        "févr",
        "fév",
        "febrero",
        "fevereiro",
        "fev",
        "febbraio",
        "februari",
        "lutego",
    ),
    ("mar", "march", "märz", "maerz", "mär", "mars", "marzo", "março", "maart", "mrt", "marca"),
    ("apr", "april", "avril", "avr", "abril", "abr", "aprile", "kwietnia"),
    ("may", "mai", "mayo", "maio", "maggio", "mag", "mei", "maja"),
    ("jun", "june", "juni", "juin", "junio", "junho", "giugno", "giu", "czerwca"),
    ("jul", "july", "juli", "juillet", "juil", "julio", "julho", "luglio", "lug", "lipca"),
    ("aug", "august", "août", "aout", "agosto", "ago", "augustus", "sierpnia"),
    ("sep", "sept", "september", "septembre", "septiembre", "setembro", "set", "settembre", "września"),
    ("oct", "october", "okt", "oktober", "octobre", "octubre", "outubro", "out", "ottobre", "ott", "października"),
    ("nov", "november", "novembre", "noviembre", "novembro", "listopada"),
    ("dec", "december", "dez", "dezember", "décembre", "déc", "diciembre", "dic", "dezembro", "dicembre", "grudnia"),
)
DUE_LEADS = (
    "due",
    "due by",
    "due on",
    "due date",
    "by",
    "eta",
    "deadline",
    "until",
    "before",
    "target",
    "bis",
    "fällig",
    "fällig am",
    "avant le",
    "pour le",
    "antes del",
    "até",
    "entro",
    "entro il",
    "voor",
    "期限",
    "期日",
    "締切",
    "截止",
)
