"""The forms a benchmark works on: a copy of the folder, so that nothing changes under the measurement."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

THE_SAMPLES = Path(__file__).resolve().parent.parent / "sample_forms"


@dataclass(frozen=True, slots=True)
class Sample:
    """A form with what its gold record says of it; ``kind`` is ``docx`` or ``pdf`` (with a text layer)."""

    path: Path
    kind: str
    language: str


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """A copy of the folder's files, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="benchmark_forms_") as place:
        copy = Path(place) / "forms"
        copy.mkdir()
        for file in sorted(folder.iterdir()):
            if file.is_file():
                shutil.copy(file, copy)
        yield copy


def samples(folder: Path) -> list[Sample]:
    """The Word and digital PDF forms of a folder that have a gold record, by name."""
    found: list[Sample] = []
    for gold in sorted(folder.glob("*.gold.json")):
        told = json.loads(gold.read_text("utf-8"))
        path = folder / told["file"]
        kind = {"word": "docx", "pdf_text": "pdf", "pdf_form": "pdf"}.get(told["text_origin"], "")
        if kind and path.suffix == f".{kind}" and path.is_file():
            found.append(Sample(path, kind, told["language"]))
    return found


def halves(forms: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The forms in two parts, each language and kind divided between both."""
    ordered = sorted(forms, key=lambda s: (s.kind, s.language, s.path.name))
    return ordered[::2], ordered[1::2]
