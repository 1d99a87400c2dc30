"""Recognises short texts: a heading that announces work, a column's name, a status, a placeholder, a task. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Literal

from pmsync.documents.items.language import verbs
from pmsync.documents.items.language.vocabulary import columns, headings, statuses

_MARKS = r"\u0900-\u0903\u093a-\u094d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
"""Vowels and tones of Hindi and Thai, which are signs on a letter."""
_EDGES = re.compile(rf"^[^\w#]+|[^\w#{_MARKS}]+$")
_SPACE = re.compile(r"\s+")
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_LEAD_NUMBER = re.compile(r"^(?:[\dIVX]+(?:\.\d+)*[.):]|§ ?\d+|\d+(?:\.\d+)+)\s+")
_BRACKET = re.compile(r"[(（\[]")
_PARENTHESES = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_BAR = re.compile(rf"[^\w#{_MARKS}]+")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_LETTER = re.compile(r"[^\W_]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

HeadingKind = Literal["action", "weak", "other", "checklist", ""]


@lru_cache(maxsize=1024)
def normal(text: str) -> str:
    """Lower case, one space between words, no emoji, number or punctuation at the ends."""
    text = unicodedata.normalize("NFKC", text[:300]).casefold().replace("’", "'")
    text = _LEAD_NUMBER.sub("", _EDGES.sub("", _SPACE.sub(" ", _SHORTCODE.sub(" ", text))))
    return _EDGES.sub("", text)


@lru_cache(maxsize=1024)
def bare(text: str) -> str:
    """Like `normal`, without parentheses and with a space for every other sign: for names of things."""
    text = text[:300]
    stripped = (_PARENTHESES.sub("", text) or text) if _BRACKET.search(text) else text
    return _BAR.sub(" ", normal(stripped)).replace("_", " ").strip()


@cache
def _pattern(name: str) -> re.Pattern[str]:
    patterns: Iterable[str] = getattr(statuses, name)
    return re.compile("|".join(f"(?:{p})" for p in patterns))


@cache
def _heading(name: str) -> re.Pattern[str]:
    """One pattern to search for all of a list, grouped by where they begin: at the start ('^'), at a word ('\\b'), or, as
    Chinese does not separate words, at a character beyond ASCII.
    """
    patterns: Iterable[str] = [re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern) for pattern in getattr(headings, name)]
    of_text = [pattern for pattern in patterns if pattern.startswith("^")]
    of_word = [pattern for pattern in patterns if pattern.startswith(r"\b")]
    others = [pattern for pattern in patterns if not pattern.startswith(("^", r"\b"))]
    groups = ((r"^", of_text), (r"\b(?=\w)", of_word), (r"(?=[^\x00-\x7f])", others))
    return re.compile("|".join(f"{start}(?:{'|'.join(those)})" for start, those in groups if those))


@lru_cache(maxsize=1024)  # a team's documents have the same headings, again and again
def heading_kind(text: str) -> HeadingKind:
    """The kind of section that a heading announces: action items, perhaps action items (`weak`), or something else."""
    key = normal(text)
    if not key or len(key) > 120:
        return ""
    if _heading("PAST_ACTIONS").search(key):
        return "other"
    if _heading("WEAK_HEADINGS").search(key):
        return "weak"
    if _heading("CHECKLIST_HEADINGS").search(key):
        return "checklist"
    if _heading("ACTION_HEADINGS").search(key):
        return "action"
    return "other" if _heading("OTHER_HEADINGS").search(key) else ""


def announces(text: str) -> bool:
    """Whether a line that ends in a colon announces work in the list below it."""
    stripped = text.strip().strip("*_").rstrip()
    if not stripped.endswith((":", "：")):
        return False
    last = re.split(r"[.!?]\s+|[。！？]", stripped)[-1]
    return len(last) < 250 and bool(_heading("ANNOUNCING_LINES").search(normal(last)))


def column(header: str) -> str:
    """The role of a column by its header: a key of `vocabulary.COLUMNS`, or ''."""
    if header.strip().rstrip(".") in {"#", "No", "№"}:
        return "id"
    key = bare(header)
    for role, names in columns.COLUMNS.items():
        if key in names:
            return role
    return _compound(key)


def _compound(key: str) -> str:
    """The role of a header of several words ('Bug / PR', 'Owner team', 'Target date (UTC)') by its parts."""
    parts = key.split()
    if not 1 < len(parts) <= 4:
        return ""
    roles = []
    for part in parts:
        role = next((role for role, names in columns.COLUMNS.items() if part in names), "")
        if role:
            roles.append(role)
    for role in ("title", "owner", "due", "priority", "ticket", "status", "kind"):
        if role in roles:
            return role
    return ""


_HEDGES = re.compile(statuses.HEDGES)
_CONDITIONS = re.compile(statuses.CONDITIONS)
_BY_DAY = re.compile(statuses.BY_DAY)


def is_hedged(text: str) -> bool:
    """Whether a text negates or postpones the status that it names: 'not done yet', 'to be closed by June'."""
    key = text.lower()
    return _HEDGES.search(key) is not None or _BY_DAY.search(key) is not None


def status(text: str) -> bool | None:
    """Done, not done, or None if the text is not a status."""
    stripped = text.strip()
    if stripped[:1] and stripped[0] in statuses.DONE_SIGNS:
        return not any(sign in stripped for sign in statuses.OPEN_SIGNS) and not is_hedged(stripped)
    if "?" in stripped:
        return None
    if stripped[:1] and stripped[0] in statuses.OPEN_SIGNS:
        return False
    key = normal(_PARENTHESES.sub("", text)).replace("_", " ").replace("-", " ")
    if key in statuses.DONE:
        return not is_hedged(text)
    if key in statuses.OPEN:
        return False
    return None


def is_dropped(text: str) -> bool:
    """Whether a status or a group's label says that the work was cancelled."""
    return normal(text) in statuses.DROPPED


def loose_status(text: str) -> bool | None:
    """The status in a cell or label of a few words, by the first status word in it ('Done 2026-01-02')."""
    whole = status(text)
    key = normal(text)
    if whole is not None or not key:
        return whole
    if _BY_DAY.search(key) or "?" in text:
        return None
    if _HEDGES.search(key) or _CONDITIONS.search(key):
        return False if len(key) < 40 else None
    for word in _WORD.findall(key)[:6]:
        if word in statuses.DONE - {"yes", "y", "x", "live"}:
            return True
        if word in statuses.OPEN - {"new", "no", "n", "active", "non", "draft", "partial"}:
            return False
    return _cjk_status(key)


def _cjk_status(key: str) -> bool | None:
    if not _CJK.search(key) or len(key) > 20:
        return None
    for word in statuses.OPEN:
        if _CJK.search(word) and word in key:
            return False
    return True if any(_CJK.search(word) and word in key for word in statuses.DONE) else None


def says_anything(text: str) -> bool:
    """Whether there is a letter or digit in the text."""
    return _LETTER.search(text) is not None


_BRACKETED = re.compile(r"(?:(?:[<\[{]+[^<>\[\]{}]*[>\]}]+|\([^()]*\))[\s:;,|.–—-]*)+")
_FILLED_IN = re.compile(r"\{\{.*?\}\}|<%.*?%>|\$\{.*?\}")
_LONGEST_PLACEHOLDER = 2000
_DUMMY = re.compile(r"x{2,}|y{2,}|\d{1,2}|foo|bar|baz|…")


def is_placeholder(text: str) -> bool:
    """Whether the text is a placeholder: 'None', '...', '<action>', '{{ summary }}', 'Action item 1'."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_PLACEHOLDER:
        return False
    if _BRACKETED.fullmatch(stripped) and not re.fullmatch(r"\([^()]*\)", stripped):
        return True
    if _FILLED_IN.search(stripped):
        rest = re.sub(r"\{\{.*?\}\}|<%.*?%>|\$\{.*?\}|\[[^\]]*\]", " ", stripped)
        return not _WORD.search(rest)
    key = normal(stripped)
    if not says_anything(key) or _DUMMY.fullmatch(key):
        return True
    return len(key) < 120 and bool(_pattern("NOTHING").fullmatch(key))


_STATEMENT_END = re.compile(r"[.!?][)\"'”’]*\s+|[。！？]|\s[—–-]{1,2}\s|;\s+|[(（]|\n")
_WANTED = re.compile(
    r"\b(?:will|shall|should|must|needs? to|ha(?:s|ve) to|going to|plans? to|wants? to|let's|to-?do)\b", re.IGNORECASE
)


def says_none(text: str) -> bool:
    """Whether the text says that there are no items, and at most why: 'None. It was done at once'."""
    first, *rest = _STATEMENT_END.split(text.strip()[:2000], maxsplit=1)
    key = normal(first)
    if len(key) >= 120 or not _pattern("NONE").fullmatch(key):
        return False
    parts = _STATEMENT_END.split(rest[0]) if rest else []
    return not any(_WANTED.search(part) or reads_as_task(part) for part in parts)


def nobody(text: str) -> bool:
    """Whether the text in an owner's place names nobody."""
    key = bare(text)
    return not key or key in statuses.NOBODY or bool(re.fullmatch(r"<.*>|\[.*\]|\{.*\}", text.strip()))


def count(text: str) -> int:
    """The number of words; in Chinese or Japanese three characters count as one."""
    cjk = len(_CJK.findall(text))
    return len(_WORD.findall(_CJK.sub(" ", text))) + (cjk + 2) // 3


_OPENING = re.compile(
    r"[\W_]*(?:also |then |please |(?!apply|reply|supply|comply|multiply|daily|weekly|monthly|yearly|hourly|early|july|anomaly|assembly|family)\w{3,}ly |pls |always |never |don['’]t |do not |(?:we|team) (?:should|need to|must|will|shall|have to) )?([^\W\d_][\w-]*)",
    re.IGNORECASE,
)


def first_word(text: str) -> str:
    """The word a text begins with, lower case, without 'please', 'never' and 'we should'."""
    match = _OPENING.match(text[:200])
    return match[1].lower() if match else ""


def is_imperative(word: str) -> bool:
    """Whether the word is a verb that items begin with."""
    return word in verbs.IMPERATIVES or (word.startswith("re") and word[2:].lstrip("-") in verbs.IMPERATIVES)


def starts_with_verb(text: str) -> bool:
    """Whether the text begins with a verb, in the imperative or ending in -ing."""
    word = first_word(text)
    if is_imperative(word):
        return True
    stems = (word[:-3], word[:-4], word[:-3] + "e")
    return word.endswith("ing") and any(stem in verbs.IMPERATIVES for stem in stems)


_PLAIN_LEADS = re.compile(
    r"^\W*(?:(?:ai|todo|action|action item|task|done)\b[\s\d#-]*[:.)-]|\[[ x]?\]|[☐☑✅⬜]|@\w)", re.IGNORECASE
)
_GERMAN = re.compile(r"\b(?:der|die|das|den|dem|für|und|von|zu|mit|im|auf|bei|ein|eine)\b")


_LED = re.compile(
    r"\W*(?!(?:Note|Update|Result|Why|Status|Summary)\b)[A-Z][\w-]*(?:,? (?:and |& )?[A-Z][\w-]*){0,2}: (?=[^\W\d_]?[a-z])"
)


def is_marked(text: str) -> bool:
    """Whether a plain line begins with a mark of a task: a box, `TODO:`, a handle, or a name and a verb (`Alice: add …`)."""
    led = _LED.match(text)
    return _PLAIN_LEADS.match(text) is not None or (led is not None and starts_with_verb(text[led.end() :]))


def reads_as_task(text: str) -> bool:
    """Whether a plain line asks for work: it has a mark of a task, or begins (in German ends) with a verb."""
    if is_marked(text) or starts_with_verb(text):
        return True
    words = _WORD.findall(text)
    return bool(
        len(words) > 2 and re.search(r"(?:en|ern|eln)$", words[-1]) and words[-1].islower() and _GERMAN.search(text)
    )


def is_label(text: str) -> bool:
    """Whether an entry with entries below it only names their group."""
    stripped = text.strip()
    words = count(stripped)
    colon = stripped.endswith((":", "："))
    if not stripped or re.search(r"[.!?。]\s+\S", stripped):
        return False
    if words <= 6 and heading_kind(stripped) == "action":
        return True
    opening = first_word(stripped)
    if words > 1 and (opening in verbs.PAST or (is_imperative(opening) and opening not in verbs.NOUNS_TOO)):
        return False
    return words <= (6 if colon else 3)
