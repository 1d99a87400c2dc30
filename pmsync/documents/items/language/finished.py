"""Whether a sentence says that its work is done ('has been added', 'we already do this'). Pure; mostly English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmsync.documents.items.language.phrases import first_word, is_hedged, is_imperative, status
from pmsync.documents.items.language.verbs import NOUNS_TOO, PAST
from pmsync.documents.items.language.vocabulary import (
    FINISHED_ELSEWHERE,
    FINISHED_GERMAN,
    UNFINISHED_GERMAN,
    WISHED,
    WORDS_ELSEWHERE,
    WORK_LEFT,
)

_PARTICIPLE = r"(?:(?:now|already|since|also|all|just|then|\w{3,}ly)\s+)*(?:\w+ed|done|made|set|put|built|rewritten|written|sent|taken|cut|split|shut|rebuilt|run)\b"
_PERFECT = re.compile(
    rf"\b(?:(?:has|have|had)(?: (?:now|already|since|also|all|both))* been|was|were)\s+{_PARTICIPLE}"
    rf"|\b(?:we|i|they|team|he|she)(?:'ve|’ve| have| has)\s+{_PARTICIPLE}"
    rf"|^(?:we|i)\s+(?:(?:now|already|also|then)\s+)*\w+ed\b",
    re.IGNORECASE,
)
_ALREADY = re.compile(
    r"^\W*(?:we|it|this|that|they)(?:'s| is| are| has been| have)? already (?:do|does|did|done|have|has|implemented|in place|fixed|added|deployed|merged)\b"
    r"|^(?:this|it) (?:is|has been|was) (?:now )?(?:already )?(?:done|completed|fixed|implemented|resolved|deployed|merged)\b"
    r"|^already (?:done|fixed|implemented|deployed|merged|in place)\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|shall|should|must|need|needs|to be|can|could|would|plan|going to|if|when|that|which|who|not|never|how|why|what|whether|"
    r"where|because|after|before|until|once|as)\b",
    re.IGNORECASE,
)
"""What makes of a finished verb behind it a wish, a condition, or a part of what the sentence is about."""
_WISHED = re.compile(WISHED, re.IGNORECASE)
_DESCRIBES = re.compile(
    r"\W*[\w-]+ (?!(?:the|an?|our|all|its|their|this|these|some|more|every|each)\b)"
    r"(?:(?!(?:that|which|who|so|to|when|if|where|and|for|in|on|with)\b)[\w'’-]+ ){1,4}?"
    r"(?:should|must|needs?|ha(?:s|ve)|will|shall|are|is|can|cannot|could|do|does|stays?|remains?|gets?|may|might|requires?)\b",
    re.IGNORECASE,
)
"""A finished verb that says which things are meant: 'Removed servers should be deleted', 'Disabled users can log in'."""
_BRACKET = re.compile(r"\([^()]*\)")
_CARRIES = {"deploy", "backport", "release", "merge", "revert", "cherry-pick", "roll", "ship"}
"""What is done with a change that is finished."""
_CLAUSES = re.compile(r"[;:,] | [–—-] ")
_LEFT = re.compile(WORK_LEFT, re.IGNORECASE)
_ONGOING = re.compile(
    r"^(?:we(?: are|'re|’re)|team is|currently|i'm|i am|is|still)\s+(?:\w+ )?working on\b|^(?:working on it|work in progress|in progress)\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"\b(?:is|are|remains?) (?:still |currently |now )?(?:pending|ongoing|in progress|under ?way|work in progress)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\W*we now (?!need|must|should|will|have|run|plan|want|know|understand|believe|see\b|think|expect|get\b|rely|lack|miss)\w+",
    re.IGNORECASE,
)
_IS_NOW = re.compile(
    r"\b(?:is|are) now (?:routed|handled|validated|monitored|checked|covered|tested|automated|logged|replicated|configured|enforced|backed|pinned|"
    r"documented|tracked|scanned|reviewed|restricted|protected|encrypted|cached|limited|rotated|alerted)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?!\W*(?:goals?|targets?|definition|dod|acceptance|criteria|why|idea|wish)\b)[^:.]{2,40}: (?=\w)", re.IGNORECASE
)
_GERMAN = re.compile(FINISHED_GERMAN, re.IGNORECASE)
_GERMAN_FUTURE = re.compile(UNFINISHED_GERMAN, re.IGNORECASE)
_ELSEWHERE = re.compile(FINISHED_ELSEWHERE, re.IGNORECASE)
_REMARK = re.compile(
    r"[(（](shipped|done|completed?|fixed|merged|deployed|implemented|resolved|outstanding|pending|in progress|not started|"
    r"ongoing|deferred|todo)(?=\s*[)）,;:—–]|\s+(?:-|this\b|during\b|for this\b|with the fix|today|yesterday|(?:in|on|at|by|via|with|since)"
    r"\s+(?:\W*\d|v\d|#|pr\b|commit\b|\w{3,9} \d)))[^()（）]{0,60}[)）]",
    re.IGNORECASE,
)
"""A status in brackets; with more words than these it may as well describe what the brackets stand behind."""
_CLAUSE_END = re.compile(r"\s(?:--?|–|—)\s|[(（:：。]|[.;,] ")
_FIXED = re.compile(
    r"\W*fixed (?!(?:the|an?|our|all|its|their|this|these|some|bugs?|issues?|errors?|leaks?|crash(?:es)?|problems?|typos?|races?|in|by|it)\b)",
    re.IGNORECASE,
)
"""'Fixed rate limits' are a kind of them."""
_ADVERB = re.compile(r"\W*\w{3,}ly \w+ed\b")
_DETERMINED = re.compile(
    r"^\W*(?:re-?)?\w+ed\s+(?:the|a|an|our|all|its|their|this|these|some|more|every|each|up|back|out)\b", re.IGNORECASE
)
_PASSIVE = re.compile(
    rf"(?!.*\bbe\b)\W*(?:\S+ ){{1,4}}(?:{'|'.join(sorted(PAST))}|scheduled|reduced|improved)", re.IGNORECASE
)
"""A few words that end in what was done ('Alerts configured'), with no word of its still having to be."""
_PASSIVE_TO = re.compile(
    rf"(?!\W*no\b)(?!.*\b(?:be|should|must|needs?|will|can|are|is|to fix)\b)\W*(?:\S+ ){{1,3}}(?:{'|'.join(sorted(PAST - {'raised', 'opened'}))}) "
    r"(?:to|with|into|via|so that|in order|by hand)\b",
    re.IGNORECASE,
)
"""The same with what it was done for: 'Script updated to handle pages'."""
_DONE_ON = re.compile(
    r"^(?:already )?(?:done|completed|finished|fixed|resolved|deployed|shipped|merged)(?:[.!]|$| (?:on|in|at|by|via|since|already|today|yesterday)\b)"
    r"|^(?:updated|created|added|implemented|fixed)(?: to| in)?: (?!\d|backlog|sprint|jira)",
    re.IGNORECASE,
)
_OPEN_STILL = re.compile(r"^(?:open|pending|deferred|not started|to do|todo)(?:[.,;:]|$| [–—-] )", re.IGNORECASE)
_TICKETED = re.compile(
    r"^\W*(?:(?:we|i)(?:'ve|’ve| have)? )?(?:created|opened|filed|raised|logged|added|made|wrote)\s+(?:an?|the|this|some)?\W*(?:\w+ )?"
    r"(?:tickets?|issues?|cards?|stor(?:y|ies)|bugs?|tasks?|jira|prs?|(?:pull|merge) requests?|[A-Z]+-\d+)\b(?! tracker)",
    re.IGNORECASE,
)
_TICKET_MADE = re.compile(
    r"\b(?:tickets?|issues?|cards?|stor(?:y|ies)|bugs?|tasks?|prs?|patch(?:es)?) (?:(?:has|have|had|was|were)(?: been)? )?(?:\w+ly )?"
    r"(?:created|opened|filed|raised|logged|prepared|proposed)\b",
    re.IGNORECASE,
)
"""Having written the work down is not having done it."""
_SENTENCE = re.compile(r" (?<=[.!?;] )")


def says_done(title: str) -> bool | None:
    """True where an item's text reports finished work and nothing that is left of it, False where it reports work going
    on, else None. Work taken as done gets no ticket, so a doubt is None.
    """
    sentences = _SENTENCE.split(" ".join(title.split())[:600])
    if any(_ONGOING.search(sentence) for sentence in sentences[:2]):
        return False
    remark = next(filter(None, map(_remark, sentences[:2])), None) if "(" in title or "（" in title else None
    if remark:
        said = status(remark[1])
        return None if said and (is_hedged(remark[0]) or first_word(title) in _CARRIES) else said
    first = sentences[0]
    if "?" in first:
        return None
    if any(word in first for word in (" is ", " are ", "remain")) and _STILL.search(first):
        return False if not is_imperative(first_word(first)) or _is_noun(first) else None
    if not _reports(sentences) or _TICKETED.match(first) or _TICKET_MADE.search(first) or _leaves_work(sentences):
        return None
    return True


def _remark(sentence: str) -> re.Match[str] | None:
    """A status in brackets that begins or ends a sentence; elsewhere it describes what stands before it."""
    match = _REMARK.search(sentence)
    return match if match and (not match.start() or match.end() >= len(sentence.rstrip(" .!"))) else None


def _leaves_work(sentences: Sequence[str]) -> bool:
    """Whether sentences tell or ask for work besides what was done."""
    first, *further = sentences
    clauses = [*_CLAUSES.split(first)[1:], *further[:2]]
    return _LEFT.search(_BRACKET.sub("", " ".join(sentences[:4]))) is not None or any(
        _asks(clause) for clause in clauses
    )


def _asks(clause: str) -> bool:
    word = first_word(clause)
    return is_imperative(word) and word not in NOUNS_TOO


def _reports(sentences: Sequence[str]) -> bool:
    """Whether the first sentence, or one that says 'already' or 'now', reports finished work."""
    first = sentences[0]
    opening = first_word(first)
    if _FIXED.match(first):
        return False
    if _ADVERB.match(first):
        return _DETERMINED.match(first[first.index(" ") + 1 :]) is not None
    if opening in PAST or (opening != "reopened" and opening.replace("-", "").removeprefix("re") in PAST):
        label = _LABELLED.match(first)
        return not (_DESCRIBES.match(first) or (label and is_imperative(first_word(first[label.end() :]))))
    if not is_imperative(opening) or _is_noun(first):
        label = _LABELLED.match(first)
        rest = first[label.end() :] if label else ""
        if first_word(rest) in PAST and not _DESCRIBES.match(rest):
            return True
        if _told_elsewhere(_CLAUSE_END.split(first, maxsplit=1)[0].rstrip(" .!")):
            return True
        if _PASSIVE.fullmatch(first.rstrip(".")) or _PASSIVE_TO.match(first) or _DETERMINED.match(first):
            return True
        perfect = _PERFECT.search(first) if _may_report(first.lower()) else None
        if perfect and not (_FUTURE.search(first[: perfect.end()]) or _WISHED.search(perfect[0])):
            return True
        if any(_is_now(sentence) for sentence in sentences[:3]):
            return True
    return any(_already(re.sub(r"^Note: on \w+, ", "", sentence)) for sentence in sentences)


def _is_now(sentence: str) -> bool:
    now = _IS_NOW.search(sentence)
    return now is not None and not _FUTURE.search(sentence[: now.start()])


def _may_report(lower: str) -> bool:
    """Whether there is any of the words that `_PERFECT` cannot do without."""
    return lower.startswith(("we ", "i ")) or any(word in lower for word in ("been ", "was ", "were ", "ve ", "has "))


def _told_elsewhere(clause: str) -> bool:
    """Whether a clause says so in another language."""
    if is_hedged(clause):
        return False
    told = _GERMAN.fullmatch(clause.rpartition(" ")[2])
    if told is None and (not clause.isascii() or any(word in f" {clause.lower()}" for word in WORDS_ELSEWHERE)):
        told = _ELSEWHERE.search(clause)
    return told is not None and not _GERMAN_FUTURE.search(clause)


def _is_noun(sentence: str) -> bool:
    """Whether the verb that a sentence begins with is a noun there: 'fix was applied', 'script updated'."""
    _, _, rest = sentence.partition(" ")
    second = rest.partition(" ")[0].lower()
    return second in PAST or second in {"was", "were"} or rest.startswith(("has been", "have been"))


def _already(sentence: str) -> bool:
    hint = sentence.lower()
    if not ("already" in hint or "we now" in hint or hint.startswith(("this ", "it "))):
        return False
    reported = _NOW.match(sentence) or _ALREADY.search(sentence)
    return reported is not None and not is_imperative(first_word(sentence))


def remark_says_done(text: str) -> bool | None:
    """The same for a remark below an item, which says so in so many words or not at all."""
    first = " ".join(text.split())[:300]
    if _ONGOING.search(first) or _OPEN_STILL.search(first):
        return False
    reported = any(map(_already, _SENTENCE.split(first))) or _DONE_ON.match(first)
    return True if reported and not (is_hedged(_SENTENCE.split(first)[0]) or _LEFT.search(first)) else None
