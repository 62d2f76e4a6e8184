"""Scanned pages: our reader against Tesseract alone on the same pictures, and two pages at once against one.

The scans are made here: pages of the digital PDF forms, drawn at 300 dpi in grey with a little noise, JPEG in a PDF.
"""

import io
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.children import measured
from benchmarks.figures import ROUNDS, Figure, OtherLoad, at_least, at_most, busy, only_told, pair, wall
from benchmarks.samples import Sample, samples

if TYPE_CHECKING:
    from cv2.typing import MatLike

DPI, NOISE, QUALITY, PAGES = 300, 6.0, 75, 2
TARGET, TWO_FOR_ONE = 1.25, 1.5


def scans(folder: Path) -> Iterator[Figure]:
    """Five scans of two pages, one for each language as far as there are forms."""
    load = OtherLoad()
    rounds: dict[str, list[float]] = {"page": [], "two": [], "megabytes": []}
    with tempfile.TemporaryDirectory(prefix="benchmark_scans_") as place:
        for turn, form in enumerate(_chosen(samples(folder))):
            scan = Path(place) / f"{form.path.stem}.pdf"
            measured("scans", "make", str(form.path), str(scan))
            for name, figures in measured("scans", "read", str(scan), form.language, str(turn)).items():
                rounds[name] += figures
    others = f"other programs kept {load.cores():.2f} cores busy"
    yield at_most("scan: reading / tesserocr alone, the same pages", rounds["page"], TARGET, "cpu", "on one core")
    yield at_least("scan: two pages at once / one", rounds["two"], TWO_FOR_ONE, "wall", others)
    yield only_told("scan: peak memory, MB", rounds["megabytes"], "memory", "two pages of A4 at 300 dpi at once")


def _chosen(forms: list[Sample]) -> list[Sample]:
    """Five PDF forms, the languages in turn."""
    paged = [form for form in forms if form.kind == "pdf"]
    seen: dict[str, int] = {}
    turns: dict[Sample, int] = {}
    for form in paged:
        turns[form] = seen[form.language] = seen.get(form.language, -1) + 1
    return sorted(paged, key=lambda form: (turns[form], form.language))[:ROUNDS]


def _make(form: Path, scan: Path) -> dict[str, list[float]]:
    import numpy as np
    import pypdfium2 as pdfium
    from PIL import Image

    chance = np.random.default_rng(7)
    pages: list[Image.Image] = []
    pdf = pdfium.PdfDocument(form.read_bytes())
    pdf.init_forms()
    for number in range(min(PAGES, len(pdf))):
        drawn = pdf[number].render(scale=DPI / 72, grayscale=True).to_numpy().squeeze().astype(np.float32)
        noisy = np.clip(drawn + chance.normal(-4, NOISE, drawn.shape), 0, 255).astype(np.uint8)
        held = io.BytesIO()
        Image.fromarray(noisy).save(held, "JPEG", quality=QUALITY)
        pages.append(Image.open(held))
    pages[0].save(scan, "PDF", save_all=True, append_images=pages[1:], resolution=DPI)
    return {"pages": [float(len(pages))]}


def _read(scan: Path, language: str, turn: int) -> dict[str, list[float]]:
    """Both with their engines loaded; one core for the comparison, then one core against two."""
    from extractors.scanned import read_scan
    from pipeline.document import Document

    cores = sorted(os.sched_getaffinity(0))
    data = scan.read_bytes()

    def ours() -> Document:
        return read_scan(data, "application/pdf")

    def theirs() -> list[str]:
        return [alone.text(picture.tobytes(), picture.shape) for picture in pictures]

    ours()  # start-up does not count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    pictures = _pictures(data)
    alone = _Alone(language)
    theirs()
    os.sched_setaffinity(0, cores[:1])
    page = pair(ours, theirs, turn, busy)
    one = wall(ours)
    os.sched_setaffinity(0, cores[:2])
    two = wall(ours)
    return {"page": [page], "two": [one / two], "megabytes": [peak]}


def _pictures(data: bytes) -> list["MatLike"]:
    """The pages as they were scanned (height x width, grey), whatever size our reader looks at them in."""
    import pypdfium2 as pdfium

    pages = pdfium.PdfDocument(data)
    return [page.render(scale=DPI / 72, grayscale=True).to_numpy().squeeze() for page in pages]


class _Alone:
    """Tesseract as it comes, told the language; everything it read is asked for."""

    def __init__(self, language: str) -> None:
        import tesserocr

        from extractors.scan_words import data_folder, tongues

        self._engine = tesserocr.PyTessBaseAPI(path=data_folder(), lang=tongues()[language].data)

    def text(self, pixels: bytes, shape: tuple[int, ...]) -> str:
        """The text of one page of grey pixels (height, width)."""
        self._engine.SetImageBytes(pixels, shape[1], shape[0], 1, shape[1])
        self._engine.SetSourceResolution(DPI)
        return str(self._engine.GetUTF8Text())


if __name__ == "__main__":
    task, source, *rest = sys.argv[1:]
    made = _make(Path(source), Path(rest[0])) if task == "make" else _read(Path(source), rest[0], int(rest[1]))
    print(json.dumps(made))
