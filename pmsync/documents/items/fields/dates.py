"""Dates as people write them, where a date is expected. Pure.

A day without a year is a date only in a due date's place, and is read with the document's own date. Nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from pmsync.documents.items.language.vocabulary.metadata import MONTHS
from pmsync.documents.items.language.vocabulary.sets import any_of

_NAMES = any_of(name for month in MONTHS for name in month)
_NAME = re.compile(_NAMES, re.IGNORECASE)
_NUMBERS = {name.casefold(): number for number, month in enumerate(MONTHS, 1) for name in month}
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.|º|ª)?"
_FULL = (
    r"(?P<iso>(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])[-/.]\d{1,2})(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?"
    r"|(?P<cjk>(?:19|20)\d\d ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]?)"
    rf"|(?P<dayfirst>{_DAY} ?(?:de |of )?[- ]?{_NAMES}\.?,?[- ]?(?:de |of )?(?:19|20)\d\d)"
    rf"|(?P<monthfirst>{_NAMES}\.?[- ]{_DAY},?[- ](?:19|20)\d\d)"
    r"|(?P<dots>\d{1,2}\.\d{1,2}\.(?:19|20)\d\d)"
    r"|(?P<numeric>\d{1,2}[/-]\d{1,2}[/-](?:(?:19|20)\d\d|\d\d))"
)
_UNLIKE = {"set", "out", "ago", "gen", "mag"}  # short months that are English words: no date without a year
_CLEAR = any_of(name for month in MONTHS for name in month if name not in _UNLIKE)
_SHORT = (
    rf"|(?P<day_month>(?:{_DAY} ?(?:de |of )?[- ]?{_CLEAR}\.?|{_CLEAR}\.?[- ]{_DAY})(?!,? ?(?:19|20)\d\d))"
    r"|(?P<short_cjk>\d{1,2} ?[月월] ?\d{1,2} ?[日일])"
)
_TERSE = r"|(?P<short_dots>\d{1,2}\.\d{1,2}\.)|(?P<short_numeric>\d{1,2}/\d{1,2})"


def _pattern(forms: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./-])(?:{forms})(?![\w]|[/-]\d)", re.IGNORECASE)


DATE = _pattern(_FULL)
"""A date with its year."""
DUE = _pattern(_FULL + _SHORT)
"""A date, or a day and a month by name, in text that says when something is due."""
VALUE = _pattern(_FULL + _SHORT + _TERSE)
"""A date, or a day and a month by name or in digits, as the value of a due date."""
_LATE = timedelta(days=31)


class Unreadable(ValueError):
    """A date that cannot be read, or can be read in two ways."""


def find(text: str) -> date | None:
    """The first date in the text, None without one. Raises Unreadable for one that does not exist or is ambiguous."""
    match = DATE.search(text)
    return read(match) if match else None


def trouble(text: str) -> str:
    """Why the date in a text is not one day, '' if there is no more to say."""
    match = DATE.search(text)
    return "can mean two days" if match and match["numeric"] and _either(match[0]) else ""


def _either(text: str) -> bool:
    first, second = (int(number) for number in re.findall(r"\d+", text)[:2])
    return first <= 12 and second <= 12 and first != second


def find_due(text: str, near: date | None) -> date | None:
    """The date in a due date's place. A missing year is that of the day closest to `near`."""
    match = VALUE.match(text) or DUE.search(text)
    if match is None:
        return None
    if match["day_month"] or match["short_cjk"]:
        return _without_year(match, near)
    terse = match.re is VALUE and (match["short_dots"] or match["short_numeric"])
    return _without_year(match, near) if terse else read(match)


def _without_year(match: re.Match[str], near: date | None) -> date:
    """The first such day that is not more than a month before `near`. Raises Unreadable where nothing says the year."""
    text = match[0]
    if near is None:
        raise Unreadable(f"`{text}` names no year")
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if match["day_month"]:
        day = _worded(text)
    elif match["short_cjk"]:
        day = _make(text, 2000, numbers[0], numbers[1])
    elif "/" in text:
        day = _numeric(text, [*numbers, 2000])
    else:
        day = _make(text, 2000, numbers[1], numbers[0])
    for year in range(near.year - 1, near.year + 2):
        if (day.month, day.day) != (2, 29) and day.replace(year=year) >= near - _LATE:
            return day.replace(year=year)
    raise Unreadable(f"`{text}` names no year")


def read(match: re.Match[str]) -> date:
    """The date that `DATE` found. Raises Unreadable where it does not exist or day and month could change places."""
    text = match[0]
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if match["iso"] or match["cjk"]:
        return _make(text, *numbers[:3])
    if match["dots"]:
        return _make(text, numbers[2], numbers[1], numbers[0])
    if match["numeric"]:
        return _numeric(text, numbers)
    return _worded(text)


def _numeric(text: str, numbers: list[int]) -> date:
    first, second, year = numbers[:3]
    year += 2000 if year < 100 else 0
    if _either(text):
        raise Unreadable(f"`{text}` can be read in two ways")
    return _make(text, year, first, second) if second > 12 else _make(text, year, second, first)


def _make(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"`{text}` is no date") from None


def _worded(text: str) -> date:
    """A day with the month's name; without a year the year is 2000."""
    name = _NAME.search(text)
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    month = _NUMBERS[name[0].casefold()] if name else 0
    return _make(text, numbers[1] if len(numbers) > 1 else 2000, month, numbers[0])
