"""Patterns for headings, and for lines that lead to a list. Data only."""

from __future__ import annotations

ACTION_HEADINGS = (
    r"\baction[- ]?(items?|points?|plan|log|list)\b",
    r"\b(our|next|resulting|review|recommended|planned|proposed|required|outstanding|pending|open|completed|"
    r"immediate|remedial|further|future|follow[- ]?up|corrective|preventi?(ve|tive|ative)|mitigating|remediation|"
    r"improvement|short[- ]term|long[- ]term|medium[- ]term)\b.{0,30}\b(actions?|steps|tasks?|measures?|work)\b",
    r"^actions? (de |pour |of |for )?(prévention|prevention|correction|amélioration|improvement)\b",
    r"^(and |the )?actions?( (taken|to take|to be taken|and .*|needed|required|for .*|from .*))?$",
    r"\b(and|&) actions? taken$",
    r"^to[- ]?dos?\b",
    r"\btodo( list| items?)?$",
    r"^tasks?( list)?$",
    r"\bnext steps?\b",
    r"\bfollow[- ]?ups?\b",
    r"\bremediations?\b",
    r"^mitigations? (plan|actions?|items?|steps?|tasks?)\b",
    r"^(preventions?|prévention|prevención|prevenção|prevenzione|preventie|zapobieganie|предотвращение)\b",
    r"\b(future|further|incident|recurrence) preventions?\b",
    r"\bprevent(ing|ion of)? (recurrence|this|it|similar|future|another)\b",
    r"\b(future|proposed|planned|possible|potential|suggested|process|technical|further)\b.{0,20}\bimprovements?\b",
    r"^improvements?\b(?!.*\bneeded to\b)",
    r"\bimprovement (proposals?|items?|plan|ideas?|suggestions?|opportunities|backlog)\b",
    r"^(suggestions?|recommendations?|recommended changes)( for improvements?)?$",
    r"\b(short|long|mid|medium|near)(er)?[- ]term\b.{0,20}\b(fix(es)?|solutions?|plans?|improvements?|goals?)\b",
    r"^(permanent|proper|long[- ]term|short[- ]term|planned|future|required|needed|necessary|recommended|proposed|suggested) "
    r"(code |config |process )?(fix(es)?|solutions?|changes)( \(.*)?$",
    r"\b(recovery|response|remaining|security|technical|operational|organi[sz]ational|engineering|process|prevention) actions$",
    r"\bprevent(ing|ion of)? (the|an?|such|these|those|this) \w+( \w+)? (from )?(happening|occurring|recurring|again)\b",
    r"\bwhat (are we|we are|we ?'?re|will we|we will|we ?'?ll|we plan|are we going|we are going)\b.{0,20}\b(do|doing|change|changing)",
    r"\bwhat (can|could|should|must|do) we (do|change|improve|need to)\b",
    r"\bwhat('s| is| comes) next\b",
    r"\bwhat happens next\b",
    r"^(how (will|can|do|are) we|how to) (prevent|avoid|stop|improve|do better)\b",
    r"\bhow we (will|are going to|plan to|intend to) (prevent|avoid|improve|respond)\b",
    r"\b(future|further|remaining|outstanding|additional|follow[- ]?up) (work|changes)$",
    r"^(plan|plans|moving forward|going forward|looking (forward|ahead)|way forward|path forward|forward plan|the way ahead)$",
    r"\b(corrective|preventi?(ve|tive|ative)|countermeasures?)\b",
    r"^commitments?$",
    r"^capa\b",
    # German
    r"\b((folge|korrektur|gegen|sofort|abhilfe|verbesserungs|vorbeuge)?ma(ß|ss)nahmen?|aufgaben|nächste schritte|aktionspunkte)\b",
    r"\b(was ((ä|ae)ndern|tun|machen|unternehmen) wir.*|so verhindern wir.*|to-?dos?|offene punkte|verbesserungen|verbesserungsvorschläge|handlungsbedarf|prävention)$",
    # French
    r"\b(actions? correctives?|actions? préventives?|actions? à (mener|réaliser|entreprendre)|plan d['’ ]?actions?)\b",
    r"^ce que nous (allons|voulons|devons) (faire|changer|améliorer)\b",
    r"\b(prochaines étapes|mesures correctives|mesures préventives|points? d['’ ]?actions?|pistes d['’ ]?amélioration|"
    r"améliorations|tâches|à faire|suites? à donner)\b",
    # Spanish, Portuguese
    r"^(seguimiento|acompanhamento|suivi)\b",
    r"\b(acciones|accionables|acción correctiva|próximos pasos|medidas (correctivas|preventivas)|tareas|plan de acción|mejoras)\b",
    r"\b(ações|acções|itens de ação|próximos passos|medidas (corretivas|preventivas)|tarefas|plano de ação|melhorias)\b",
    # Italian, Dutch
    r"\b(azioni( correttive| preventive| da intraprendere)?|prossimi passi|piano d['’ ]?azione|da fare|miglioramenti)\b",
    r"\b(acties|actiepunten|actielijst|vervolgacties|vervolgstappen|volgende stappen|verbeterpunten|maatregelen)\b|^(openstaande )?taken$",
    # Polish, Russian
    r"\b(działania|następne kroki|zadania|działania (naprawcze|zapobiegawcze))\b",
    r"(^(план )?действи(я|й)$|^что (будем )?дела(ем|ть)\b|дальнейшие (шаги|действия)|следующие шаги|план действий|задачи|меры|корректирующие)",
    # Norwegian, Danish, Swedish, Finnish
    r"\b(aksjonspunkte?r?|aksjoner|(korrigerende |forebyggende )?tiltak|handlingspunkter|oppfølging(spunkter)?|neste steg|opfølgning|"
    r"næste skridt|handlingsplan|(förebyggande )?åtgärder|åtgärdsplan|uppföljning|nästa steg|att göra|toimenpiteet|jatkotoimet|seuraavat askeleet)\b",
    # Czech, Ukrainian, Turkish, Indonesian, Vietnamese
    r"\b(nápravná opatření|opatření|další kroky|úkoly|наступні кроки|план дій|заходи|завдання|aksiyonlar?|yapılacaklar|"
    r"sonraki adımlar|alınacak önlemler|önlemler|tindak lanjut|tindakan (perbaikan|pencegahan)|langkah selanjutnya|"
    r"hành động|việc cần làm|các bước tiếp theo|biện pháp)\b",
    # Thai
    r"(สิ่งที่ต้องทำ|แนวทางการ?ป้องกัน|มาตรการ|การป้องกัน|ขั้นตอนถัดไป|แผนการดำเนินการ)",
    # Japanese, Chinese, Korean
    r"(アクション(アイテム|プラン)?|再発防止|対応策|対策|改善(策|案|項目|アクション)|今後の(対応|対策|取り組み|アクション)|次のステップ|フォローアップ|タスク|是正措置|恒久対応|暫定対応|予防策?|追加提案)",
    r"(行动项|行動項目|改进措施|改進措施|后续(行动|措施|工作|步骤)|後續|下一步|待办|待辦|防止?复发|防止?再发|避免再次|纠正措施|^预防|^預防|预防措施|整改|跟进)",
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
    r"^((executive|issue|incident) )?summary\b|^overview$|^background$|^abstract$|^introduction$",
    r"\b(actions?|steps|measures) (already )?taken\b.*\b(during|to (resolve|mitigate|restore))\b",
    r"\b(resolution|recovery)\b",
    r"\b(references?|appendix|glossary|related|see also|resources|links|attendees|participants|glossar|logs?)$",
    r"^((people|teams) )?involved$",
    r"^(options?|alternatives?|ideas?|actions?)? ?(considered( (and|but) (rejected|discarded|declined|not .*))?|rejected|discarded|ruled out|declined)$",
    r"\b(out of scope|decided against)\b",
    r"\b(identified|known|remaining) (problems|issues|risks)$|\bproblems$",
    r"\b(performance )?results$|\bbenefits\b|\bachie?v(ed|ements)\b",
    r"^supporting (documents?|material|information|data|evidence)\b",
    r"\bfive whys?\b|\b5[- ]whys?\b",
    r"\bquestions?\b",
    r"^((raw|meeting|review|discussion|additional|further|call) )*(notes?|minutes|discussion|transcript|protokoll|notizen)( (of|from|for) .*)?$",
    r"\bchangelog\b|\brevision history\b|\backnowledge?ments?\b|^thanks\b",
    r"\b(zeitleiste|zeitverlauf|ursachen?|auswirkungen?|zusammenfassung|chronologie|causes? racines?|résumé|lehren)\b",
    r"\b(cronología|causa raíz|impacto|resumen|lecciones|causa raiz|resumo|lições|linha do tempo|lezioni|tijdlijn)\b",
    r"(教訓|タイムライン|根本原因|影響|サマリ|概要|うまくいった|うまくいかなかった|運が|関連|时间线|根本原因|影响|总结|经验教训)",
)

PAST_ACTIONS = (
    r"\b(time ?line|chronology)\b",
    r"^(follow[- ]?up|open|remaining|further|outstanding|unanswered) questions?$",
    r"\b(actions?|steps|measures)\b.{0,12}\btaken\b.{0,12}\b(during|to (resolve|mitigate|restore|fix)|so far during)",
    r"^what\b.{0,30}\b(actions?|steps|measures) (were|have been) taken\b",
    r"^(rejected|declined|discarded|not|no|why there are no)\b.*\baction items?$",
    r"\bimmediate (mitigations?|remediation)\b.{0,12}\b(during|taken)\b",
)
"""Headings that speak of actions, and mean what was done during the incident, or questions."""

WEAK_HEADINGS = (r"^mitigations?( steps| measures)?$", r"^(the )?fix(es)?$", r"^recommendations?$", r"^(緩和|緩和策)$")
"""Headings that often mean past work: their entries must read as tasks."""

CHECKLIST_HEADINGS = (
    r"\bcheck ?list\b",
    r"^(sign[- ]?offs?|approvals?|approvers?|reviewers?|severity|(which|affected|impacted) (services|systems|components))$",
    r"^(steps )?(to|before) clos(e|ing)\b",
    r"\b(how to use|instructions?|before (you )?(publish|start)|about this (template|document)|template)",
    r"\bcheckliste\b|\bliste de contrôle\b",
    r"チェックリスト",
)

SENTENCE_OPENINGS = r"(we|i|you|these|those|this|here|below|the following|wir|hier|nous|voici|estas?|estos?)"
"""A line before a list that begins with one of these introduces it and names no group; a pattern."""

POINTERS = r"(see also|see (?!if|whether|about|how|to|that)\w|see:|related:|siehe auch|voir aussi|ver también|véase también|vedi anche|zie ook|关联|関連)"
"""A paragraph that begins with one of these leads elsewhere and asks for nothing; a pattern."""

ANNOUNCING_LINES = (
    r"\b(we|i|team) (will|ll|plan to|intend to|are going to|are planning to|need to|should|want to|shall)\b.*"
    r"\b(following|these|below)\b",
    r"\b(future|next|long[- ]term) plans? (is|are)( to)?$",
    r"^we('ve| have)? (created|opened|filed|raised)\b.{0,60}\b(tickets?|issues?)\b.*\b(track|follow|address|fix)",
    r"\bfollow[- ]?up (items?|tasks?|actions?|work) (remain|remained|remaining|left)$",
    r"\b(we|i)(['’ ]re| are| will be) (now )?(implementing|taking|introducing|making|adding|working on|putting)\b.*"
    r"\b(measures|steps|changes|improvements|safeguards|actions|things)\b",
    r"\bwe('ll| will)( also)? (do|be doing|take|make|implement|work on)$",
    r"\b(following|these)\b.{0,25}\b(action items?|follow[- ]?ups?|improvements|preventive measures|next steps|remediations?|todos?)\b"
    r"(?!.*\b(took|taken|were|was|had)\b)",
    r"^(the )?(action items?|actions|next steps|follow[- ]?ups?|todos?|to[- ]dos?)( are| include)?$",
)
"""A line that ends in a colon and, with one of these, announces work outside an action section."""
