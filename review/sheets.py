"""The pages of a request's file as pictures, drawn once behind the fence of a worker and kept under the file's hash."""

import hashlib
import os
import threading
from base64 import b64decode
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter

from flows.fence import WillNotStart
from flows.sandbox import OutOfTime, Pool, RaisedInside, WorkerDied
from pipeline.records import Evidence, Record
from pipeline.store import Store
from pipeline.values import Box, Value
from review.drawing import PICTURED, Drawn, Labels, draw, find_labels
from review.region import read_region

SECONDS = 90.0
"""Wall time the drawing of one file may take."""
_FAILED = (OutOfTime, WorkerDied, RaisedInside, WillNotStart, OSError, ValueError)
_NOT_SHOWN = "The pages of this file cannot be shown here; download the original to look at it."


class Sheet(Value):
    """One page: its number and its size in points."""

    number: int
    width: float
    height: float


class Sheets(Value):
    """All pages of a file; ``places`` are the boxes of what was read, by field key, ``labels`` those of the questions'
    printed labels, if they were looked for yet (``labelled``). ``written_out``: a Word file shown as text instead.
    ``said`` tells why there are no pages."""

    pages: tuple[Sheet, ...] = ()
    places: dict[str, tuple[Evidence, ...]] = {}
    labels: dict[str, tuple[Evidence, ...]] = {}
    unplaced: tuple[str, ...] = ()
    labelled: bool = True
    written_out: bool = False
    said: str = ""


@dataclass
class Drawer:
    """Draws pages one file at a time in a worker and keeps them in ``folder``; ``close`` ends the worker."""

    folder: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _pool: Pool | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def kept(self, record: Record) -> Sheets | None:
        """The pages if they were drawn before."""
        place = self._place(record) / "sheets.json"
        return Sheets.model_validate_json(place.read_bytes()) if place.exists() else None

    def drawn(self, store: Store, record: Record) -> Sheets:
        """The pages, drawn now if they were not yet. Never raises for what a file holds."""
        kept = self.kept(record)
        if kept:
            return kept
        drawn = self._draw(store, record)
        return self._keep(record, drawn) if drawn else Sheets(said=_NOT_SHOWN)

    def labels(self, store: Store, record: Record) -> dict[str, tuple[Evidence, ...]]:
        """The labels on pages that were drawn before, looked for now if they were not yet; empty if none is found."""
        kept = self.kept(record)
        if kept is None or kept.labelled:
            return kept.labels if kept else {}
        try:
            told = self._workers().schedule(find_labels, (store.raw(record.source.sha256),), SECONDS)
            found = cast(Labels, told.result()).places
        except _FAILED:
            found = {}
        finished = kept.model_copy(update={"labels": found, "labelled": True})
        _write(self._place(record) / "sheets.json", finished.model_dump_json().encode("utf-8"))
        return found

    def picture(self, record: Record, number: int) -> bytes | None:
        """The PNG of a page, null if there is none."""
        place = self._place(record) / f"{number}.png"
        return place.read_bytes() if place.exists() else None

    def written_out(self, record: Record) -> bytes | None:
        """The text of a Word file that could not be printed, as HTML; null if there is none."""
        place = self._place(record) / "text.html"
        return place.read_bytes() if place.exists() else None

    def region(self, store: Store, record: Record, page: int, box: Box) -> str:
        """The words in a box of a page, read again; empty where nothing can be read."""
        picture = self.picture(record, page)
        if picture is None:
            return ""
        source = record.source
        told = (store.raw(source.sha256), source.media_type, picture, page, box, record.document.language)
        try:
            return cast(str, self._workers().schedule(read_region, told, SECONDS).result())
        except _FAILED:
            return ""

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            if self._pool:
                self._pool.stop()
            self._stack.close()
            self._pool = None

    def _draw(self, store: Store, record: Record) -> Drawn | None:
        """Null where the drawing failed; it is tried again when somebody looks again."""
        try:
            promise = self._workers().schedule(draw, (store.raw(record.source.sha256), record), SECONDS)
            return cast(Drawn, promise.result())
        except _FAILED:
            return None

    def _workers(self) -> Pool:
        with self._lock:
            if self._pool is None:
                self._pool = self._stack.enter_context(Pool(1))
            return self._pool

    def _keep(self, record: Record, shown: Drawn) -> Sheets:
        place = self._place(record)
        place.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(shown.pages, 1):
            _write(place / f"{number}.png", b64decode(page.png))
        if shown.html is not None:
            _write(place / "text.html", shown.html.encode("utf-8"))
        sheets = Sheets(
            pages=tuple(
                Sheet(number=number, width=page.width, height=page.height) for number, page in enumerate(shown.pages, 1)
            ),
            places=shown.places,
            labels=shown.labels,
            labelled=record.document.text_origin not in PICTURED or not shown.pages,
            unplaced=shown.unplaced,
            written_out=shown.html is not None,
            said=shown.said,
        )
        _write(place / "sheets.json", sheets.model_dump_json().encode("utf-8"))
        return sheets

    def _place(self, record: Record) -> Path:
        """By the file and by what was read in it: another reading has other boxes."""
        digest = record.source.sha256
        return self.folder / digest[:2] / digest / _evidence_digest(record)


_EVIDENCE: TypeAdapter[dict[str, tuple[Evidence, ...]]] = TypeAdapter(dict[str, tuple[Evidence, ...]])


_DRAWN_SO = b"2"
"""Another figure wherever drawings hold something else than before: pages drawn earlier are then drawn anew."""


def _evidence_digest(record: Record) -> str:
    held = {key: reading.evidence for key, reading in record.fields.items()}
    told = _EVIDENCE.dump_json(held | {"signature": record.signature.evidence})
    return hashlib.sha256(_DRAWN_SO + told).hexdigest()[:16]


def _write(place: Path, data: bytes) -> None:
    """A reader sees the whole file or none."""
    unfinished = place.with_name(f".{place.name}.{os.getpid()}.{threading.get_ident()}.part")
    unfinished.write_bytes(data)
    unfinished.replace(place)
