"""The calendars of a configuration: its own days off, and public holidays from the `holidays` library, an extra.

Loads the library only if a country is configured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from pmsync.config.settings import Holidays, Limit, Settings
from pmsync.config.toml_table import nearest, shown
from pmsync.errors import ConfigError
from pmsync.workdays.calendar import WorkCalendar, WorkCalendars

_LEAST_A_YEAR = 200
"""Fewer business days has no year."""


def calendars(settings: Settings, dates: Iterable[date | None]) -> WorkCalendars:
    """Return the calendars for everything that is due some time after one of these dates.

    Raises ConfigError for a country or subdivision that the library does not know, or if the library is missing.
    """
    usual, years = settings.holidays, _years(settings, dates)
    teams = {
        name: _calendar(_with_usual(team, usual), f"holidays.teams.{name}", years)
        for name, team in usual.teams.items()
    }  # fmt: skip
    return WorkCalendars(_calendar(usual, "holidays", years), teams)


def _with_usual(team: Holidays, usual: Holidays) -> Holidays:
    """Return a team's holidays: without a country of its own it has the usual one; the usual days off count as well."""
    days = (*usual.days, *team.days)
    if team.country:
        return Holidays(country=team.country, subdivision=team.subdivision, days=days)
    return Holidays(country=usual.country, subdivision=team.subdivision or usual.subdivision, days=days)


def _years(settings: Settings, dates: Iterable[date | None]) -> list[int]:
    """Return the years in which something may be due."""
    limits = (limit for rule in settings.sla for limit in rule.limits)
    further = max((_years_of(limit) for limit in limits), default=0)
    starts = {day.year for day in dates if day}
    return sorted({year + more for year in starts for more in range(further + 1) if year + more <= date.max.year})


def _years_of(limit: Limit) -> int:
    return limit.days // _LEAST_A_YEAR + 1 if limit.business else 0


def _calendar(holidays: Holidays, where: str, years: list[int]) -> WorkCalendar:
    own = frozenset(day for day in holidays.days if isinstance(day, date))
    yearly = frozenset(day for day in holidays.days if not isinstance(day, date))
    if not holidays.country:
        return WorkCalendar(off=own, yearly=yearly)
    public = _public(holidays, where, years)
    weekend, days = frozenset(public.weekend), list(_days(years))
    off = (day for day in days if day.weekday() not in weekend and not public.is_working_day(day))
    worked = (day for day in days if day.weekday() in weekend and public.is_working_day(day))
    return WorkCalendar(weekend, own.union(off), yearly, frozenset(worked))


def _days(years: list[int]) -> Iterator[date]:
    for year in years:
        first = date(year, 1, 1).toordinal()
        yield from map(date.fromordinal, range(first, date(year, 12, 31).toordinal() + 1))


def _public(holidays: Holidays, where: str, years: list[int]) -> Any:
    """Return the library's holidays of a country or subdivision. Raises ConfigError if there are none."""
    library = _library(where)
    country, subdivision = holidays.country, holidays.subdivision
    known = library.list_supported_countries(include_aliases=True)
    if country not in known:
        hint = f'write the two letters of ISO 3166, such as "DE"{nearest(country or "", known)}'
        raise ConfigError(f"{where}.country: no holidays are known for {shown(country)}\n{hint}")
    try:
        return library.country_holidays(country, subdiv=subdivision, years=years)
    except NotImplementedError:
        there = (
            f"{country} has {', '.join(known[country])}" if known[country] else f"{country} has none; remove the line"
        )
        message = f"{where}.subdivision: no holidays are known for {shown(subdivision)} in {country}"
        raise ConfigError(f"{message}\n{there}") from None


def _library(where: str) -> Any:
    try:
        import holidays  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError:
        message = f'{where}.country: public holidays need an extra: python -m pip install "pmsync[holidays]"'
        raise ConfigError(message) from None
    return holidays
