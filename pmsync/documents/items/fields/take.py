"""Takes the fields out of an entry's text, by the table in `rules.py`. Pure.

What stands in the middle of a sentence stays part of the title. All text here is coded (`atoms.py`).
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from pmsync.documents.items.fields import dates, keyed, owners
from pmsync.documents.items.fields.atoms import TICKET, Coded
from pmsync.documents.items.fields.mentions import LEADS_TO_IT, is_object
from pmsync.documents.items.fields.rules import END, LINES, PARTS, SIGNS, START, STATUSES, FieldRule
from pmsync.documents.items.fields.values import ItemFields, record, take_date
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary.statuses import DONE_SIGNS, KINDS

_MOST = 40
"""The most fields that one entry states."""
_REACH = 240
"""How many characters before its hint a field at the end begins, at most."""
_LONGEST_REPORT = 6
_SENTENCE = re.compile(
    r"(?![Tt]he )[A-Za-z][a-z'’-]+ (?!(?:to|will|is|are|and)\b)[a-z]{2}(?!.{0,50}(?:[:：–—]|\s-))", re.DOTALL
)
"""Two words that begin a sentence, with nothing behind them that could end a field at a start: most entries begin so."""
_MAY_END_IN_FIELDS = re.compile(rf"[)\]）】\d!|→–—\ue000-\uf3ff{SIGNS}]| -|(?i:owne|assign|dri )")
"""A sign that one of the fields may end the text."""
_APART = re.compile(r"\s*[–—:(.;-]")
"""What sets a ticket apart from a sentence that it may be the object of ('Deploy PR #12')."""
_PART = re.compile(r"\s*[,;|、，·]\s*|\s[–—-]\s|\n")
_LINK_STATUS = re.compile(r"\((?P<in>[^()]+)\)$")


@dataclass(slots=True)
class Words:
    """The words of an entry while they are read: its atoms, the fields read so far, and names of known people.

    Each method reads one kind of match and records it; False if the match is no such field after all.
    """

    coded: Coded
    fields: ItemFields
    people: Container[str] = frozenset()

    def read(self, rule: FieldRule, match: re.Match[str]) -> bool:
        """Whether the rule's reader accepts the match."""
        accepted: bool = getattr(self, f"_{rule.reader}")(match)
        return accepted

    def _plain(self, match: re.Match[str]) -> str:
        return self.coded.decode(match["value"], urls=True).strip(" *_")

    def _nothing(self, _match: re.Match[str]) -> bool:
        return True

    # --- status

    def _box(self, match: re.Match[str]) -> bool:
        mark = match["value"]
        self.fields.dropped = self.fields.dropped or mark == "-"
        self.fields.say(None if mark == "-" else mark not in {"", " ", "\u00a0", "~"})
        return True

    def _sign(self, match: re.Match[str]) -> bool:
        self.fields.say(match["value"] in DONE_SIGNS)
        return True

    def _status(self, match: re.Match[str]) -> bool:
        """A status, and the day behind it: 'TODO due 2026-05-21 — …'. The day of done work is no due date."""
        self.fields.say_status(match["value"])
        when = match.groupdict().get("when")
        return not when or bool(self.fields.done) or take_date(when, self.fields)

    def _known_status(self, match: re.Match[str]) -> bool:
        plain = self._plain(match)
        self.fields.say_status(plain)
        return phrases.is_dropped(plain) or phrases.status(plain) is not None

    def _report(self, match: re.Match[str]) -> bool:
        """A few words that say that the work is done: 'done during the incident', 'fixed in v2'."""
        plain = self._plain(match)
        if phrases.count(plain) > _LONGEST_REPORT or phrases.is_hedged(plain):
            return False
        self.fields.say(True)
        return True

    # --- what it is

    def _id(self, match: re.Match[str]) -> bool:
        self.fields.explicit_id = self.fields.explicit_id or match["value"]
        return True

    def _priority(self, match: re.Match[str]) -> bool:
        self.fields.priority = self.fields.priority or match["value"]
        return True

    def _kind(self, match: re.Match[str]) -> bool:
        plain = self._plain(match)
        if phrases.bare(plain) not in KINDS:
            return False
        self.fields.kind = self.fields.kind or plain.lower()
        return True

    def _tag(self, match: re.Match[str]) -> bool:
        return classified(self.coded.decode(match["value"]).strip(), self.fields)

    # --- who does it

    def _accounts(self, match: re.Match[str]) -> bool:
        self.fields.own(owners.accounts(self.coded, match["value"]))
        return True

    def _owner_tag(self, match: re.Match[str]) -> bool:
        plain = self.coded.decode(match["value"]).strip()
        if not plain or phrases.is_placeholder(plain):
            return False
        self.fields.own(owners.cell(self.coded, match["value"]))
        return True

    def _names(self, match: re.Match[str]) -> bool:
        names = re.split(r", | and | & ", match["value"])
        if self.fields.owners or not all(owners.is_actor(name, self.people) for name in names):
            return False
        self.fields.own(tuple(names))
        return True

    def _people(self, match: re.Match[str]) -> bool:
        """'Platform team: …', or names that the document itself gives."""
        names = re.split(r",\s*|\s+and\s+|\s*&\s*", match["value"].strip().casefold())
        if not (owners.is_team(self.coded.decode(match["value"])) or all(name in self.people for name in names)):
            return False
        self.fields.own(owners.cell(self.coded, match["value"]))
        return True

    def _listed(self, match: re.Match[str]) -> bool:
        names = owners.listed(self.coded, match["value"], self.people)
        self.fields.owners = tuple(dict.fromkeys((*self.fields.owners, *names)))
        return bool(names)

    # --- where and when

    def _leading_tickets(self, match: re.Match[str]) -> bool:
        """Tickets before a title; 'PDU-16 needs a new fan' begins with none."""
        linked = self._all_linked(match["value"])
        if match["mark"] or match["colon"].strip() or linked:
            self._read_links(match["value"])
            return True
        return False

    def _own_tickets(self, match: re.Match[str]) -> bool:
        """Tickets behind a title, unless the sentence speaks of them: nothing sets them apart, and they are no link."""
        before = match.string[: match.start()].rstrip()[-1:]
        apart = _APART.match(match[0]) is not None or before in {".", "!", ")"}
        own = match["done"] or apart or before == "?" or LEADS_TO_IT.search(match["lead"])
        sentence = match.string[: match.start("value")].rstrip(" :#(")
        if not own and (is_object(sentence) or not self._all_linked(match["value"])):
            return False
        self.fields.say(True if match["done"] else None)
        if apart:
            self._read_links(match["value"])
        return True

    def _all_linked(self, tickets: str) -> bool:
        return all(self.coded.atoms[char].linked for char in re.findall(TICKET, tickets))

    def _read_links(self, tickets: str) -> None:
        """Records a status that stands in the text of a ticket's link: `[Done](…)`, `[GH-101 (Done)](…)`."""
        for char in re.findall(TICKET, tickets):
            text = self.coded.atoms[char].text
            bracket = _LINK_STATUS.search(text)
            if bracket or text.replace(" ", "").isalpha():
                self.fields.say(phrases.status(bracket["in"] if bracket else text))

    def _due(self, match: re.Match[str]) -> bool:
        return take_date(match["value"], self.fields)

    # --- several fields

    def _pair(self, match: re.Match[str]) -> bool:
        rule = keyed.rule_of(match["key"])
        return rule is not None and record(rule.reader, self.coded, match["value"].strip(), self.fields)

    def _parts(self, match: re.Match[str]) -> bool:
        """What is nothing but fields: 'alice, P1, due 2026-05-01'."""
        trial = replace(self, fields=ItemFields(done=self.fields.done, near=self.fields.near))
        text = dates.DUE.sub(lambda match: match[0].replace(",", ""), match["value"])
        parts = [part.strip() for part in _PART.split(text.strip(" *_")) if part.strip()]
        if not parts or not all(trial.is_part(part) for part in parts):
            return False
        self.fields.merge(trial.fields)
        return True

    def is_part(self, text: str, rules: Sequence[FieldRule] = PARTS) -> bool:
        """Whether the whole text is a field; recorded if so."""
        if rules is PARTS and (pair := keyed.at_start(text)):
            return record(pair[0], self.coded, pair[1], self.fields)
        plain = self.coded.decode(text, urls=True).strip(" *_")
        matches = ((rule, rule.pattern.fullmatch(plain if rule.position == "tag" else text)) for rule in rules)
        return any(match is not None and self.read(rule, match) for rule, match in matches)


def without_fields(words: Words, text: str) -> str:
    """The text of an entry without its fields, which are recorded."""
    for _ in range(_MOST):
        rest = _at_start(words, text)
        if rest is None:
            rest = keyed.without_keys(words.coded, text, words.fields)
            rest = rest if rest != text else at_end(words, text)
        if rest is None:
            break
        text = rest
    return text


def _at_start(words: Words, text: str) -> str | None:
    """The text without the first field at its start, None if there is none."""
    if _SENTENCE.match(text):
        return None
    for rule in START:
        match = rule.pattern.match(text)
        if match and text[match.end() :].strip(" .") and words.read(rule, match):
            return text[match.end() :]
    return None


def at_end(words: Words, text: str) -> str | None:
    """The text without the last field at its end, None if there is none."""
    if not (_MAY_END_IN_FIELDS.search(text) or text.lower().rstrip(" .!").endswith(STATUSES)):
        return None
    for rule in END:
        hint = rule.hint.search(text) if rule.hint else None
        match = rule.pattern.search(text, max(0, hint.start() - _REACH)) if hint else None
        if match is None or not text[: match.start()].strip(" *_"):
            continue
        if not (rule.unless and rule.unless.search(text[: match.start()])) and words.read(rule, match):
            return _ended(text, match)
    return None


def _ended(text: str, match: re.Match[str]) -> str:
    """The text before a field at its end; a full stop that ends the sentence stays."""
    rest = text[: match.start()].rstrip() + (match.groupdict().get("keep") or "")
    return rest + "." if match[0].lstrip().startswith(".") and not rest.endswith(".") else rest


def is_due(text: str, fields: ItemFields) -> bool:
    """Whether the text is nothing but 'due 2026-05-01', which is then recorded."""
    return Words(Coded(), fields).is_part(text.strip(), [rule for rule in LINES if rule.field == "due"])


def classified(tag: str, fields: ItemFields) -> bool:
    """Whether a tag is a priority, a kind, a status, an id or a mark of a task; recorded if so."""
    return Words(Coded(), fields).is_part(tag, [rule for rule in PARTS if rule.position == "tag"])


def box(text: str) -> tuple[str, bool | None]:
    """The text without its check box or sign, and whether that is ticked (None without one, and for the cancelled `[-]`)."""
    for rule in START[:2]:
        match = rule.pattern.match(text)
        if match:
            fields = ItemFields()
            Words(Coded(), fields).read(rule, match)
            return text[match.end() :], fields.done
    return text, None


def is_box(text: str) -> bool:
    """Whether the text is a check box and nothing else."""
    return bool(text.strip()) and not box(text.strip())[0]
