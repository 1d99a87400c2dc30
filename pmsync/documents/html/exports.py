"""The elements and classes that are special to Confluence, Google Docs and Notion. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pmsync.documents.html.styles import classes
from pmsync.documents.spans import box

_OPEN_GLYPHS, _TICKED_GLYPHS = set("☐□❏❑▢⬜"), set("☑✓✔✅☒")
_EMOTICONS = {"tick": "✅", "cross": "❌"}
_NOT_READ_IDS = {"breadcrumb-section", "footer"}
_NOT_READ_CLASSES = {"toc-macro", "headerlink", "table_of_contents", "page-metadata"}
_NOT_READ_MACROS = {"toc", "children", "anchor", "recently-updated", "pagetree", "attachments", "livesearch"}
_DUE = re.compile(r"(?:\b(?:due|by|until|deadline|bis|fällig)|[:：])\s*$", re.IGNORECASE)
_LEVEL = re.compile(r"(lst-kix_[\w]+)-(\d)$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The text that replaces an element, with its link, or that the element is a block of code."""

    text: str = ""
    href: str = ""
    code: bool = False


def meaning(element: Any) -> Meaning | None:
    """The meaning of an element that is more than its content; None for ordinary elements."""
    tag, names = element.tag, classes(element)
    if element.get("id") in _NOT_READ_IDS or _NOT_READ_CLASSES.intersection(names):
        return Meaning()
    if tag == "input":
        is_box = element.get("type", "").lower() == "checkbox"
        return Meaning(box(ticked=element.get("checked") is not None) if is_box else "")
    if tag == "div" and "checkbox" in names:
        return Meaning(box(ticked="checkbox-on" in names))
    if tag == "time":
        return _day(element)
    if tag == "img":
        name = next((name.removeprefix("emoticon-") for name in names if name.startswith("emoticon-")), "")
        return Meaning(_EMOTICONS.get(name, ""))
    if (tag == "a" and "user-mention" in names) or (tag == "span" and "user" in names):
        return _person(element)
    if tag == "ac:structured-macro":
        return _macro(element)
    if tag == "ri:user":
        account, name = element.get("ri:account-id"), element.get("ri:username")
        return Meaning(f"[~accountid:{account}]" if account else f"@{name}" if name else "")
    if tag == "ri:page":
        labelled = element.getnext() is not None
        return Meaning("" if labelled else str(element.get("ri:content-title", "")))
    return None


def _day(element: Any) -> Meaning:
    """A day, in ISO form where the page has it. In a task, and as Notion's '@1 May' in a list, it is the due date."""
    shown = "".join(element.itertext()).strip()
    iso = re.fullmatch(r"\d{4}-\d\d-\d\d", str(element.get("datetime", ""))[:10])
    day = iso[0] if iso else shown.removeprefix("@")
    is_mention = shown.startswith("@") and any(each.tag == "li" for each in element.iterancestors())
    is_due = (iso and _in_task(element)) or is_mention
    return Meaning(f"(due: {day})" if is_due and not _DUE.search(_before(element)) else day)


def _person(element: Any) -> Meaning:
    """A person who is mentioned: the user name, else the name shown, marked by a `user:` link."""
    if element.get("data-username"):
        return Meaning(f"@{element.get('data-username')}")
    name = " ".join("".join(element.itertext()).split()).removeprefix("@")
    return Meaning(name, f"user:{name}") if name else Meaning()


def _in_task(element: Any) -> bool:
    return any(each.tag == "ac:task" or each.get("data-inline-task-id") for each in element.iterancestors())


def _before(element: Any) -> str:
    previous = element.getprevious()
    return str((previous.tail if previous is not None else element.getparent().text) or "")


def _macro(element: Any) -> Meaning | None:
    name = element.get("ac:name", "")
    if name in {"code", "noformat"}:
        return Meaning(code=True)
    if name in _NOT_READ_MACROS:
        return Meaning()
    parameters = {child.get("ac:name"): child.text or "" for child in element.iterchildren("ac:parameter")}
    if name == "jira":
        key = parameters.get("key")
        return Meaning(f"({key})" if key else "")
    return Meaning(parameters.get("title", "")) if name == "status" else None


def ticked(entry: Any, bullet: str) -> bool | None:
    """Whether a list entry is ticked; None where it is not a task. `bullet` is the one that the style sheet gives it."""
    if entry.tag == "ac:task":
        return any((child.text or "").strip() == "complete" for child in entry.iterchildren("ac:task-status"))
    if entry.get("role") == "checkbox":
        return bool(entry.get("aria-checked") == "true")
    parent = entry.getparent()
    if entry.get("data-inline-task-id") or (parent is not None and "inline-task-list" in classes(parent)):
        return "checked" in classes(entry)
    if bullet and bullet[0] in _OPEN_GLYPHS | _TICKED_GLYPHS:
        return bullet[0] in _TICKED_GLYPHS
    return None


def nest_lists(root: Any) -> None:
    """Move nested lists, which Google Docs writes after the list they belong to, into the entry before them."""
    for listing in list(root.iter("ul", "ol")):
        level = _level(listing)
        before = listing.getprevious()
        if level < 1 or before is None or not 0 <= _level(before) <= level or (before.tail or "").strip():
            continue
        holder = before
        while len(holder) and len(holder[-1]) and _level(holder) < _level(holder[-1][-1]) <= level:
            holder = holder[-1][-1]
        if _level(holder) == level and holder.tag == listing.tag:
            holder.extend(list(listing))
            listing.getparent().remove(listing)
        elif _level(holder) < level and len(holder):
            holder[-1].append(listing)


def _level(element: Any) -> int:
    """The depth of a list from Google Docs; -1 for any other element."""
    if element.tag not in {"ul", "ol"}:
        return -1
    return next((int(match[2]) for name in classes(element) if (match := _LEVEL.match(name))), -1)
