"""What reading documents costs: beside bare markdown-it-py, and for how many documents. For tests and scripts/bench.

The figures that are compared are taken in turns, and of each the least counts, as other work on the machine only ever
adds to it.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt

from pmsync.config.settings import Settings
from pmsync.documents.files import read_documents
from pmsync.documents.items import parse
from pmsync.errors import DocumentError

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "postmortems"
OWN = ROOT / "tests/samples/postmortems"
CORPUS = ROOT.parent / "shared" / "corpus" / "documents"
BARE = MarkdownIt("commonmark").enable("table")
WORDS = (
    "the queue service timeout retry alert deploy database replica latency traffic customer pager cache node rollout "
    "config budget error spike request worker thread memory disk quota"
).split()


@dataclass(frozen=True)
class Cost:
    """Seconds for some documents, each read once."""

    bytes: int
    bare: float
    pmsync: float

    @property
    def ratio(self) -> float:
        return self.pmsync / self.bare


def texts(folder: Path, smallest: int = 0, largest: int = 10**9) -> list[str]:
    """The Markdown of a folder that can be read, of documents of so many bytes."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix not in {".html", ".json"}]
    found = [file.read_text("utf-8") for file in files if smallest <= file.stat().st_size <= largest]
    return [text for text in found if readable(text)]


def readable(text: str) -> bool:
    try:
        parse(text, "a.md")
    except DocumentError:
        return False
    return True


def cost(documents: Sequence[str], rounds: int = 9) -> Cost:
    """What the documents cost, bare and read."""
    bare = pmsync = 0.0
    for text in documents:
        pairs = [(taken(partial(BARE.parse, text)), seconds(text)) for _ in range(rounds)]
        bare += min(first for first, _ in pairs)
        pmsync += min(second for _, second in pairs)
    return Cost(sum(len(text.encode()) for text in documents), bare, pmsync)


def steps_ratio(documents: Sequence[str]) -> float:
    """How many function calls reading the documents takes beside markdown-it-py alone: the same on any machine, however
    busy. What patterns cost shows in `cost` only.
    """
    bare = sum(calls(partial(BARE.parse, text)) for text in documents)
    return sum(calls(partial(parse, text, "a.md")) for text in documents) / bare


def calls(work: Callable[[], object]) -> int:
    """How many function calls the work takes, once what is worked out a single time is done."""
    work()
    count = 0

    def counting(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def taken(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def seconds(text: str) -> float:
    """The same of reading a text, or of refusing it."""
    return taken(partial(readable, text))


def usual(number: int) -> str:
    """A document as teams write them, of 4.4 KB and with seven items; each number's is another."""
    chance = random.Random(number)

    def sentence(most: int = 16) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(8, most))).capitalize() + "."

    def prose() -> str:
        return "\n\n".join(" ".join(sentence(20) for _ in range(5)) for _ in range(2))

    date = f"2026-05-{1 + number % 28:02}"
    head = f"# Incident {number}: {sentence()}\n\n**Date:** {date}\n**Severity:** SEV2\n**Authors:** @alice, bob\n"
    timeline = "".join(f"- 10:{minute:02} {sentence()}\n" for minute in range(12))
    items = "".join(f"- [ ] Add {sentence()[:-1]} (owner: alice, due: 2026-12-{day:02})\n" for day in range(1, 8))
    sections = {
        "Summary": prose(),
        "Timeline": timeline,
        "Root cause": prose(),
        "Action items": items,
        "Lessons": prose(),
    }
    return head + "".join(f"\n## {title}\n\n{body}\n" for title, body in sections.items())


def folder_of(count: int, root: Path) -> Settings:
    """A folder with so many usual documents."""
    for number in range(count):
        file = root / "postmortems" / f"{number:06}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(usual(number), encoding="utf-8")
    return Settings(str(root), "acme/web", include=("postmortems/**/*.md",))


# --- for scripts/bench ------------------------------------------------------------------------------------------


def figures(counts: Sequence[int], root: Path) -> Iterator[str]:
    """Lines that say what reading costs; the documents for the last ones are written below `root`."""
    yield f"{'documents':<28} {'number':>6} {'KB each':>8} {'bare ms':>8} {'pmsync ms':>9} {'ratio':>6}"
    shelves = {"examples": texts(EXAMPLES), "tests/samples": texts(OWN), "generated": [usual(n) for n in range(20)]}
    if CORPUS.is_dir():
        shelves |= {"corpus": texts(CORPUS), "corpus, 4 to 7 KB": texts(CORPUS, 4000, 7000)}
    for name, documents in shelves.items():
        one, many = cost(documents), len(documents)
        each = f"{one.bytes / many / 1e3:>8.1f} {one.bare / many * 1e3:>8.2f} {one.pmsync / many * 1e3:>9.2f}"
        yield f"{name:<28} {many:>6} {each} {one.ratio:>6.2f}"
    yield ""
    yield f"{'a whole folder':<28} {'number':>6} {'seconds':>8} {'ms each':>8} {'MB':>9} {'KB each':>8}"
    for count in counts:
        yield _whole(count, root / str(count))


def _whole(count: int, root: Path) -> str:
    root.mkdir()
    settings = folder_of(count, root)
    before, start = _resident(), time.process_time()
    reading = read_documents(settings)
    took, grown = time.process_time() - start, _resident() - before
    assert len(reading.documents) == count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return (
        f"{'read_documents':<28} {count:>6} {took:>8.1f} {took / count * 1e3:>8.2f} {peak:>9.0f} {grown / count:>8.1f}"
    )


def _resident() -> int:
    """This process's memory in KB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
