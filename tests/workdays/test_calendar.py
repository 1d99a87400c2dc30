"""Business days, and where the days off come from."""

from __future__ import annotations

import builtins
from datetime import date
from typing import Any

import pytest

from pmsync.config.settings import Holidays, Limit, Settings, SlaRule
from pmsync.errors import ConfigError
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendar, WorkCalendars
from pmsync.workdays.public_holidays import calendars

THURSDAY, FRIDAY, SATURDAY = date(2026, 12, 17), date(2026, 12, 18), date(2026, 12, 19)
TEN = (SlaRule(done=Limit(10, business=True)),)


def of(*dates: date, sla: tuple[SlaRule, ...] = TEN, **holidays: Any) -> WorkCalendars:
    return calendars(Settings(root="/srv", namespace="a", sla=sla, holidays=Holidays(**holidays)), dates)


# --- counting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (THURSDAY, 1, FRIDAY),
        (FRIDAY, 1, date(2026, 12, 21)),
        (SATURDAY, 1, date(2026, 12, 21)),
        (SATURDAY, 0, SATURDAY),
        (FRIDAY, 5, date(2026, 12, 25)),
        (FRIDAY, 10, date(2027, 1, 1)),
        (date(9999, 12, 30), 5, date.max),
    ],
)
def test_a_weekend_does_not_count(start: date, count: int, expected: date) -> None:
    assert WorkCalendar().after(start, count) == expected


def test_days_off_do_not_count_and_worked_weekends_do() -> None:
    calendar = WorkCalendar(
        off=frozenset({date(2026, 12, 28)}), yearly=frozenset({(12, 25)}), worked=frozenset({date(2026, 12, 19)})
    )
    assert calendar.after(FRIDAY, 1) == SATURDAY
    assert calendar.after(date(2026, 12, 24), 1) == date(2026, 12, 29), "neither the 25th nor the 28th"
    assert not calendar.is_business_day(date(2031, 12, 25))


def test_a_team_has_its_own_calendar_by_any_of_its_names() -> None:
    own = WorkCalendar(weekend=frozenset({4, 5}))
    both = WorkCalendars(teams={"payments": own})
    assert both.of((None, "web", "Payments")) is own
    assert both.of((None, "web")) is both.usual


# --- public holidays ----------------------------------------------------------------------------------------------


def test_without_a_country_no_library_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_the_extra(monkeypatch)
    assert of(FRIDAY) == ONLY_WEEKENDS
    own = of(FRIDAY, days=(date(2026, 12, 21), (12, 24))).usual
    assert own.after(FRIDAY, 1) == date(2026, 12, 22)
    assert own.after(date(2030, 12, 23), 1) == date(2030, 12, 25)


def test_public_holidays_of_a_country_and_its_part_are_off() -> None:
    # Germany: the 25th is a Friday, the 26th a Saturday; 1 January is a Friday
    assert of(FRIDAY, country="DE").usual.after(FRIDAY, 5) == date(2026, 12, 28)
    assert of(FRIDAY, country="DE").usual.after(FRIDAY, 10) == date(2027, 1, 5)
    # Epiphany, 6 January, only in some states
    day = date(2027, 1, 5)
    assert of(day, country="DE", subdivision="BE").usual.after(day, 1) == date(2027, 1, 6)
    assert of(day, country="DE", subdivision="BY").usual.after(day, 1) == date(2027, 1, 7)


def test_weekends_and_worked_weekends_are_those_of_the_country() -> None:
    egypt = of(THURSDAY, country="EG").usual
    assert egypt.after(THURSDAY, 1) == date(2026, 12, 20), "Friday and Saturday are off"
    worked = of(date(2025, 9, 26), country="CN").usual
    assert worked.after(date(2025, 9, 26), 1) == date(2025, 9, 28), "a Sunday that makes up for a holiday"


def test_holidays_are_known_for_as_long_as_a_limit_reaches() -> None:
    long = (SlaRule(done=Limit(300, business=True)),)
    late = of(date(2026, 12, 20), sla=long, country="DE").usual
    assert late.off >= {date(2026, 12, 25), date(2027, 1, 1), date(2028, 5, 1)}
    assert not of(date(2026, 12, 20), sla=(), country="DE").usual.is_business_day(date(2026, 12, 25))


@pytest.mark.parametrize("day", [date.min, date(1500, 1, 1), date.max])
def test_strange_dates_are_no_trouble(day: date) -> None:
    assert of(day, None, country="US").usual  # type: ignore[arg-type]


def test_a_team_inherits_what_it_does_not_set() -> None:
    day, eve = date(2026, 12, 23), (12, 24)
    both = of(day, country="DE", days=(eve,), teams={"pay": Holidays(country="US", days=((12, 28),))})
    assert both.of(["pay"]).after(day, 1) == date(2026, 12, 29), "24th of all, 25th by law, weekend, 28th of its own"
    assert both.usual.after(day, 1) == date(2026, 12, 28)
    inherits = of(day, country="DE", subdivision="BE", teams={"pay": Holidays(subdivision="BY")})
    epiphany = date(2027, 1, 6)
    assert (inherits.usual.is_business_day(epiphany), inherits.of(["pay"]).is_business_day(epiphany)) == (True, False)


@pytest.mark.parametrize(
    ("holidays", "told"),
    [
        ({"country": "XX"}, 'holidays.country: no holidays are known for "XX"\nwrite the two letters of ISO 3166'),
        (
            {"country": "DE", "subdivision": "ZZ"},
            'holidays.subdivision: no holidays are known for "ZZ" in DE\nDE has BB',
        ),
        ({"country": "MC", "subdivision": "ZZ"}, "MC has none; remove the line"),
        ({"teams": {"pay": Holidays(country="XX")}}, 'holidays.teams.pay.country: no holidays are known for "XX"'),
    ],
)
def test_unknown_places_are_errors_of_the_configuration(holidays: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError) as error:
        of(FRIDAY, **holidays)
    assert told in str(error.value)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_the_extra(monkeypatch)
    with pytest.raises(ConfigError) as error:
        of(FRIDAY, country="DE")
    assert str(error.value) == (
        'holidays.country: public holidays need an extra: python -m pip install "pmsync[holidays]"'
    )


def _without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **more: Any) -> Any:
        if name == "holidays":
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
