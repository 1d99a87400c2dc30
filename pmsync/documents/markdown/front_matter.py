"""The text of a document before it is parsed: line ends, front matter, merge conflicts, template comments. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pmsync.errors import DocumentError

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_CONFLICT = re.compile(r"^(?:<<<<<<< \S|>>>>>>> \S)", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_LONGEST = 64_000
_PAIR = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40}): +(?P<value>[^\s\[\]{}&*!|>\"'#][^\[\]{}]*?)\s*")
_DEEPEST = 20
_KEY = re.compile(r"^[\w\"'-][^:\n]*:(?:\s|$)", re.MULTILINE)


def normal(text: str) -> str:
    """The text with '\\n' line ends, without byte order mark and NUL."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def refuse_conflicts(text: str, path: str) -> None:
    """Raise DocumentError where a merge left its conflict markers outside fenced code."""
    if "<<<<<<<" not in text and ">>>>>>>" not in text:
        return
    for match in _CONFLICT.finditer(text):
        before = text[: match.start()]
        if len(_FENCE.findall(before)) % 2 == 0:
            line = before.count("\n") + 1
            marker = match[0][:7]
            raise DocumentError(
                f"{path}:{line}: merge conflict marker `{marker}`: resolve the conflict, then run again"
            )


_COMMENTS = (
    (re.compile(r"\{%-?\s*comment\b[^%\n]{0,80}%\}"), re.compile(r"\{%-?\s*endcomment\s*-?%\}")),
    (re.compile(r"\{/\*"), re.compile(r"\*/\}")),
    (re.compile(r"<%#"), re.compile(r"%>")),
)


def without_comments(text: str) -> str:
    """The text with the comments of template languages (Liquid, MDX, ERB) blank, and the same line numbers."""
    for opening, closing in _COMMENTS:
        out, position = [], 0
        while (begin := opening.search(text, position)) and (end := closing.search(text, begin.end())):
            out += [text[position : begin.start()], "\n" * text.count("\n", begin.start(), end.end())]
            position = end.end()
        text = "".join(out) + text[position:]
    return text


def split(text: str, path: str) -> tuple[Mapping[str, object], str]:
    """The values of the front matter (YAML, or TOML between `+++`), and the text with its lines blank.

    Raises DocumentError where the front matter is not a mapping, uses aliases (which can grow without bound), or is longer
    than 64,000 characters.
    """
    toml = _TOML.match(text)
    match = toml or _FRONT.match(text)
    if match is None:
        return {}, text
    source = match[1] or ""
    if toml is None and not _KEY.search(source):
        return {}, text  # text between two rules, not front matter
    if len(source) > _LONGEST:
        raise DocumentError(f"{path}:1: front matter has {len(source):,} characters: the limit is {_LONGEST:,}")
    values = _toml(source, path) if toml else _yaml(source, path)
    return values, "\n" * match[0].count("\n") + text[match.end() :]


def _yaml(source: str, path: str) -> Mapping[str, object]:
    import yaml  # noqa: PLC0415  (most documents have no front matter)

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_bombs(yaml.parse(source, Loader=loader), path)
        values = yaml.load(source, Loader=loader)  # noqa: S506  (a safe loader, by name)
        str(values)  # raises ValueError for a number of more than 4,300 digits
    except DocumentError:
        raise
    except yaml.YAMLError as error:
        flat = _flat(source)
        if flat:
            return flat
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or str(error).split("\n")[0]
        raise DocumentError(
            f"{path}:{line}: front matter is not valid YAML ({problem}): correct it, or remove it"
        ) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise DocumentError(f"{path}:1: front matter cannot be read ({error}): correct it, or remove it") from None
    return _mapping(values, path)


def _flat(source: str) -> Mapping[str, object]:
    """The values of front matter that is invalid YAML only because of a value (`title: Post-mortem: checkout`); empty where
    it has anything but `key: value` lines.
    """
    lines = [line for line in source.splitlines() if line.strip() and not line.startswith("#")]
    pairs = [match for line in lines if (match := _PAIR.fullmatch(line))]
    values = {match["key"].strip().lower(): match["value"].strip() for match in pairs}
    return values if len(values) == len(lines) else {}


def _refuse_bombs(events: Iterable[object], path: str) -> None:
    """Raise DocumentError for aliases, and for values that are nested too deeply to be built."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind in {"SequenceStartEvent", "MappingStartEvent"}
        depth -= kind in {"SequenceEndEvent", "MappingEndEvent"}
        if kind == "AliasEvent" or depth > _DEEPEST:
            what = "uses a YAML alias" if kind == "AliasEvent" else f"is nested more than {_DEEPEST} deep"
            line = event.start_mark.line + 2  # type: ignore[attr-defined]
            raise DocumentError(f"{path}:{line}: front matter {what}: write plain values")


def _toml(source: str, path: str) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415  (rare)

    try:
        values = tomllib.loads(source)
        str(values)  # as for YAML
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path}:1: front matter is not valid TOML ({error}): correct it, or remove it") from None
    return values


def _mapping(values: object, path: str) -> Mapping[str, object]:
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DocumentError(f"{path}:1: front matter is not a list of `key: value` lines: correct it, or remove it")
    return {str(key).strip().lower(): value for key, value in values.items()}
