"""Settings and paths for the commands that read documents with or without a configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pmsync.cli.app import App
from pmsync.cli.host.git import changed
from pmsync.cli.terminal import finding_lines
from pmsync.config.file import find_config
from pmsync.config.settings import Settings
from pmsync.documents.files import locate, within
from pmsync.errors import ConfigError
from pmsync.findings import new_finding
from pmsync.model import Finding, Reading
from pmsync.model.spelling import one_spelling

_WORKSPACES = (
    "GITHUB_WORKSPACE CI_PROJECT_DIR BUILD_SOURCESDIRECTORY BITBUCKET_CLONE_DIR BUILDKITE_BUILD_CHECKOUT_PATH "
    "DRONE_WORKSPACE CI_WORKSPACE TRAVIS_BUILD_DIR APPVEYOR_BUILD_FOLDER WORKSPACE"
).split()
"""Variables of CI services with the folder of the checkout, for a checkout without its git folder."""


def bare_settings(app: App) -> Settings:
    """Enough to read documents: paths are relative to the configuration's folder, else to the working directory."""
    config = app.cwd / app.config if app.config else find_config(app.cwd)
    return Settings(root=str((config.parent if config else app.cwd).resolve()), namespace="")


def lenient_settings(app: App) -> Settings:
    """Bare settings with the configuration's vocabulary; warns of a wrong configuration, and does without."""
    try:
        return replace(bare_settings(app), vocabulary=settings_if_any(app).vocabulary)
    except ConfigError as error:
        finding_lines.show([new_finding("config", str(error))], err=True)
        return bare_settings(app)


def settings_if_any(app: App) -> Settings:
    """The configuration, or bare settings without one; raises ConfigError for a wrong one."""
    return app.settings(whole=False) if app.config or find_config(app.cwd) else bare_settings(app)


# --- paths that a person names --------------------------------------------------------------------------------


def existing(paths: tuple[Path, ...], app: App) -> tuple[Path, ...]:
    """The paths; raises ConfigError for one that does not exist."""
    for path in paths:
        if not os.path.lexists(app.cwd / path):
            raise ConfigError(f"there is no file or folder {str(path)!r}\nname a document, or a folder of documents")
    return paths


def absolute(paths: Iterable[Path], app: App) -> list[Path]:
    return [app.cwd / path for path in paths]


def selected(paths: tuple[Path, ...], since: str | None, app: App) -> tuple[tuple[Path, ...], bool]:
    """The paths that a plan or a sync is limited to, and whether they are files that changed since a revision."""
    paths = existing(paths, app)
    if since is None:
        return paths, False
    files = changed(app.cwd, since)
    folders = [(app.cwd / path).resolve() for path in paths] or [Path("/")]
    return tuple(file for file in files if any(within(file, folder) for folder in folders)), True


def only(reading: Reading, root: str, files: Collection[Path]) -> Reading:
    """What was read of these files (absolute paths)."""
    spellings = {_spelling(file) for file in files}

    def is_wanted(path: str) -> bool:
        return _spelling(locate(Path(root), path)) in spellings

    documents = tuple(document for document in reading.documents if is_wanted(document.path))
    findings = tuple(finding for finding in reading.findings if not finding.path or is_wanted(finding.path))
    return replace(reading, documents=documents, findings=findings)


def _spelling(file: Path) -> str:
    return one_spelling(str(file.resolve()))


# --- paths in findings ----------------------------------------------------------------------------------------


def located(findings: Iterable[Finding], spell: Callable[[str], str]) -> list[Finding]:
    """The findings with their paths spelled for a reader: `from_here` or `from_top`."""
    return [replace(finding, path=spell(finding.path)) for finding in findings]


def from_here(path: str, root: str, cwd: Path) -> str:
    """A path from the configuration's folder as it is typed in the working directory."""
    if not path or cwd.resolve() == Path(root):
        return path
    file = Path(root) / path
    return os.path.relpath(file, cwd.resolve()) if file.is_relative_to(cwd.resolve()) else str(file)


def from_top(path: str, root: str, top: Path) -> str:
    """A path from the configuration's folder, relative to the repository's top; absolute outside of it."""
    if not path:
        return path
    file = Path(os.path.normpath(locate(Path(root), path)))
    return file.relative_to(top).as_posix() if file.is_relative_to(top) else str(file)


def top_of(root: Path, cwd: Path, environ: Mapping[str, str]) -> Path:
    """The folder to which a CI service's paths are relative: the repository's top.

    Without git and CI it is the working directory, or the configuration's folder if that is not below it.
    """
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    workspaces = (Path(environ[name]) for name in _WORKSPACES if environ.get(name))
    places = [place.resolve() for place in workspaces if place.is_absolute()]
    return next((place for place in (*places, cwd.resolve()) if root.is_relative_to(place)), root)
