"""Finding and reading documents: what is read, what is refused, and when a read is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmsync.config.globs import fixed_part, matches
from pmsync.config.settings import Settings
from pmsync.documents.files import read_documents, read_each
from pmsync.documents.read import LARGEST, decode
from pmsync.errors import DocumentError
from pmsync.model import Reading
from tests.cli.conftest import write

TEXT = "# Outage\n\n## Action items\n\n- Add an alert\n"


def settings(root: Path, *include: str, exclude: tuple[str, ...] = ()) -> Settings:
    return Settings(root=str(root), namespace="acme/web", include=include or ("pm/**/*.md",), exclude=exclude)


def paths(reading: Reading) -> list[str]:
    return [document.path for document in reading.documents]


def rules(reading: Reading) -> list[tuple[str, str, str]]:
    return [(finding.rule, finding.level, finding.path) for finding in reading.findings]


def test_documents_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, {"pm/b.md": TEXT, "pm/a/z.md": TEXT, "pm/a.md": TEXT, "pm/c.txt": TEXT, "other/d.md": TEXT})
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/a.md", "pm/a/z.md", "pm/b.md"]
    assert [item.title for item in reading.documents[0].items] == ["Add an alert"]
    assert (reading.complete, reading.findings, reading.failed) == (True, (), ())


def test_what_is_excluded_or_below_dot_git_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT, "pm/template.md": b"\xff", "pm/old/x.md": b"\xff", ".git/x.md": b"\xff"})
    reading = read_documents(settings(tmp_path, "**/*.md", exclude=("**/template.md", "pm/old/**")))
    assert paths(reading) == ["pm/a.md"]
    assert reading.complete


def test_several_globs_read_each_file_once(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT, "pm/deep/b.md": TEXT})
    assert paths(read_documents(settings(tmp_path, "pm/**/*.md", "pm/deep/*.md", "**/b.md"))) == [
        "pm/a.md",
        "pm/deep/b.md",
    ]


def test_nothing_found_is_a_warning_and_complete(tmp_path: Path) -> None:
    reading = read_documents(settings(tmp_path, "none/**/*.md"))
    assert rules(reading) == [("no-documents", "warning", "")]
    assert "'none/**/*.md'" in reading.findings[0].message
    assert reading.complete


def test_a_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT, "pm/b.md": b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()})
    plain, other = read_documents(settings(tmp_path)).documents
    assert plain.items == other.items
    assert plain.title == other.title == "Outage"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# Outage\n\n- caf\xe9\n", "the file is not UTF-8 (line 3); save it as UTF-8"),
        (TEXT.encode("utf-16"), "the file is not UTF-8 (line 1); save it as UTF-8"),
        (b"x" * (LARGEST + 1), "the file is larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_understood_is_told_and_makes_the_read_incomplete(
    tmp_path: Path, content: bytes, message: str
) -> None:
    write(tmp_path, {"pm/a.md": TEXT, "pm/bad.md": content})
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/a.md"]
    assert (reading.complete, reading.failed) == (False, ("pm/bad.md",))
    assert rules(reading) == [("unreadable-document", "error", "pm/bad.md")]
    assert reading.findings[0].message == message
    assert reading.findings[0].hint


def test_a_document_of_exactly_the_largest_size_is_read() -> None:
    assert len(decode(b"x" * LARGEST)) == LARGEST
    with pytest.raises(DocumentError):
        decode(b"x" * (LARGEST + 1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT})
    (tmp_path / "pm/a.md").chmod(0)
    reading = read_documents(settings(tmp_path))
    assert rules(reading) == [("unreadable-document", "error", "pm/a.md")]


def test_a_folder_that_cannot_be_listed_makes_the_read_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"pm/a.md": TEXT, "pm/closed/b.md": TEXT})
    scandir = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/a.md"]
    assert reading.failed == ("pm/closed",)
    assert not reading.complete


def test_a_pipe_with_a_documents_name_does_not_hold_the_run(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT})
    os.mkfifo(tmp_path / "pm" / "pipe.md")
    reading = read_documents(settings(tmp_path))
    assert (paths(reading), reading.failed) == (["pm/a.md"], ("pm/pipe.md",))


def test_a_folder_with_a_documents_name_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md/inside.md": TEXT})
    assert paths(read_documents(settings(tmp_path))) == ["pm/a.md/inside.md"]


# --- links ------------------------------------------------------------------------------------------------------


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"pm/a.md": TEXT})
    write(tmp_path, {"secret/s.md": TEXT})
    (root / "pm/file.md").symlink_to(tmp_path / "secret/s.md")
    (root / "pm/folder").symlink_to(tmp_path / "secret")
    reading = read_documents(settings(root))
    assert paths(reading) == ["pm/a.md"]
    assert reading.failed == ("pm/file.md", "pm/folder")
    assert not reading.complete


def test_an_explicit_link_out_of_the_root_is_refused_too(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"pm/a.md": TEXT})
    write(tmp_path, {"secret.md": TEXT})
    (root / "pm/file.md").symlink_to(tmp_path / "secret.md")
    assert read_documents(settings(root), [root / "pm/file.md"]).failed == ("pm/file.md",)


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT})
    (tmp_path / "pm/loop.md").symlink_to("loop.md")
    reading = read_documents(settings(tmp_path))
    assert (paths(reading), reading.failed) == (["pm/a.md"], ("pm/loop.md",))


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT})
    (tmp_path / "pm/gone.md").symlink_to("nothing.md")
    for given in ([], [tmp_path / "pm/gone.md"]):
        reading = read_documents(settings(tmp_path), given)
        assert reading.failed == ("pm/gone.md",)
        assert [finding.message for finding in reading.findings] == ["the symbolic link points to nothing"]


def test_a_circle_of_folders_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"pm/deep/a.md": TEXT})
    (tmp_path / "pm/deep/up").symlink_to(tmp_path / "pm")
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/deep/a.md"]
    assert rules(reading) == [("link-circle", "warning", "pm/deep/up")]
    assert reading.complete


def test_a_file_under_two_names_is_one_document_under_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"pm/real.md": TEXT, "pm/folder/b.md": TEXT})
    (tmp_path / "pm/alias.md").symlink_to("real.md")
    (tmp_path / "pm/again").symlink_to("folder")
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/folder/b.md", "pm/real.md"]
    assert reading.complete


def test_a_linked_folder_below_the_root_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"docs/incidents/a.md": TEXT})
    (tmp_path / "pm").symlink_to("docs/incidents")
    assert paths(read_documents(settings(tmp_path))) == ["pm/a.md"]


# --- ids --------------------------------------------------------------------------------------------------------


def test_two_documents_with_one_id_are_both_left_out(tmp_path: Path) -> None:
    clash = "---\nid: outage-7\n---\n" + TEXT
    write(tmp_path, {"pm/a.md": clash, "pm/b.md": TEXT, "pm/c.md": clash})
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/b.md"]
    assert not reading.complete
    assert rules(reading) == [("duplicate-id", "error", "pm/a.md"), ("duplicate-id", "error", "pm/c.md")]
    assert "'pm/c.md'" in reading.findings[0].message
    assert paths(read_each(settings(tmp_path))) == ["pm/a.md", "pm/b.md", "pm/c.md"]


def test_an_id_that_is_another_documents_path_clashes(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT, "pm/b.md": "---\nid: pm/a.md\n---\n" + TEXT})
    assert paths(read_documents(settings(tmp_path))) == []


# --- explicit paths ---------------------------------------------------------------------------------------------


def test_an_explicit_file_need_not_be_included(tmp_path: Path) -> None:
    write(tmp_path, {"notes/x.txt": TEXT, "pm/a.md": TEXT})
    assert paths(read_documents(settings(tmp_path), [tmp_path / "notes/x.txt"])) == ["notes/x.txt"]


def test_an_explicit_folder_stands_for_its_documents(tmp_path: Path) -> None:
    write(tmp_path, {"notes/x.md": TEXT, "notes/deep/y.markdown": TEXT, "notes/z.txt": TEXT, "pm/a.md": TEXT})
    assert paths(read_documents(settings(tmp_path), [tmp_path / "notes"])) == ["notes/deep/y.markdown", "notes/x.md"]


def test_a_path_outside_the_root_keeps_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"root/pm/a.md": TEXT, "away/b.md": TEXT})
    reading = read_documents(settings(tmp_path / "root"), [tmp_path / "away/b.md"])
    assert paths(reading) == [str(tmp_path / "away/b.md")]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    reading = read_documents(settings(tmp_path), [tmp_path / "pm/none.md"])
    assert rules(reading) == [("unreadable-document", "error", "pm/none.md")]
    assert not reading.complete


def test_a_file_with_an_unprintable_name_is_refused_by_a_printable_one(tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": TEXT})
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/pm/\xff.md")).write_text(TEXT)
    (tmp_path / "pm" / "line\nbreak.md").write_text(TEXT)
    reading = read_documents(settings(tmp_path))
    assert paths(reading) == ["pm/a.md"]
    assert len(reading.failed) == 2
    assert all(name.encode() for name in reading.failed)


# --- globs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("pm/**/*.md", "pm/a.md", True),
        ("pm/**/*.md", "pm/a/b/c.md", True),
        ("pm/**/*.md", "pmx/a.md", False),
        ("pm/*.md", "pm/a/b.md", False),
        ("**/*.md", "a.md", True),
        ("pm/**", "pm/a/b", True),
        ("pm/?.md", "pm/a.md", True),
        ("pm/?.md", "pm/ab.md", False),
        ("pm/a.md", "pm/axmd", False),
        ("pm/[a].md", "pm/[a].md", True),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert matches(glob, path) is expected


@pytest.mark.parametrize(
    ("glob", "folder"), [("pm/**/*.md", "pm"), ("*.md", ""), ("a/b*/c.md", "a"), ("a/b/c.md", "a/b"), ("**/x", "")]
)
def test_the_fixed_part_of_a_glob_is_a_folder(glob: str, folder: str) -> None:
    assert fixed_part(glob) == folder
