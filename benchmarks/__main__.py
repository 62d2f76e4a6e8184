"""``python -m benchmarks``: every figure with its target, as a table and in ``benchmarks/results.json``."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.children import BenchmarkFailed
from benchmarks.commands import commands
from benchmarks.desk import desk
from benchmarks.figures import Figure
from benchmarks.one_form import one_form
from benchmarks.results import RESULTS, row, write
from benchmarks.samples import THE_SAMPLES, copied
from benchmarks.sandbox import sandbox
from benchmarks.scans import scans
from benchmarks.shared_work import shared_work
from benchmarks.theme import theme
from benchmarks.watcher import watcher
from benchmarks.workers import workers

MEASURES: dict[str, Callable[[Path], Iterable[Figure]]] = {
    "form": one_form,
    "workers": workers,
    "command": commands,
    "scan": scans,
    "sandbox": sandbox,
    "watch": watcher,
    "shared-work": shared_work,
    "theme": theme,
    "desk": desk,
}
"""One line per group of figures."""


def main(words: list[str]) -> int:
    """Exit status 0 when all was measured, whether or not the targets were met; 1 when something could not be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--forms", type=Path, default=THE_SAMPLES, help="forms with gold records beside them")
    parser.add_argument("--only", choices=MEASURES, nargs="+", default=list(MEASURES), help="groups to measure")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results go")
    told = parser.parse_args(words)
    figures: list[Figure] = []
    failed = False
    with copied(told.forms) as forms:
        for name in told.only:
            try:
                for figure in MEASURES[name](forms):
                    figures.append(figure)
                    print(row(figure), flush=True)
            except BenchmarkFailed as trouble:
                failed = True
                print(f"{name}: {trouble}", file=sys.stderr)
    write(figures, told.out)
    print(f"Written: {told.out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
