"""How labels and sentences say that work is finished, or still to be done. Data only; all are patterns but where they say so."""

from __future__ import annotations

COMPLETED_LABELS = (
    r"\b((?<!to )complete|completed|done|finished|closed(?! loop| captions?)|resolved|implemented|already (?:done|completed|fixed|implemented|deployed|shipped|resolved|in place)|hecho|applied(?! \w+ (?:team|group)))\b|\b(?:actions?|steps|measures) (?:already )?taken\b"
    r"|完了|済み|已完成|已执行|erledigt|abgeschlossen|umgesetzt|durchgeführt|ergriffen|terminé|effectuée?s|réalisée?s"
    r"|(?:completad|aplicad|realizad|ejecutad|executad|implementad|tomad)[oa]s|completad|conclu[ií]d|uitgevoerd|afgerond|wykonane|выполнен|принятые меры"
)
"""Labels of groups whose items are finished."""

PENDING_LABELS = (
    r"\b(pending|outstanding|in progress|not (?:yet )?(?:done|started|completed?)|incomplete|unfinished|ongoing|to be (?:done|completed))\b"
    r"|^(?:still )?open\b(?! source)|^(?:to ?do|todo)s?$|未着手|未完了|対応中|進行中|未完成|进行中|offen|en cours|pendient|pendente"
)
"""Labels of groups whose items are not."""

LATER_LABELS = r"^(?:no|once|after|when|until)\b|\b(?:to get|get(?:ting)? (?:it|this|that|things)) done\b|\bdefinition of\b|\bdone and\b|\bclosed beta\b|\bin phase\b|\b(?:a|por|para|à|de) (?:ser\w*|être|faire)\b"
"""What makes of the word a condition or a plan."""

ANNOUNCING_WORDS = frozenset(
    "action actions item items next step steps follow up ups followup followups task tasks todo todos to do measure "
    "measures recommended suggested proposed planned the our following are".split()
)
"""A set: words of labels that only say once more that work follows."""

WISHED = (
    r"\W(?:agreed|decided|suggested|proposed|planned|discussed|considered|asked|requested|recommended|advised|scheduled|started|noticed|"
    r"missed|ignored|delayed|blocked|postponed|needed|required|expected|supposed|assigned|tasked|committed|promised|failed|outdated|limited)$"
)
"""Finished verbs after which the work is still to be done."""

WORK_LEFT = (
    r"\b(?:but|however|except|partially|partly|only|temporary|temporarily|workaround|still|missing|remains?|to follow|needs?|"
    r"must|should be|ha(?:s|ve) to|waits?|waiting|(?:is|are|was|were) not|not (?:yet|released|deployed|done)|next|(?:one|two|three|four|five|\d+) (?:out )?of|half|some of|most of|in staging|to staging|"
    r"needed|(?:to|with|by) (?:the wrong|a closed)|now broken|was outdated|too|again|for the time being|for now|by mistake|(?:merged|run|deployed|released) without|"
    r"was skipped|will upgrade|will be)\b"
)
"""Words of work that is left."""

FINISHED_GERMAN = r"\w{3,}iert|(?:ein|um|aus|an|ab|auf|hinzu|bereit|fest)ge\w{3,}(?:t|en)"
"""German participles that end a report."""

UNFINISHED_GERMAN = r",\s*(?:die|der|das|dem|den|was|wie|weil)\b|\b(?:werden|soll|sollen|muss|müssen|wird|dass|damit|wenn|falls|ob|warum)\b"
"""German words with which they do not."""

FINISHED_ELSEWHERE = (
    r"\bwurden?\b|^(?!\W*\w+(?:er|ir|re)\b)(?!.*\b(?:qui|que|quand|pourquoi|si|dont|où|comment)\b).*\b(?:a|ont) été \w"
    r"|^se (?:ha |han )?(?!deci|identific|prop|suger|acord|plane|detect)\w+(?:ó|aron|ieron|ado|ido)\b"
    r"|^(?!\W*\w+(?:ar|er|ir)\b)(?!.*\b(?:que|cuando|si)\b).*\b(?:ha|han) sido \w|^(?:foi|foram) (?!deci|identific|prop|suger|acord|plane|detect)\w"
    r"|^\W*已(?!知)(?![^，。,]{1,8}的)(?!.*[需应未])|^(?!.*(?:未|ない|たい)).*(?:しました|した|済み?)$"
)
"""Reports of finished work in German, French, Spanish, Portuguese, Chinese and Japanese."""

WORDS_ELSEWHERE = ("wurde", " se ", " ha ", " han ", " foi ", " foram ")
"""Of these words a report in ASCII letters has one."""
