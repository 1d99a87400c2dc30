"""Whether a sentence says that its work is done ('has been added', 'we already do this'). Pure; mostly English."""

from __future__ import annotations

import re

from pmsync.markdown.verbs import PAST
from pmsync.markdown.words import first_word, is_imperative, status

_PARTICIPLE = r"(?:(?:now|already|since|also|all|just|then|\w{3,}ly)\s+)*(?:\w+ed|done|made|set|put|built|rewritten|written|sent|taken|cut|split|shut|rebuilt|run)\b"
_PERFECT = re.compile(
    rf"\b(?:(?:has|have|had)(?: (?:now|already|since|also|all|both))* been|was|were)\s+{_PARTICIPLE}"
    rf"|\b(?:we|i|they|team|he|she)(?:'ve|’ve| have| has)\s+{_PARTICIPLE}"
    rf"|^(?:we|i)\s+(?:(?:now|already|also|then)\s+)*\w+ed\b",
    re.IGNORECASE,
)
_ALREADY = re.compile(
    r"\b(?:we|it|this|that|they)(?:'s| is| are| has been| have)? already (?:do|does|did|done|have|has|implemented|in place|fixed|added|deployed|merged)\b"
    r"|^(?:this|it) (?:is|has been|was) (?:now )?(?:already )?(?:done|completed|fixed|implemented|resolved|deployed|merged)\b"
    r"|^already (?:done|fixed|implemented|deployed|merged|in place)\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|shall|should|must|need|needs|to be|can|could|would|plan|going to|if|when|that|which|who|not|never)\b",
    re.IGNORECASE,
)
_ONGOING = re.compile(
    r"^(?:we(?: are|'re|’re)|team is|currently|i'm|i am|is|still)\s+(?:\w+ )?working on\b|^(?:working on it|work in progress|in progress)\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"\b(?:is|are|remains?) (?:still |currently |now )?(?:pending|ongoing|in progress|under ?way|work in progress)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\bwe now (?!need|must|should|will|have to|plan|want|know|understand|believe|see\b|think|expect)\w+", re.IGNORECASE
)
_IS_NOW = re.compile(r"\b(?:is|are) now \w+(?:ed|en|t)\b", re.IGNORECASE)
_LABELLED = re.compile(r"[^:.]{2,40}: (?=\w)")
_GERMAN = re.compile(r"\w{3,}iert|(?:ein|um|aus|an|ab|auf|hinzu|bereit|fest)ge\w{3,}(?:t|en)", re.IGNORECASE)
_GERMAN_FUTURE = re.compile(
    r"\b(?:werden|soll|sollen|muss|müssen|wird|dass|damit|wenn|falls|ob|warum)\b", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"\bwurden?\b|\b(?:a|ont) été \w|^se (?:ha |han )?\w+(?:ó|aron|ieron|ado|ido)\b|\b(?:ha|han) sido \w|^(?:foi|foram) \w"
    r"|^\W*已(?!知)|(?:しました|した|済み?)$",
    re.IGNORECASE,
)
"""The same in other languages: German, French, Spanish, Portuguese, Chinese, Japanese."""
_WORDS_ELSEWHERE = ("wurde", " se ", " ha ", " han ", " foi ", " foram ")
"""Words of ASCII letters that it cannot do without, or else there are other letters."""
_REMARK = re.compile(
    r"[(（](shipped|done|completed?|fixed|merged|deployed|implemented|resolved|outstanding|pending|in progress|not started|"
    r"ongoing|deferred|todo)(?=\s*[)）,;:—–]|\s+(?:-|this\b|during\b|for this\b|with the fix|today|yesterday|(?:in|on|at|by|via|with|since)"
    r"\s+(?:\W*\d|v\d|#|pr\b|commit\b|\w{3,9} \d)))[^()（）]{0,60}[)）]",
    re.IGNORECASE,
)
"""A status in brackets; with more words than these it may as well describe what the brackets stand behind."""
_CLAUSE_END = re.compile(r"\s(?:--?|–|—)\s|[(（:：。]|[.;] ")
_DETERMINED = re.compile(
    r"^\W*(?:re-?)?\w+ed\s+(?:the|a|an|our|all|its|their|this|these|some|more|every|each|up|back|out)\b", re.IGNORECASE
)
_PASSIVE = re.compile(
    rf"(?!.*\bbe\b)\W*(?:\S+ ){{1,4}}(?:{'|'.join(sorted(PAST))}|scheduled|reduced|improved)", re.IGNORECASE
)
"""A few words that end in what was done ('Alerts configured'), with no word of its still having to be."""
_NOUN = re.compile(rf"\W*\w+ (?:was|were|has been|have been|{'|'.join(sorted(PAST))})\b")
"""A verb that is a noun here: 'fix was applied'."""
_PASSIVE_TO = re.compile(
    rf"(?!.*\b(?:be|should|must|needs?|will|can|are|is|to fix)\b)\W*(?:\S+ ){{1,3}}(?:{'|'.join(sorted(PAST - {'raised', 'opened', 'scheduled'}))}) "
    r"(?:to|with|into|via|so that|in order|by hand)\b",
    re.IGNORECASE,
)
"""The same with what it was done for: 'Script updated to handle pages'."""
_DONE_ON = re.compile(
    r"^(?:already )?(?:done|completed|finished|fixed|resolved|deployed|shipped|merged)(?:[.!]|$| (?:on|in|at|by|via|since|already|today|yesterday)\b)"
    r"|^(?:updated|created|added|implemented|fixed|changed)(?: to| in)?: ",
    re.IGNORECASE,
)
_OPEN_STILL = re.compile(r"^(?:open|pending|deferred|not started|to do|todo)(?:[.,;:]|$| [–—-] )", re.IGNORECASE)
_TICKETED = re.compile(
    r"^\W*(?:(?:we|i)(?:'ve|’ve| have)? )?(?:created|opened|filed|raised|logged|added|made|wrote)\s+(?:an?|the|this|some)?\W*(?:\w+ )?"
    r"(?:tickets?|issues?|cards?|stor(?:y|ies)|bugs?|tasks?|jira)\b(?! tracker)",
    re.IGNORECASE,
)
"""Having written the work down is not having done it."""
_SENTENCE = re.compile(r" (?<=[.!?;] )")


def says_done(title: str) -> bool | None:
    """True where an item's text reports finished work, False where it reports work going on, else None."""
    sentences = _SENTENCE.split(" ".join(title.split())[:600])
    first = sentences[0]
    if any(_ONGOING.search(sentence) for sentence in sentences[:2]):
        return False
    remark = _REMARK.search(" ".join(sentences[:2])) if "(" in title or "（" in title else None
    if remark:
        return status(remark[1])
    if _TICKETED.match(first):
        return None
    opening = first_word(first)
    if opening in PAST or opening.replace("-", "").removeprefix("re") in PAST:
        return True
    if not is_imperative(opening) or _NOUN.match(first):
        if _STILL.search(first):
            return False
        label = _LABELLED.match(first)
        if label and first_word(first[label.end() :]) in PAST:
            return True
        if _told_elsewhere(_CLAUSE_END.split(first, maxsplit=1)[0].rstrip(" .!")):
            return True
        if _PASSIVE.fullmatch(first.rstrip(".")) or _PASSIVE_TO.match(first):
            return True
        if _DETERMINED.match(first):
            return True
        perfect = _PERFECT.search(first) if _may_report(first.lower()) else None
        if perfect and not _FUTURE.search(first[: perfect.end()]):
            return True
        if any(_IS_NOW.search(sentence) for sentence in sentences[:3]):
            return True
    return True if any(_already(re.sub(r"^Note: on \w+, ", "", s)) for s in sentences) else None


def _may_report(lower: str) -> bool:
    """Whether there is any of the words that `_PERFECT` cannot do without."""
    return lower.startswith(("we ", "i ")) or any(word in lower for word in ("been ", "was ", "were ", "ve ", "has "))


def _told_elsewhere(clause: str) -> bool:
    """Whether a clause says so in another language."""
    told = _GERMAN.fullmatch(clause.rpartition(" ")[2])
    if told is None and (not clause.isascii() or any(word in f" {clause.lower()}" for word in _WORDS_ELSEWHERE)):
        told = _ELSEWHERE.search(clause)
    return told is not None and not _GERMAN_FUTURE.search(clause)


def _already(sentence: str) -> bool:
    hint = sentence.lower()
    if "we now" in hint and _NOW.search(sentence):
        return True
    return ("already" in hint or hint.startswith(("this ", "it "))) and _ALREADY.search(sentence) is not None


def remark_says_done(text: str) -> bool | None:
    """The same for a remark below an item, which says so in so many words or not at all."""
    first = " ".join(text.split())[:300]
    if _ONGOING.search(first) or _OPEN_STILL.search(first):
        return False
    return True if any(map(_already, _SENTENCE.split(first))) or _DONE_ON.match(first) else None
