"""What the commands share that read documents with or without a configuration."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pmsync.cli.app import App
from pmsync.cli.host.git import changed
from pmsync.cli.terminal import output
from pmsync.config.file import find_config
from pmsync.config.settings import Settings
from pmsync.documents.files import locate, within
from pmsync.errors import ConfigError
from pmsync.findings import new_finding
from pmsync.model import Finding, Reading
from pmsync.model.names import one_spelling


def bare_settings(app: App) -> Settings:
    """Enough to read documents: paths count from the configuration's folder if there is one, and from here else."""
    config = app.cwd / app.config if app.config else find_config(app.cwd)
    return Settings(root=str((config.parent if config else app.cwd).resolve()), namespace="")


def lenient_settings(app: App) -> Settings:
    """The configuration's vocabulary with that; a wrong configuration is told, and does without."""
    try:
        return replace(bare_settings(app), vocabulary=settings_if_any(app).vocabulary)
    except ConfigError as error:
        output.findings([new_finding("config", str(error))], err=True)
        return bare_settings(app)


def settings_if_any(app: App) -> Settings:
    """The configuration, or enough to read documents where there is none; raises ConfigError for a wrong one."""
    return app.settings(whole=False) if app.config or find_config(app.cwd) else bare_settings(app)


def existing(paths: tuple[Path, ...], app: App) -> tuple[Path, ...]:
    """The paths as they are; raises ConfigError for one that leads to nothing: it was mistyped."""
    for path in paths:
        if not os.path.lexists(app.cwd / path):
            raise ConfigError(f"there is no file or folder {str(path)!r}\nname a document, or a folder with some")
    return paths


def only(reading: Reading, root: str, files: Collection[Path]) -> Reading:
    """What was read of these files, given as absolute paths."""
    wanted = {_place(file) for file in files}
    documents = tuple(each for each in reading.documents if _place(locate(Path(root), each.path)) in wanted)
    findings = tuple(f for f in reading.findings if not f.path or _place(locate(Path(root), f.path)) in wanted)
    return replace(reading, documents=documents, findings=findings)


def _place(file: Path) -> str:
    return one_spelling(str(file.resolve()))


def judged(paths: tuple[Path, ...], since: str | None, app: App) -> tuple[tuple[Path, ...], bool]:
    """The paths that a plan or a sync speaks about, and whether they are files that changed since a revision."""
    named = existing(paths, app)
    if since is None:
        return named, False
    files = changed(app.cwd, since)
    folders = [(app.cwd / path).resolve() for path in named] or [Path("/")]
    return tuple(file for file in files if any(within(file, folder) for folder in folders)), True


def absolute(paths: Iterable[Path], app: App) -> list[Path]:
    return [app.cwd / path for path in paths]


def from_here(path: str, root: str, cwd: Path) -> str:
    """A path from the configuration's folder as somebody types it in the working directory."""
    if not path or cwd.resolve() == Path(root):
        return path
    file = Path(root) / path
    return os.path.relpath(file, cwd.resolve()) if file.is_relative_to(cwd.resolve()) else str(file)


def located(findings: Sequence[Finding], root: str, cwd: Path) -> list[Finding]:
    """The findings with paths that an editor started here can open."""
    return [replace(finding, path=from_here(finding.path, root, cwd)) for finding in findings]


_WORKSPACES = (
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "BUILD_SOURCESDIRECTORY",
    "BITBUCKET_CLONE_DIR",
    "BUILDKITE_BUILD_CHECKOUT_PATH",
    "DRONE_WORKSPACE",
    "CI_WORKSPACE",
    "TRAVIS_BUILD_DIR",
    "APPVEYOR_BUILD_FOLDER",
    "WORKSPACE",
)
"""Where CI services say that they checked the repository out: asked where the checkout came without its git folder."""


def top_of(root: Path, cwd: Path, environ: Mapping[str, str]) -> Path:
    """The folder from which a CI service counts paths: the repository's top, not the working directory.

    Without git and CI it is the working directory, or the configuration's folder where that is not below it.
    """
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    named = (Path(environ[name]) for name in _WORKSPACES if environ.get(name))
    places = [place.resolve() for place in named if place.is_absolute()]
    return next((place for place in (*places, cwd.resolve()) if root.is_relative_to(place)), root)


def for_machines(findings: Sequence[Finding], root: str, top: Path) -> list[Finding]:
    """The findings with paths as a CI service resolves them, spelled as git and the disk spell them."""
    return [replace(finding, path=from_top(finding.path, root, top)) for finding in findings]


def from_top(path: str, root: str, top: Path) -> str:
    """A path from the configuration's folder, counted from the repository's top; absolute outside of it."""
    if not path:
        return path
    file = Path(os.path.normpath(locate(Path(root), path)))
    return file.relative_to(top).as_posix() if file.is_relative_to(top) else str(file)
