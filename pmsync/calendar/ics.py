"""A calendar as an iCalendar file (RFC 5545), by icalendar, an extra."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pmsync import __version__
from pmsync.calendar.entries import CalendarEntry
from pmsync.errors import PmsyncError

REFRESH = timedelta(hours=12)
"""How often who subscribes may ask for the file again."""


def to_ics(entries: Iterable[CalendarEntry], name: str, now: datetime) -> bytes:
    """The file. Its entries take all day and leave their owner free. Raises PmsyncError without the extra.

    Of two files the later one counts (RFC 5546, 2.1.5), so that an entry with another day moves.
    """
    try:
        from icalendar import Calendar, Event  # noqa: PLC0415 (an extra, and only this command needs it)
    except ImportError:
        raise PmsyncError(
            'a calendar needs an extra that is not installed\npython -m pip install "pmsync[calendar]"'
        ) from None
    calendar = Calendar()
    for key, value in (("prodid", f"-//pmsync//pmsync {__version__}//EN"), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(key, value)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("description", entry.text)
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE" if entry.private else "PUBLIC")
        if entry.url:
            event.add("url", entry.url)
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
