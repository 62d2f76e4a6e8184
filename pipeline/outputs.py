"""Records for other programs: JSON Lines, CSV, Excel. A new output is one function and one line in ``OUTPUTS``."""

import csv
import io
import json
from collections.abc import Callable, Iterable

from pipeline.questions import questions
from pipeline.records import Activity, FieldContent, Record

Cell = str | float | None

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """Text that a spreadsheet shows and never runs: what looks like a formula gets an apostrophe in front."""
    # Blanks before it do not help: some programs cut them off.
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS) else text


def jsonl(records: Iterable[Record]) -> bytes:
    """One record a line, exactly as ``socieux process`` prints it."""
    return b"".join(record.model_dump_json().encode("utf-8") + b"\n" for record in records)


def as_csv(records: Iterable[Record]) -> bytes:
    """One row a request, UTF-8 with a byte order mark so that Excel reads the accents."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns())
    for record in records:
        writer.writerow(defused(cell) if isinstance(cell, str) else cell for cell in row(record))
    return text.getvalue().encode("utf-8-sig")


def xlsx(records: Iterable[Record]) -> bytes:
    """One row a request in an Excel sheet; texts are written as texts, never as formulas or links."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("requests")
        sheet.freeze_panes(1, 3)
        for place, name in enumerate(columns()):
            sheet.write_string(0, place, name)
        for number, record in enumerate(records, start=1):
            for place, cell in enumerate(row(record)):
                if isinstance(cell, str):
                    # 32,767 characters is all that a cell of Excel holds.
                    sheet.write_string(number, place, defused(cell)[:32_767])
                elif cell is not None:
                    sheet.write_number(number, place, cell)
    return file.getvalue()


OUTPUTS: dict[str, Callable[[Iterable[Record]], bytes]] = {"jsonl": jsonl, "csv": as_csv, "xlsx": xlsx}


def columns() -> list[str]:
    """The columns of a table of requests: where it came from, what was judged, then the questions of the form."""
    return [*_FACTS, *questions()]


def row(record: Record) -> list[Cell]:
    """A record as the cells of one row."""
    answers = [_cell(record.fields[key].value) if key in record.fields else None for key in questions()]
    return [*(fact(record) for fact in _FACTS.values()), *answers]


def _cell(value: FieldContent) -> Cell:
    """A value in one cell: lists by semicolons, activities as JSON."""
    if not isinstance(value, list):
        return value
    parts = [part.model_dump(exclude_none=True) if isinstance(part, Activity) else part for part in value]
    texts = [part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts]
    return "; ".join(texts) or None


def _outcomes(record: Record) -> str:
    return "; ".join(f"{check.rule}: {check.outcome}" for check in record.eligibility.checks)


_FACTS: dict[str, Callable[[Record], Cell]] = {
    "reference": lambda record: record.reference,
    "file": lambda record: record.source.filename,
    "disposition": lambda record: record.disposition,
    "record_id": lambda record: record.record_id,
    "received_at": lambda record: record.source.received_at,
    "sender": lambda record: record.source.sender,
    "language": lambda record: record.document.language,
    "form_kind": lambda record: record.document.form_kind,
    "edition": lambda record: record.document.edition,
    "area": lambda record: record.theme.area,
    "topics": lambda record: "; ".join(topic.key for topic in record.theme.topics),
    "eligibility": lambda record: record.eligibility.outcome,
    "checks": _outcomes,
    "flags": lambda record: "; ".join(f"{flag.code}: {flag.message}" for flag in record.flags),
    "signature": lambda record: record.signature.mark,
}
