"""The configuration: found, read, and explained."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.config.file import find_config, load, parse
from pmsync.config.schema import Key, default_of, keys
from pmsync.config.settings import (
    Guard,
    Holidays,
    Levels,
    Limit,
    Person,
    Route,
    Settings,
    SlaRule,
    TrackerSettings,
    Vocabulary,
)
from pmsync.config.toml_table import TomlTable
from pmsync.errors import ConfigError

ROOT = Path(__file__).parents[2]
SMALL = """
[documents]
namespace = "acme/web"
[trackers.web]
type = "github"
repo = "acme/web"
"""


def read(text: str) -> Settings:
    return parse(tomllib.loads(text), Path("/srv/docs"), "pmsync.toml", home="/home/alice")


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert all(problem.startswith("pmsync.toml: ") for problem in caught.value.problems)
    return [problem.removeprefix("pmsync.toml: ") for problem in caught.value.problems]


def jira(*lines: str) -> str:
    own = ['type = "jira"', 'url = "https://acme.atlassian.net"', 'project = "PAY"', *lines]
    return '[documents]\nnamespace = "a"\n[trackers.pay]\n' + "\n".join(own)


# --- what is right ----------------------------------------------------------------------------------------------


def test_the_example_loads() -> None:
    settings = load(ROOT / "config.example.toml", {}, ROOT)
    assert set(settings.trackers) == {"platform", "payments", "security"}
    assert settings.default_tracker == "platform"
    assert settings.since == date(2026, 11, 23)
    assert [rule.severity for rule in settings.sla] == [("sev1", "sev2"), ("sev1",), ("sev2",), ()]
    assert settings.holidays.teams["payments"].country == "US"
    assert settings.trackers["payments"].status == {"In Review": "in_progress"}
    assert settings.trackers["payments"].resolution == {"Parked": "wont_do"}
    assert settings.trackers["payments"].lag == timedelta(seconds=200)
    assert settings.routes[0].path == "postmortems/payments/**"


def _comment_in_the_example(each: Key, section: str) -> str:
    """What the example says right above a key, commented out or not, where a table of this kind has it first."""
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    inside = "".join(table for table in tables if re.match(section, table))
    found = re.search(rf"((?:^# .*\n)+?)(?:# )?{each.name} = ", inside, re.MULTILINE)
    assert found, f"{each.name} has no comment"
    return " ".join(line.removeprefix("# ") for line in found[1].splitlines())


SECTIONS: list[tuple[type, str]] = [
    (Settings, ""),
    (TrackerSettings, r"\[trackers\.\w+\]"),
    (Route, r"\[\[routes"),
    (Person, r"\[people"),
    (Guard, r"\[guard"),
    (SlaRule, r"\[\[sla"),
    (Holidays, r"\[holidays\]"),
]
KEYS = [
    pytest.param(each, section or rf"\[{each.table}\]", id=f"{settings.__name__}.{each.field}")
    for settings, section in SECTIONS
    for each in keys(settings)
]


@pytest.mark.parametrize(("each", "section"), KEYS)
def test_the_example_shows_every_key_and_says_what_it_means(each: Key, section: str) -> None:
    assert each.about in _comment_in_the_example(each, section)


@pytest.mark.parametrize(("each", "section"), KEYS)
def test_every_key_is_read_as_its_field_is_typed(each: Key, section: str) -> None:
    readers = {"text": str, "texts": tuple, "flag": bool, "number": int, "span": timedelta, "days": tuple}
    assert each.default is None or isinstance(each.default, readers.get(each.read, str))
    assert hasattr(TomlTable, each.read)


@pytest.mark.parametrize("name", ["settle", "lag", "token_env", "api_url"])
def test_a_tracker_has_the_defaults_of_its_type(name: str) -> None:
    local = '[documents]\nnamespace = "a"\n[trackers.desk]\ntype = "local"'
    for kind, text in {"github": SMALL, "jira": jira(), "local": local}.items():
        (tracker,) = read(text).trackers.values()
        if name in {"settle", "lag"} or kind != "local":
            assert getattr(tracker, name) == default_of(TrackerSettings, name, kind)


TOML_IN_PAGES = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


@pytest.mark.parametrize("block", TOML_IN_PAGES)
def test_the_configuration_that_the_pages_show_is_understood(block: str) -> None:
    shown = tomllib.loads(block)
    assert parse(shown, Path("/srv"), "pmsync.toml", whole=False)


def test_the_configuration_of_the_examples_loads() -> None:
    settings = load(ROOT / "examples" / "pmsync.toml", {}, ROOT)
    assert settings.since == date(2026, 11, 1)
    assert [tracker.type for tracker in settings.trackers.values()] == ["local"]


def test_little_is_enough_and_the_rest_has_defaults() -> None:
    settings = read(SMALL)
    tracker = settings.trackers["web"]
    assert settings.include == ("postmortems/**/*.md",)
    assert settings.ledger == "/srv/docs/.pmsync/ledger.db"
    assert settings.repository == "acme/web"
    assert settings.grace == timedelta(0)
    assert settings.guard.max_creates == 50
    assert (tracker.token_env, tracker.lag, tracker.settle) == (
        "GITHUB_TOKEN",
        timedelta(minutes=1),
        timedelta(minutes=10),
    )


def test_a_jira_tracker_waits_longer_and_has_its_own_token() -> None:
    tracker = read(jira()).trackers["pay"]
    assert (tracker.lag, tracker.token_env, tracker.issue_type) == (timedelta(seconds=200), "JIRA_TOKEN", "Task")


def test_a_log_in_by_name_or_as_an_app_needs_no_token() -> None:
    assert read(jira('user_env = "U"', 'password_env = "P"')).trackers["pay"].token_env is None
    assert read(SMALL + 'app_id_env = "A"\napp_key_env = "K"').trackers["web"].token_env is None


def test_a_local_tracker_has_a_file_below_the_root() -> None:
    settings = read('[documents]\nnamespace = "a"\n[trackers.desk]\ntype = "local"')
    assert settings.trackers["desk"].path == "/srv/docs/.pmsync/tickets-desk.db"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta(0)),
        ("200s", timedelta(seconds=200)),
        ("10m", timedelta(minutes=10)),
        ("1h", timedelta(hours=1)),
        ("15d", timedelta(days=15)),
        ("2w", timedelta(weeks=2)),
        ("1h30m", timedelta(minutes=90)),
    ],
)
def test_lengths_of_time(text: str, expected: timedelta) -> None:
    assert read(f'{SMALL}[sync]\nfull_scan_every = "{text}"').full_scan_every == expected


def test_grace_is_longer_than_a_run_of_ci_may_be_in_doubt() -> None:
    assert read(f'{SMALL}[sync]\ngrace = "0"').grace == timedelta(0)
    assert read(f'{SMALL}[sync]\ngrace = "1h"').grace == timedelta(hours=1)
    (problem,) = problems(f'{SMALL}[sync]\ngrace = "10m"')
    assert problem == 'sync.grace: must be longer than the settle and lag of every tracker together (660s), or "0"'


@pytest.mark.parametrize("value", ['"10"', "10", '"ten m"', '"-1h"', '"1.5h"', "true", '"99999999999999d"'])
def test_what_is_not_a_duration_says_how_to_write_it(value: str) -> None:
    (problem,) = problems(f"{SMALL}[sync]\ngrace = {value}")
    assert problem.startswith("sync.grace: ")
    assert "is not a duration" in problem or "too long" in problem


def test_the_ledger_may_lie_elsewhere() -> None:
    assert read(f'{SMALL}[ledger]\npath = "/var/lib/pmsync/l.db"').ledger == "/var/lib/pmsync/l.db"
    assert read(f'{SMALL}[ledger]\npath = "~/l.db"').ledger == "/home/alice/l.db"


def test_severities_are_one_however_they_are_written() -> None:
    assert read(f'{SMALL}[sla]\n"SEV-1" = "1d"').sla == (SlaRule(severity=("sev1",), done=Limit(1)),)
    assert "is set twice" in problems(f'{SMALL}[sla]\n"SEV-1" = "1d"\nsev1 = "2d"')[0]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('repository = "acme/docs"', "acme/docs"),
        ('web_url = "https://github.com/acme/other/blob/main/{path}#L{line}"', "acme/web"),
    ],
)
def test_the_repository_of_the_documents(lines: str, expected: str) -> None:
    assert read(SMALL.replace("[trackers", f"{lines}\n[trackers")).repository == expected


def test_without_a_github_tracker_the_repository_is_that_of_the_web_url() -> None:
    url = 'web_url = "https://github.com/acme/other/blob/main/{path}#L{line}"'
    assert read(jira().replace("[trackers", f"{url}\n[trackers")).repository == "acme/other"
    assert read(jira()).repository is None


# --- what is wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SMALL.replace("namespace", "namespce"), 'documents.namespce: unknown key; did you mean "namespace"?'),
        (SMALL + "[colours]", "colours: unknown key; the keys are"),
        (SMALL + "[sinc]\n", 'sinc: unknown key; did you mean "sync"?'),
        (SMALL + "token = 'ghp_verysecret'\n", "trackers.web.token: unknown key"),
        (SMALL + "project = 'PAY'\n", "trackers.web.project: unknown key"),
        (SMALL + "settle = 10\n", "trackers.web.settle: 10 is not a duration"),
        (SMALL + "default = 'yes'\n", 'trackers.web.default: "yes" is not true or false'),
        (SMALL + "labels = [1]\n", "trackers.web.labels: [1] is not a list of texts"),
        (SMALL + "label = 'a,b'\n", 'trackers.web.label: "a,b" cannot be a label there'),
        (SMALL + "api_url = 'api.github.com'\n", 'trackers.web.api_url: "api.github.com" cannot be used'),
        (SMALL + "app_id_env = 'A'\n", "trackers.web.app_key_env: is missing"),
        (SMALL + "fallback_owner = 'zoe'\n", 'trackers.web.fallback_owner: nobody in [people] is called "zoe"'),
        (SMALL + "[guard]\nmax_creates = true\n", "guard.max_creates: true is not a whole number"),
        (SMALL + "[guard]\nmax_creates = -1\n", "guard.max_creates: -1 is negative"),
        (
            SMALL + "[[routes]]\npath = 'a/**'\ntracker = 'wbe'\n",
            'routes[1].tracker: "wbe" is not a configured tracker; the trackers are web; did',
        ),
        (SMALL + "[[routes]]\ntracker = 'web'\n", "routes[1]: has no condition"),
        (SMALL + "[[routes]]\npath = 'a/**'\n", "routes[1].tracker: is missing"),
        (SMALL + "[routes]\npath = 'a/**'\n", "routes: {'path': 'a/**'} is not a list"),
        (SMALL + "[people.al]\n[people.bob]\naliases = ['AL']\n", 'people: "al" means al and bob'),
        (SMALL + "[people.al]\nemail = 'al at home'\n", 'people.al.email: "al at home" cannot be used'),
        (SMALL + "[people]\nal = 'Al'\n", 'people.al: "Al" is not a table'),
        (SMALL.replace('"acme/web"\n[', "''\n["), "documents.namespace: is empty"),
        (SMALL.replace('"acme/web"\n[', "'<!-- x'\n["), 'documents.namespace: "<!-- x" cannot be used'),
        (SMALL.replace("[trackers", "since = 'soon'\n[trackers"), 'documents.since: "soon" is not a date'),
        (
            SMALL.replace("[trackers", "since = 2026-11-01T00:00:00\n[trackers"),
            "documents.since: 2026-11-01 00:00:00 is not a date",
        ),
        (SMALL.replace("[trackers", "include = ['../x']\n[trackers"), 'documents.include: "../x" is outside'),
        (
            SMALL.replace("[trackers", "include = ['/etc/*']\n[trackers"),
            'documents.include: "/etc/*" is outside',
        ),
        (SMALL.replace("[trackers", "include = []\n[trackers"), "documents.include: is empty"),
        (
            SMALL.replace("[trackers", "web_url = 'https://h/x'\n[trackers"),
            'documents.web_url: "https://h/x" must contain {path}',
        ),
        (SMALL.replace("[trackers", "web_url = 'https://h/{path}{path.x}'\n[trackers"), "documents.web_url: "),
        (
            SMALL.replace('type = "github"', 'type = "gitlab"'),
            'trackers.web.type: "gitlab" is unknown; it is one of github',
        ),
        (SMALL.replace('type = "github"', ""), "trackers.web.type: is missing"),
        (SMALL.replace('repo = "acme/web"', ""), "trackers.web.repo: is missing"),
        (SMALL.replace('repo = "acme/web"', 'repo = "web"'), 'trackers.web.repo: "web" cannot be used'),
        ('[documents]\nnamespace = "a"\n', "trackers: none is configured"),
        (jira().replace("url =", "uri ="), "trackers.pay.url: is missing"),
        (jira().replace("PAY", "pay"), 'trackers.pay.project: "pay" cannot be used'),
        (jira('deployment = "hosted"'), 'trackers.pay.deployment: "hosted" is unknown'),
        (jira("[trackers.pay.status]", 'Review = "doing"'), 'trackers.pay.status.Review: "doing" is unknown; it is'),
        (jira("[trackers.pay.fields]", 'labels = ["x"]'), "trackers.pay.fields.labels: is filled by pmsync"),
        (jira("[trackers.pay.fields]", "cf = 2026-11-01"), "trackers.pay.fields.cf: 2026-11-01 is a date or time"),
        (jira('label = "post mortem"'), 'trackers.pay.label: "post mortem" cannot be a label there'),
        (jira('user_env = "U"'), "trackers.pay.password_env: is missing"),
    ],
)
def test_a_problem_names_its_place_its_value_and_the_way_out(text: str, expected: str) -> None:
    assert any(problem.startswith(expected) for problem in problems(text)), problems(text)


def test_two_trackers_need_exactly_one_default() -> None:
    second = '[trackers.b]\ntype = "local"\n'
    assert problems(SMALL + second) == [
        "trackers: none of web, b has `default = true`; set it for the one that gets all other items"
    ]
    both = SMALL + "default = true\n" + second + "default = true\n"
    assert problems(both) == ["trackers: web and b both have `default = true`; keep one"]
    assert read(SMALL + second + "default = true\n").default_tracker == "b"


@pytest.mark.parametrize("line", ['token_env = "ghp_0123456789abcdef"', 'token_env = "s3cr3t/with+signs"'])
def test_a_secret_in_the_place_of_a_variables_name_is_not_repeated(line: str) -> None:
    (problem,) = problems(SMALL + line)
    assert problem.startswith("trackers.web.token_env: is not the name of an environment variable")
    assert "ghp_0" not in problem
    assert "s3cr3t" not in problem


@pytest.mark.parametrize("key", ["token", "password"])
def test_a_secret_under_an_unknown_key_or_in_an_address_is_not_repeated(key: str) -> None:
    told = problems(SMALL + f'{key} = "hunter2"\napi_url = "https://me:hunter2@github.example"')
    assert len(told) == 2
    assert "hunter2" not in " ".join(told)


def test_everything_wrong_is_told_at_once() -> None:
    assert len(problems("x = 1\n[documents]\nsince = 1\n[trackers.a]\ntype = 'jira'\nlag = 'x'\n")) == 6


JUNK = st.recursive(
    # TOML has no null
    st.booleans() | st.integers() | st.text(max_size=5) | st.just("github") | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "repo", "namespace", "include", "a", "path", "tracker"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["documents", "trackers", "routes", "people", "sla", "sync", "guard", "x"]), JUNK)
)
def test_no_content_of_the_file_is_more_than_a_problem(data: dict[str, Any]) -> None:
    with suppress(ConfigError):
        assert parse(data, Path("/srv"), "pmsync.toml").trackers


# --- finding and opening the file -------------------------------------------------------------------------------


def test_the_nearest_file_upwards_is_found_and_its_folder_is_the_root(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "pmsync.toml").write_text(SMALL)
    assert find_config(deep) == tmp_path / "pmsync.toml"
    assert load(None, {}, deep).root == str(tmp_path)
    (tmp_path / "a" / "pmsync.toml").write_text(SMALL)
    assert load(None, {}, deep).root == str(tmp_path / "a")


def test_a_missing_file_names_what_was_searched_and_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pmsync init") as caught:
        load(None, {}, tmp_path)
    assert f"'{tmp_path}'" in str(caught.value)
    assert f"'{tmp_path.parent}'" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[documents\n", r"not valid TOML: .*line 1, column 11"),
        (b"a = 1\na = 2\n", "not valid TOML"),
        (b"a = '\xff'\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_says_where(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "pmsync.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=expected):
        load(None, {}, tmp_path)


def test_a_named_file_that_is_missing_or_a_folder_is_told(tmp_path: Path) -> None:
    for name in ("none.toml", "."):
        with pytest.raises(ConfigError, match="cannot be read"):
            load(Path(name), {}, tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "pmsync.toml").write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load(None, {}, tmp_path).namespace == "acme/web"


def test_rules_of_check_get_the_levels_that_are_given() -> None:
    assert read(f'{SMALL}[check]\nowner-missing = "error"\nprose = "off"').levels == {
        "owner-missing": "error", "prose": "off",
    }  # fmt: skip


def test_an_unknown_rule_or_level_is_told_with_the_nearest() -> None:
    (rule,) = problems(f'{SMALL}[check]\nowner-mising = "off"')
    assert "owner-missing" in rule
    (level,) = problems(f'{SMALL}[check]\nprose = "silent"')
    assert level.startswith("check.prose: ")


def test_rules_get_other_levels_by_path_in_order() -> None:
    text = """
[check]
prose = "off"
[[check.paths]]
path = "./postmortems/legacy/**"
owner-missing = "off"
[[check.paths]]
path = "postmortems/**"
owner-missing = "error"
due-missing = "warning"
"""
    settings = read(SMALL + text)
    assert settings.levels == {"prose": "off"}
    assert settings.levels_at == (
        Levels("postmortems/legacy/**", {"owner-missing": "off"}),
        Levels("postmortems/**", {"owner-missing": "error", "due-missing": "warning"}),
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            'path = "a/**"\nowner-mising = "off"',
            'check.paths[1].owner-mising: unknown key; did you mean "owner-missing"?',
        ),
        ('path = "a/**"\nprose = "eror"', 'check.paths[1].prose: "eror" is unknown; .* did you mean "error"?'),
        ('path = "a/**"', "check.paths[1]: has no rule; add one"),
        ('prose = "off"', "check.paths[1].path: is missing"),
        ('path = "../**"\nprose = "off"', "check.paths[1].path: .* is outside"),
        ('path = "a/**"\nunreadable-document = "off"', "check.paths[1].unreadable-document: has no other level"),
    ],
)
def test_what_is_wrong_with_levels_by_path_is_told(lines: str, expected: str) -> None:
    (problem,) = problems(f"{SMALL}[[check.paths]]\n{lines}")
    assert re.match(expected.replace("[1]", r"\[1\]").replace("?", r"\?"), problem), problem


def test_what_keeps_a_document_from_being_read_cannot_be_turned_off() -> None:
    (problem,) = problems(f'{SMALL}[check]\nduplicate-id = "off"')
    assert problem == "check.duplicate-id: has no other level, because it reports what cannot be read; remove the line"


def test_a_vocabulary_teaches_headings_and_columns() -> None:
    taught = read(
        f'{SMALL}[vocabulary]\nsections = ["Home-work:"]\n[vocabulary.columns]\nowner = ["Wing man", "Squad (s)"]'
    )
    assert taught.vocabulary == Vocabulary(("Home-work:",), {"wing man": "owner", "squad (s)": "owner"})


def test_a_vocabulary_that_contradicts_itself_or_teaches_the_unknown_is_told() -> None:
    twice = f'{SMALL}[vocabulary.columns]\nowner = ["Squad"]\nstatus = ["squad"]'
    assert problems(twice) == ['vocabulary.columns.status: "squad" is listed under owner too; keep one']
    (unknown,) = problems(f'{SMALL}[vocabulary.columns]\nowners = ["Squad"]')
    assert unknown.startswith("vocabulary.columns.owners: unknown key; did you mean")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('namespace = "acme/web', "a quote is not closed"),
        ("[people.bob", "expected ']'"),
        ("since = yesterday", "invalid value"),
    ],
)
def test_what_is_not_toml_is_shown_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "pmsync.toml"
    path.write_text(f"[documents]\n{line}\ninclude = []\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(path, {}, tmp_path)
    assert words in str(raised.value)
    assert f"line 2: {line}" in str(raised.value)


# --- due dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('[sla]\nsev1 = "10x"', 'sla.sev1: "10x" is not a number of days; write it like "15d", or "10bd"'),
        ('[sla]\nsev1 = "5bd3d"', "is not a number of days"),
        ("[sla]\nsev1 = 5", "sla.sev1: 5 is not a number of days"),
        ('[sla]\nsev1 = "1001bd"', 'sla.sev1: "1001bd" is too long; the most is 1000bd'),
        ('[sla]\nsev1 = "9999999999999999999d"', "is too long; the most is 36500d"),
        ('[sla]\nsev1 = "40000d"', "is too long"),
        ("[sla]\nsev1 = {}", 'sla.sev1: is empty; write it like "15d", or like { assigned = "2d", done = "15d" }'),
        ('[sla]\nsev1 = { doen = "2d" }', 'sla.sev1.doen: unknown key; did you mean "done"?'),
        ('[[sla.rules]]\ndone = "2d"', "sla.rules[1]: has no condition (severity, priority, kind, service); for every"),
        ('[[sla.rules]]\nkind = "x"', 'sla.rules[1]: has no limit; add `done = "15d"`'),
        ('[[sla.rules]]\nkind = "x"\ndone = "1d"\nteam = "y"', "sla.rules[1].team: unknown key"),
        ('[holidays]\ncountry = "Germany"', 'holidays.country: "Germany" cannot be used; write it like "DE"'),
        ('[holidays]\nsubdivision = "BE"', 'holidays.subdivision: needs a country; add `country = "DE"`'),
        ('[holidays]\ndays = ["13-24"]', 'holidays.days: "13-24" is not a day; write it like 2026-12-24, or "12-24"'),
        ("[holidays]\ndays = [true]", "holidays.days: true is not a day"),
        ("[holidays]\ndays = [2026-12-24T10:00:00Z]", "is not a day"),
        ('[holidays]\nteams = "DE"', 'holidays.teams: "DE" is not a table'),
        ('[holidays.teams.pay]\nsubdivision = "BE"', "holidays.teams.pay.subdivision: needs a country"),
        ("[holidays.teams.pay]\n[holidays.teams.Pay]", "holidays.teams.Pay: is set twice, in other letters; keep one"),
        ("[holidays.teams.pay]\nteams = {}", "holidays.teams.pay.teams: unknown key"),
        ('[holidays]\nland = "DE"', "holidays.land: unknown key"),
    ],
)
def test_wrong_limits_and_holidays_are_told(lines: str, told: str) -> None:
    assert told in problems(f"{SMALL}{lines}")[0]


def test_holidays_are_read() -> None:
    read_holidays = read(
        f'{SMALL}[holidays]\ncountry = "DE"\ndays = [2026-12-24, "2026-12-28", "02-29"]\n[holidays.teams.Pay]'
    ).holidays
    assert read_holidays == Holidays(
        country="DE", days=(date(2026, 12, 24), date(2026, 12, 28), (2, 29)), teams={"pay": Holidays()}
    )
    assert read(SMALL).holidays == Holidays()
    inherits = read(f'{SMALL}[holidays]\ncountry = "DE"\n[holidays.teams.pay]\nsubdivision = "BY"').holidays
    assert inherits.teams["pay"] == Holidays(subdivision="BY")
