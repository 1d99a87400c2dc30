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
    {"pmsync", "ages", "errors", "model", "names", "settings", "marker", "keys", "places", "addresses", "belonging",
     "trackers.base"},
    {"markdown", "facts", "known", "likeness", "placing", "explicit_ids", "identify", "content", "severity", "routes", "operations",
     "people", "strangers", "changes", "plan", "guard", "rulebook", "rules", "naming", "ignored", "repeats", "guidance",
     "memory", "globs", "renames", "sources", "writeback", "quieting"},
    {"config", "config_trackers", "config_values", "documents", "ledger", "lock", "lookup", "own_files", "git",
     "tracked", "trackers", "writeback.file", "head_start"},
    {"looking", "observe", "second_look", "apply", "adopting", "ledger_owner", "whose"},
    {"sync", "writeback.run"},
    {"reports", "item_counts", "rows", "render", "formats", "cli"},
]  # fmt: skip
HOMES = {
    "click": ("cli",),
    "sqlite_utils": ("ledger", "trackers.local", "trackers.local_store", "trackers.local_tickets"),
    "tenacity": ("trackers.retry",),
    "github": ("trackers.github",),
    "jira": ("trackers.jira",),
    "filelock": ("lock",),
    "rapidfuzz": ("likeness",),
    "lxml": ("sources.page",),
    "mammoth": ("sources.word",),
    "docutils": ("sources.restructured",),
}


def layer(module: str) -> int:
    name = module.removeprefix("pmsync.")
    for number, names in enumerate(LAYERS):
        if name in names:
            return number
    return next((n for n, names in enumerate(LAYERS) if name.split(".")[0] in names), -1)


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
def test_every_module_has_a_layer_and_imports_only_what_stands_left(module: str) -> None:
    assert layer(module) >= 0, f"say in LAYERS where {module} belongs"
    wrong = {name for name in imports(MODULES[module]) if name in MODULES and layer(name) > layer(module)}
    assert not wrong


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
