"""Names of owners: in a cell or field, and at an entry's start or end. Pure."""

from __future__ import annotations

import re
from collections.abc import Container

from pmsync.documents.items.fields.coded_text import PERSON, Coded
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.verbs import NAMES_TOO, PAST
from pmsync.documents.items.language.vocabulary.statuses import KINDS, NOT_NAMES, TEAM_WORDS

_SPLIT = re.compile(r"\s*(?:[,;+/、，；\n•·|]|\s&\s|\s(?:and|und|et|y|e|en|oraz|with)\s|\s[—–-]\s)\s*", re.IGNORECASE)
_NAME_WORD = r"[^\W\d_][\w'’.-]*"
_CAPITALISED = re.compile(rf"(?:{_NAME_WORD}\s?){{1,4}}")
_LOWER = re.compile(r"[a-z][a-z0-9_.-]{1,19}")
_FILE = re.compile(
    r"\.(?:md|txt|ya?ml|json|toml|ini|cfg|conf|env|lock|log|csv|sql|sh|py|js|ts|go|rs|rb|java|php|html|tf)$"
)
_INITIAL = re.compile(r" [A-Z]\.$")
_REMARK = re.compile(r"\s*[(（][^()（）]*[)）]")


def cell(coded: Coded, text: str) -> tuple[str, ...]:
    """The owners in a column or field of owners, without '@'; none if it holds a report ('Added along with the fix')."""
    out: list[str] = []
    if phrases.nobody(coded.decode(text)) or (phrases.first_word(text) in PAST and len(text.split()) > 2):
        return ()
    for part in _SPLIT.split(_REMARK.sub("", text) or text):
        name = _one(coded, part)
        if name and not phrases.nobody(name) and name not in out:
            out.append(name)
    return tuple(out)


def _one(coded: Coded, part: str) -> str:
    """One owner as written. An account wins over a name before it ('Alice <alice@example.com>')."""
    account = re.search(PERSON, part)
    if account:
        return coded.atoms[account[0]].value
    name = coded.decode(part).strip().strip("*_`@:?").strip("()[]").strip()
    return name if _INITIAL.search(name) else name.strip(".").strip()


def accounts(coded: Coded, text: str) -> tuple[str, ...]:
    """The people in `text` that are named by account (@alice, e-mail, [~alice])."""
    return tuple(dict.fromkeys(coded.atoms[char].value for char in re.findall(PERSON, text)))


def only_accounts(coded: Coded) -> bool:
    """Whether a text is nothing but accounts."""
    return bool(coded.atoms) and not phrases.says_anything(re.sub(PERSON, "", coded.text))


def listed(coded: Coded, text: str, people: Container[str]) -> tuple[str, ...]:
    """The owners if the whole text is a list of people, else none. It is for the end of an entry, where the text may as
    well be a remark, and so it must not hold a phrase or a word that is never a name.
    """
    out: list[str] = []
    for raw in _SPLIT.split(text.strip()):
        part = re.sub(r"^(?:and|cc|by|owner|assigned to|→|->)\s+", "", raw.strip(), flags=re.IGNORECASE)
        if re.fullmatch(rf"{PERSON}(?:\s+{PERSON})*", part):
            out.extend(accounts(coded, part))
        elif is_name(part, people):
            out.append(part.strip(".").strip())
        else:
            return ()
    return tuple(dict.fromkeys(out))


def is_name(text: str, people: Container[str]) -> bool:
    """Whether a few words can be a person's or a team's name."""
    stripped = text.strip().rstrip(".")
    if stripped.casefold() in people:
        return True
    if stripped.casefold().replace("-", "").removeprefix("re") in PAST or _is_verb(stripped.casefold()):
        return False
    parts = stripped.split()
    if not parts or len(parts) > 4 or any(part.casefold().strip(".,") in NOT_NAMES for part in parts):
        return False
    if stripped.casefold() in KINDS or phrases.status(stripped) is not None:
        return False
    if is_team(stripped):
        return True
    if len(parts) == 1:
        return _is_login(stripped) or (stripped[0].isupper() and stripped[1:].islower() and stripped.isalpha())
    return all(part[0].isupper() for part in parts) and bool(_CAPITALISED.fullmatch(stripped))


def _is_verb(word: str) -> bool:
    """Whether a word is a form of a verb in -ed or -ing ('Rejected', 'Awaiting')."""
    stems = {"ed": (word[:-2], word[:-1], word[:-3]), "ing": (word[:-3], f"{word[:-3]}e", word[:-4])}
    return any(
        word.endswith(end) and any(phrases.is_imperative(stem) for stem in forms) for end, forms in stems.items()
    )


def _is_login(word: str) -> bool:
    """Whether a word in lower case can be an account or a first name, and is neither a verb ('seeds') nor a file."""
    if not _LOWER.fullmatch(word) or _FILE.search(word):
        return False
    verbs = (word, word.removesuffix("s"), word.removesuffix("es"))
    return word in NAMES_TOO or not any(phrases.is_imperative(verb) for verb in verbs)


def is_team(text: str) -> bool:
    """Whether the text names a team by a word that says so ('Platform team', 'SRE')."""
    parts = text.casefold().strip().split()
    return (
        0 < len(parts) <= 4
        and (parts[-1] in TEAM_WORDS or parts[0] in {"team", "equipo", "équipe"})
        and not {"with", "for", "to", "by", "from", "of", "in"} & set(parts)
        and parts[0] not in {"a", "the", "our", "all", "each", "every"}
    )


def is_actor(name: str, people: Container[str]) -> bool:
    """Whether the subject of '… to do this' is a known name, a team, or a word that can be a name."""
    if name.casefold() in people or is_team(name):
        return True
    if name.isupper() and name.isalpha():
        return is_name(name.title(), people)
    return is_name(name, people) and not phrases.starts_with_verb(name) and (name[0].isupper() or name.isalpha())
