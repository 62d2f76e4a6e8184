"""From bytes to finished record, after start-up, against what the libraries below need for the same file alone.

Every form is met once in its process, as in the office: the process has read other forms before (those of the other
half, in all languages), never this one. Processor time, so that other programs on the machine hardly count.
"""

import gc
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.children import measured
from benchmarks.figures import ROUNDS, Figure, at_most, busy, pair
from benchmarks.samples import Sample, halves, samples

if TYPE_CHECKING:
    from docx.table import Table

TODAY = date(2025, 11, 1)
TARGETS = {"pdf": 1.5, "docx": 3.0}
AGAINST = {"pdf": "pdfplumber's chars", "docx": "python-docx walking paragraphs and tables"}


def one_form(folder: Path) -> Iterator[Figure]:
    """For each kind the ratio over all its forms, and that of the slowest form; medians of five rounds per form."""
    rounds: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        for half in "01":
            for name, figures in measured("one_form", str(folder), half, str(turn)).items():
                rounds.setdefault(name, []).extend(figures)
    for kind, target in TARGETS.items():
        forms = {name: median(own) for name, own in rounds.items() if name.endswith(f".{kind}")}
        if not forms:
            continue
        slowest = max(forms, key=lambda name: forms[name])
        over = sum(ratio > target for ratio in forms.values())
        remark = f"{len(forms)} forms, {over} above the target"
        yield at_most(f"{kind}: bytes to record / {AGAINST[kind]}", list(forms.values()), target, "cpu", remark)
        yield at_most(f"{kind}: the slowest form", rounds[slowest], target, "cpu", slowest)


def chars(data: bytes) -> int:
    """pdfplumber's own characters of all pages, counted."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as pdf:
        return sum(len(page.chars) for page in pdf.pages)


def walked(data: bytes) -> int:
    """python-docx: all paragraphs and tables, nested ones too; the number of their letters."""
    import docx

    document = docx.Document(io.BytesIO(data))
    return sum(len(p.text) for p in document.paragraphs) + sum(_cells(table) for table in document.tables)


def _cells(table: "Table") -> int:
    letters = 0
    for row in table.rows:
        for cell in row.cells:
            letters += sum(len(p.text) for p in cell.paragraphs) + sum(_cells(inner) for inner in cell.tables)
    return letters


def _record(sample: Sample, data: bytes) -> None:
    from flows.process import process_bytes
    from pipeline.records import Arrival

    process_bytes(data, Arrival(filename=sample.path.name), TODAY)


_ALONE: dict[str, Callable[[bytes], int]] = {"pdf": chars, "docx": walked}


def _measure(folder: Path, half: int, turn: int) -> dict[str, list[float]]:
    parts = halves(samples(folder))
    for sample in parts[1 - half]:
        data = sample.path.read_bytes()
        _ALONE[sample.kind](data)
        _record(sample, data)
    ratios: dict[str, list[float]] = {}
    for sample in parts[half]:
        data = sample.path.read_bytes()
        gc.collect()
        ratios[sample.path.name] = [_ratio(sample, data, turn)]
    return ratios


def _ratio(sample: Sample, data: bytes, turn: int) -> float:
    return pair(lambda: _record(sample, data), lambda: _ALONE[sample.kind](data), turn, busy)


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
