"""Words of labels for finished work and work to do. Data only; patterns unless they say otherwise."""

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
"""Words that make a status a condition or a plan."""

ANNOUNCING_WORDS = frozenset(
    "action actions item items next step steps follow up ups followup followups task tasks todo todos to do measure "
    "measures recommended suggested proposed planned the our following are".split()
)
"""A set: words of labels that only repeat that work follows."""
