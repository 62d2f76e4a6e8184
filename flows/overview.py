"""The table for people: one row a request."""

from collections import Counter
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.records import Disposition, Record

_COLOURS: dict[Disposition, str] = {"ready": "green", "flagged": "yellow", "quarantined": "red"}
_SEVERITIES = ("blocker", "warning")
_WIDTH_ELSEWHERE = 170


def print_overview(records: list[Record], place: TextIO) -> None:
    """File, language, institution, country, theme, disposition and why a person is needed, then the sums."""
    console = Console(file=place, width=None if place.isatty() else _WIDTH_ELSEWHERE)
    table = Table(expand=True, pad_edge=False)
    for heading, share in (("File", 3), ("Lang.", 1), ("Institution", 4), ("Country", 1), ("Theme", 2)):
        table.add_column(heading, ratio=share, overflow="fold")
    table.add_column("Disposition", ratio=2)
    table.add_column("Why", ratio=6, overflow="fold")
    for record in records:
        table.add_row(*_cells(record))
    console.print(table)
    counted = Counter(record.disposition for record in records)
    sums = ", ".join(f"{counted[name]} {name}" for name in _COLOURS)
    console.print(f"{len(records)} request(s): {sums}.")


def _cells(record: Record) -> list[str]:
    colour = _COLOURS[record.disposition]
    facts = (
        record.source.filename,
        record.document.language,
        _answer(record, "institution_name"),
        _answer(record, "institution_country"),
        record.theme.area.replace("_", " "),
    )
    return [*(escape(fact) for fact in facts), f"[{colour}]{record.disposition}[/{colour}]", escape(why(record))]


def _answer(record: Record, key: str) -> str:
    reading = record.fields.get(key)
    return str(reading.value) if reading and reading.value is not None else "–"


def why(record: Record) -> str:
    """What keeps a record from being ready, in a few words each; nothing if it is."""
    if record.disposition == "ready":
        return ""
    if record.disposition == "quarantined":
        return " ".join(flag.message for flag in record.flags)
    open_checks = [check for check in record.eligibility.checks if check.outcome not in ("met", "not_applicable")]
    told = {check.rule for check in open_checks}
    flags = [flag for flag in record.flags if flag.severity in _SEVERITIES and flag.code not in told]
    return "; ".join(
        [
            *(f"{check.rule}: {check.outcome.replace('_', ' ')}" for check in open_checks),
            *(f"{flag.code} ({flag.field})" if flag.field else flag.code for flag in flags),
        ]
    )
