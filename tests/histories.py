"""Random histories: documents edited, people at work in the tracker, faults, a kept ledger with bare runners beside it,
runs from old checkouts, backups of the ledger put back, documents copied, a second configuration beside the first.

A state machine does one thing at a time and knows the truth, which pmsync has to find out: which text is which item,
who set what. It looks at the service's own state, never through pmsync, and counts every ticket that was ever created.
What must hold is listed in `reliability.PROMISES`, and counted for each kind of event that a history had, with and
without write-back.

What text cannot tell, and so is no broken promise but 'created again': an item without a link whose first ticket was
deleted or moved away, or lost its marker and goes by another title, and a run that remembers nothing; an item that was
reworded while it was out of its document, or while its document was renamed and its ticket closed. With a link in the
document only a deleted ticket may be made again. A copy whose original left before it had a ticket counts as the
original moved, and an id under which quite another text stands, as the item reworded or as another one. A ticket that
a link named stays the item's when the link is taken out. To ask ('undecided', or waiting with a finding) is right.

    python -m tests.histories --histories 200 --tracker github --seed 7
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.history_events import ANY, BOTH, EVENTS, KINDS, Histories, Step
from tests.history_runs import STAGES, BrokenPromise
from tests.reliability import PROMISES, record


def machine(name: str, *, writing: bool = False, only: Sequence[str] = KINDS, strict: bool = True) -> type[Histories]:
    """A class of its own for each tracker, with counts that begin at zero."""
    own = {"tracker": name, "with_links": writing, "strict": strict, "counts": Counter(), "allowed": frozenset(only)}
    return type("Histories", (Histories,), own)


def script(seed: int, number: int, steps: int) -> Iterator[Step]:
    """What the history of that number tries to do. Each has its own liking for each event, and none for some."""
    chance = random.Random(f"{seed}/{number}")
    begin = {"beside": BOTH, "stale": BOTH, "same": BOTH, "items": (1, 2), "ids": ANY}
    yield "begin", {name: chance.choice(choices) for name, choices in begin.items()}
    liking = [chance.choice((0, 1, 1, 2, 4)) + (name == "sync") for name in EVENTS]
    for name in chance.choices(list(EVENTS), liking, k=steps):
        yield name, {each: chance.choice(choices) for each, choices in EVENTS[name].choices.items()}


def shortest(histories: type[Histories], steps: Sequence[Step]) -> list[Step]:
    """As few of the steps as break the same promise, one after the other left out."""
    kept, wanted, size = list(steps), _broken_by(histories, steps), len(steps) // 2
    while size:
        for start in range(1, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            if len(fewer) < len(kept) and _broken_by(histories, fewer) == wanted:
                kept = fewer
                break
        else:
            size //= 2
    return kept


def _broken_by(histories: type[Histories], steps: Iterable[Step]) -> str:
    try:
        histories().play(steps)
    except BrokenPromise as broken:
        return str(broken.args[0])
    return ""


def recorded(histories: type[Histories]) -> dict[str, Any]:
    """Hand the counts to the page about reliability, and return those that are no matter of promises."""
    written = "with write-back" if histories.with_links else "without write-back"
    for what, number in histories.counts.items():
        table = f"Random histories {written}" if "|" in what else f"What happened in them {written}"
        if not what.startswith("broken"):
            record(table, what, histories.tracker, number)
    return {what: number for what, number in sorted(histories.counts.items()) if "|" not in what}


def by_kind(counts: Counter[str]) -> dict[str, dict[str, int]]:
    """Of each kind of event: how many histories had some, and in how many of them which promise was broken."""
    kinds = sorted({what.partition("|")[0] for what in counts if "|" in what})
    names = ("histories", *PROMISES)
    return {kind: {name: n for name in names if (n := counts[f"{kind}|{name}"])} for kind in kinds}


def play_all(histories: type[Histories], seed: int, numbers: Iterable[int], steps: int, show: int) -> bool:
    """Play them on after a broken promise, and show the first histories of each; whether all promises were kept."""
    shown: Counter[str] = Counter()
    for number in numbers:
        history = histories()
        history.play(script(seed, number, steps))
        for name in sorted(history.broken):
            shown[name] += 1
            if shown[name] <= show:
                print(f"--- {name} in history {number}", *history.steps, sep="\n    ", file=sys.stderr)
    return not shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--histories", type=int, default=100, help="how many, for each tracker, of each kind")
    parser.add_argument("--steps", type=int, default=25, help="the most steps that a history may have")
    parser.add_argument("--tracker", choices=list(STAGES), action="append", help="default: all of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=(*KINDS, "none"), action="append", help="of the special events, these")
    parser.add_argument("--write-back", choices=("on", "off"), action="append", help="default: both")
    parser.add_argument("--show", type=int, default=1, help="how many histories of each broken promise to show")
    parser.add_argument("--shrink", type=int, metavar="NUMBER", help="show the shortest form of this history")
    args = parser.parse_args()
    kept = True
    for name in args.tracker or STAGES:
        for writing in args.write_back or ("off", "on"):
            options = {"writing": writing == "on", "only": args.only or KINDS}
            if args.shrink is not None:
                _show_shortest(machine(name, **options), list(script(args.seed, args.shrink, args.steps)))
                continue
            histories = machine(name, **options, strict=False)
            here = play_all(histories, args.seed, range(args.histories), args.steps, args.show)
            kept = kept and here
            told = {"tracker": name, "write-back": writing, "seed": args.seed, "kept": here}
            told |= {"kinds": by_kind(histories.counts), **recorded(histories)}
            print(json.dumps(told), flush=True)
    return int(not kept)


def _show_shortest(histories: type[Histories], steps: list[Step]) -> None:
    history = histories()
    try:
        history.play(shortest(histories, steps))
    except BrokenPromise as broken:
        print(f"--- {broken.args[0]}", *history.steps, sep="\n    ")
    else:
        print("no promise is broken")


if __name__ == "__main__":
    sys.exit(main())
