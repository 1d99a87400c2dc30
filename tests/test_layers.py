"""The shape of the code, enforced: who may import whom, where each third party lives, and how large things get."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "pmsync"
MODULES = {
    ".".join(("pmsync", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(ROOT.rglob("*.py"))
}
LAYERS = [
    {"pmsync", "errors", "location", "model"},
    {"findings", "config", "identity", "disk", "workdays"},
    {"documents", "trackers", "ledger"},
    {"planning", "check"},
    {"sync"},
    {"writeback"},
    {"reports", "calendar"},
    {"closing"},
    {"cli"},
]
"""The rooms from the bottom up. A module imports from its own room, from rooms below, and from those beside it as long
as no two of them need each other."""
PURE = {
    *("model", "identity", "planning", "check", "closing", "documents.items", "documents.markdown", "documents.html"),
    *("calendar.entries", "workdays.calendar"),
}
"""Rooms, and rooms in them, that do no input or output and know no clock."""
EFFECTS = {"os", "socket", "subprocess", "sqlite3", "requests", "urllib.request", "shutil", "tempfile"}
HOMES = {
    "click": ("cli",),
    "sqlite_utils": ("ledger", "trackers.local"),
    "tenacity": ("trackers.retry",),
    "github": ("trackers.github",),
    "jira": ("trackers.jira",),
    "filelock": ("sync.lock",),
    "rapidfuzz": ("identity.similarity",),
    "lxml": ("documents.html.page",),
    "mammoth": ("documents.word",),
    "icalendar": ("calendar.ics",),
    "docutils": ("documents.restructured_text",),
    "holidays": ("workdays.public_holidays",),
}


def room(module: str) -> str:
    return module.removeprefix("pmsync.").split(".")[0]


def layer(module: str) -> int:
    return next((number for number, rooms in enumerate(LAYERS) if room(module) in rooms), -1)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                f"{node.module}.{a.name}" if f"{node.module}.{a.name}" in MODULES else node.module for a in node.names
            }
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_room_and_imports_only_from_its_floor_or_below(module: str) -> None:
    assert layer(module) >= 0, f"say in LAYERS where {module} belongs"
    wrong = {name for name in imports(MODULES[module]) if name in MODULES and layer(name) > layer(module)}
    assert not wrong


def test_no_two_rooms_need_each_other() -> None:
    needs: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        others = {room(name) for name in imports(path) if name in MODULES} - {room(module), "pmsync"}
        needs.setdefault(room(module), set()).update(others)
    while free := {name for name, others in needs.items() if not others}:
        needs = {name: others - free for name, others in needs.items() if name not in free}
    assert not needs, f"a circle: {needs}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.removeprefix("pmsync.").startswith(tuple(PURE))])
def test_pure_rooms_do_no_input_or_output(module: str) -> None:
    assert not imports(MODULES[module]) & EFFECTS


@pytest.mark.parametrize("module", MODULES)
def test_each_third_party_lives_in_one_place(module: str) -> None:
    for name in imports(MODULES[module]):
        homes = HOMES.get(name.split(".")[0])
        here = module.removeprefix("pmsync.")
        assert homes is None or here.startswith(homes), f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_and_stays_small(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{module} has no docstring"
    assert text.count("\n") <= 400, f"{module} has {text.count(chr(10))} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{module}:{node.lineno} {node.name} is too long"
