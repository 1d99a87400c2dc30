"""Statuses, kinds, priorities, placeholders, and words that are no names. Data only."""

from __future__ import annotations

from pmsync.documents.items.language.vocabulary.sets import words

DONE = words(
    "done|complete|completed|closed|fixed|resolved|finished|merged|shipped|deployed|implemented|released|yes|y|x|"
    "live|delivered|documented|applied|verified|landed|rolled out|already done|in place|"
    "erledigt|abgeschlossen|fertig|geschlossen|ja|terminé|terminée|fait|faite|clos|résolu|oui|"
    "hecho|hecha|completado|completada|cerrado|terminado|resuelto|sí|feito|feita|concluído|concluída|fechado|sim|"
    "fatto|fatta|completato|completata|chiuso|risolto|sì|gedaan|gereed|afgerond|voltooid|klaar|gesloten|zrobione|zakończone|"
    "ferdig|fullført|gjort|utført|lukket|løst|færdig|klar|slutförd|åtgärdad|stängd|löst|valmis|tehty|hotovo|dokončeno|"
    "ทำแล้ว|เสร็จแล้ว|เสร็จสิ้น|виконано|зроблено|закрито|tamamlandı|bitti|yapıldı|selesai|"
    "готово|сделано|выполнено|закрыто|完了|済|済み|対応済|対応済み|実施済み|クローズ|完成|已完成|已关闭|已解决|完毕|완료|종료"
)
OPEN = words(
    "todo|to do|open|in progress|pending|not started|wip|new|ongoing|on going|started|doing|planned|backlog|blocked|"
    "in review|under review|in flight|incomplete|not done|active|assigned|scheduled|not yet|unresolved|no|n|working on|"
    "proposed|accepted|triaged|on hold|waiting|draft|partial|partially done|underway|to be done|outstanding|"
    "offen|in arbeit|in bearbeitung|ausstehend|geplant|nicht begonnen|nein|laufend|"
    "ouvert|ouverte|en cours|à faire|en attente|non commencé|non|planifié|"
    "abierto|abierta|en progreso|en curso|pendiente|por hacer|no iniciado|aberto|aberta|em andamento|em progresso|"
    "pendente|a fazer|não iniciado|não|aperto|aperta|in corso|in sospeso|da fare|non iniziato|"
    "pågår|åpen|under arbeid|ikke startet|gjenstår|åben|igangværende|öppen|pågående|ej påbörjad|avoin|kesken|otevřeno|probíhá|"
    "ค้าง|รออนุมัติ|รอดำเนินการ|กำลังดำเนินการ|ยังไม่ทำ|відкрито|в роботі|açık|devam ediyor|yapılacak|belum|berjalan|"
    "deferred|postponed|lopend|te doen|gepland|niet gestart|nee|bezig|otwarte|w toku|do zrobienia|открыто|в работе|не начато|"
    "在途|未着手|未対応|未完了|対応中|進行中|作業中|予定|実施中|検討中|保留|未开始|进行中|待办|未完成|处理中|計劃中|미완료|진행 ?중|진행중|대기|예정"
)
DROPPED = words(
    "won't do|wont do|will not do|won't fix|wontfix|rejected|cancelled|canceled|obsolete|duplicate|superseded|dropped|declined|"
    "abandoned|not doing|invalid|verworfen|abgelehnt|entfällt|annulé|abandonné|rejeté|cancelado|cancelada|rechazado|descartado|"
    "rejeitado|annullato|geannuleerd|отменено|取消|却下|見送り|已取消|취소"
)
"""Statuses of cancelled work."""
HEDGES = (
    r"\b(?:not|isn't|aren't|wasn't|weren't|never|none|nicht|keine?|pas|non|niet|nie|ikke|inte|não|nao|sin|не|"
    r"partial(?:ly)?|partly|teilweise|en partie|parcialmente|parzialmente|gedeeltelijk|mostly|nearly|almost|half|some|most|to be|will|shall|should|must|until|unless|except|but|pending|only|"
    r"outstanding|too|for now|by hand|this time|temporar(?:y|ily)|blocked|waiting|missing|remain(?:s|ing)?|reverted|reopened|re-opened|planned|"
    r"(?:in|to|on) (?:staging|stage|dev|development|test|testing|qa))\b"
    r"|\?|\d ?%|\b(?:to|in|on|for) \d+ ?/ ?\d+ \w|\b\d+ (?:of|out of) \d+\b|^\d+ ?/ ?\d+ \w|: \d+ ?/ ?\d+$"
)
"""Words that negate or postpone a status, or make it partial ('Done in staging', '2 of 5 done'); a pattern."""
CONDITIONS = r"\b(?:no|when|if|once|can|could|needs?)\b"
"""More of them, which count only if the text is nothing but a status; a pattern."""
BY_DAY = r"\bby (?:the )?(?:end|eod|next|q\d|\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|(?:mon|tues|wednes|thurs|fri)day)"
"""A day by which something is due; a pattern."""
BOX_MARKS = " xX*✓✔✅~-"
"""Marks in a check box in brackets."""
DONE_SIGNS = "✅✔☑✓🟢"
OPEN_SIGNS = "☐⬜❌🔴🟡⏳🚧🔲◻"

KINDS = words(
    "mitigate|mitigation|mitigative|prevent|prevention|preventive|preventative|detect|detection|detective|process|"
    "repair|respond|response|investigate|investigation|corrective|remediate|remediation|recover|recovery|cleanup|"
    "documentation|docs|monitoring|alerting|testing|tooling|bug|feature|other|training|communication|"
    "prävention|erkennung|vorbeugung|prozess|prévention|détection|processus|prevención|detección|proceso|"
    "prevenção|detecção|processo|prevenzione|rilevamento|予防|検知|緩和|プロセス|预防|检测|缓解|流程"
)
LEAD_KINDS = words(
    "mitigate|mitigation|prevent|prevention|preventive|preventative|detect|detection|process|repair|remediate|"
    "investigate|respond|response|recover|recovery"
)
"""Kinds that may begin an item, as in `Prevent: do this`; others may as well be a topic."""
PRIORITY = r"p[0-5]|prio(?:rity)? ?[0-9]|sev[- ]?[0-5]|(?:critical|urgent|highest|high|medium|normal|low|lowest|blocker|major|minor|trivial)(?: prio(?:rity)?)?"


NOBODY = words(
    "nobody yet|not yet assigned|see ticket|see issue|unowned|tbd|tba|tbc|tbh|todo|n a|na|none|no one|nobody|unassigned|unknown|not assigned|to be determined|to be decided|"
    "to be assigned|à définir|à déterminer|non attribué|por definir|por asignar|a definir|da definire|da assegnare|"
    "noch offen|zu klären|nog te bepalen|do ustalenia|не назначен|owner|name|who|assignee|your name|someone|somebody|nil|null|open|offen|niemand|unklar|personne|"
    "aucun|nadie|ninguno|nessuno|niemand|なし|未定|未割当|未定|无|待定|暂无|미정|없음"
)
_BEFORE = r"(there (are|were|is) )?(currently |at this time )?"
_AFTER = (
    r"( so far| yet| known| identified| needed| required| at this time| for now| at the moment| planned| here|"
    r" to (do|report|add|see))*"
)
NONE = (
    rf"{_BEFORE}(none|n ?/? ?a|nil|nothing( for .{{1,30}})?|no|not applicable){_AFTER}",
    r"(there (are|were) )?(currently )?no( immediate| specific| further| new| open| outstanding| additional| other| more)*"
    r" (actions?|action items?|follow[- ]?ups?|tasks?|steps|next steps|items?|todos?|remediation|mitigations?|"
    r"improvements?|changes)( items?)?( .{0,40})?",
    r"keine( weiteren)?( maßnahmen| aufgaben| aktionen)?( .{0,30})?|aucune?( action.{0,20})?|ninguna?( acci.{0,20})?|"
    r"nenhuma?( a[çc].{0,20})?|nessuna?( azion.{0,20})?|geen( acties.{0,20})?|brak|нет",
    r"なし|特になし|無し|无|暂无|沒有|없음|해당 ?없음",
)
"""Whole texts (normalised) that say there are none."""

NOTHING = (
    *NONE,
    rf"{_BEFORE}(tbd|tba|tbc|to be (determined|decided|added|defined|done|written|completed)|todo|to do|unknown|pending|"
    rf"coming soon|wip|not yet){_AFTER}|未定",
    r"lorem ipsum.*|example( .{0,20})?|placeholder.*|(fill|to be filled)( me| this)? in.*|insert .{0,40} here|add .{0,30} here|"
    r"your .{0,30} here",
    r"(action|task|item|todo|to do|follow[- ]?up|step|improvement|next step)( item)? ?#?([0-9]{1,2}|[a-z]|x|n|title|name|"
    r"description|one|two|three)?",
    r"(aufgabe|maßnahme|acción|action|tâche|ação|azione|actie|アクション|タスク|任务) ?[0-9]{0,2}",
    r"(description|title|summary|what|owner|name|action item description|short description|brief description)",
)
"""Whole texts (normalised) that say there is nothing, or that come from a template."""

NOT_NAMES = words(
    "unowned undone monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december wontfix obsolete duplicate ready rejected cancelled canceled unfinished reverted awaiting verifying "
    "confluence cloudflare stripe kafka redis postgres postgresql mysql terraform datadog grafana prometheus sentry pagerduty "
    "ability tool tools tooling script scripts "
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
    "attempt continue begin start stop decision idea goal task access change changes switch move work commit "
    "cron crontab daemon script scripts config configs configuration server servers service services client library app apps "
    "web mobile desktop cloud cluster node nodes pod pods container containers queue worker workers job jobs pipeline ci cd "
    "dns tls ssl http https ssh vpn cdn cpu gpu ram ram disk memory storage network firewall proxy gateway router load "
    "redis postgres postgresql mysql mongodb sqlite kafka rabbitmq nginx apache haproxy varnish envoy istio etcd consul vault "
    "grafana prometheus loki sentry datadog cloudwatch pingdom opsgenie splunk kibana elasticsearch terraform ansible helm "
    "argocd flux jenkins bash python golang rust java javascript typescript node.js react django rails spring android ios "
    "macos ubuntu debian chrome firefox safari email emails mail sms chat webhook webhooks runbook runbooks playbook "
    "dashboard dashboards alert alerts alarm alarms template templates schema table tables index indices migration "
    "migrations release releases deploy deployment deployments rollback rollout upgrade update updates version versions "
    "bugfix hotfix workaround feature features refactoring cleanup regression security compliance legal finance marketing "
    "ui ux sdk cli url uri ip tcp udp vm vms os sql json xml yaml html css ec2 s3 rds sqs sns iam eks ecs gke aks pvc hpa pdb "
    "slo slos sla sli mttr mttd rca rfc adr pii gdpr sso mfa otp jwt acl rbac etl llm ai ml kpi qps rps oom gc "
    "resolution root cause causes appendix section above below timeline impact summary js ts os ms "
    "sales upstream downstream local remote global public private shared common core base main master branch tag label",
    " ",
)
"""Words that are never a person's name at an entry's start or end."""

PEOPLE_LINES = (
    r"participants|attendees|responders|reviewers?|incident commander|commander|facilitator|scribe|on[- ]call|"
    r"teilnehmer|beteiligte|participants|participantes|partecipanti|deelnemers|参加者|参与者"
)
"""The beginning of a line that names the people of an incident; a pattern."""
TEAM_WORDS = words(
    "team squad guild group crew dept department sre ops devops チーム equipe équipe equipo 团队 팀", " "
)
