"""The command from the outside: one form from command to record, and the help."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.children import HOUSE, BenchmarkFailed
from benchmarks.figures import ROUNDS, Figure, OtherLoad, at_most, only_told, pair, wall
from benchmarks.samples import Sample, samples

COMMAND = Path(sys.executable).with_name("socieux")
TARGET = 1.5
_IMPORTS = "import pdfplumber, spacy"


def commands(folder: Path) -> Iterator[Figure]:
    """``socieux process`` on one form, another in each round, and ``socieux --help``."""
    forms = samples(folder)
    for kind in ("docx", "pdf"):
        own = _spread([form for form in forms if form.kind == kind])
        load = OtherLoad()
        rounds = [pair(partial(_process, form), _import, turn, wall) for turn, form in enumerate(own)]
        remark = f"other programs kept {load.cores():.2f} cores busy"
        yield at_most(f"{kind}: command to record / importing pdfplumber and spaCy", rounds, TARGET, "wall", remark)
    helped = [pair(lambda: _run(str(COMMAND), "--help"), _nothing, turn, wall) for turn in range(ROUNDS)]
    yield only_told("socieux --help / a Python that does nothing", helped, "wall")


def _spread(forms: list[Sample]) -> list[Sample]:
    """Five forms evenly over the list, so that the languages take turns."""
    return [forms[turn * len(forms) // ROUNDS] for turn in range(ROUNDS)]


def _process(form: Sample) -> None:
    _run(str(COMMAND), "process", "--no-store", str(form.path))


def _import() -> None:
    _run(sys.executable, "-c", _IMPORTS)


def _nothing() -> None:
    _run(sys.executable, "-c", "pass")


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise BenchmarkFailed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-200:]}")
