"""A Word file's text as a plain page, the places of what was read marked: for machines without LibreOffice."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from pipeline.document import Cell, Document, Line
from pipeline.records import Evidence

_STYLE = (
    "body{font:15px/1.45 sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.6rem 0}"
    "td{border:1px solid #777;padding:.3rem;vertical-align:top}"
    "p{margin:.3rem 0}mark{background:#fff2b3;outline:1px solid #8a6d00}"
    "mark::after{content:attr(data-field);font-size:.7rem;color:#5f4b00;padding-left:.3rem}.said{color:#5f6368}"
)


def page_html(document: Document, evidence: dict[str, tuple[Evidence, ...]], language: str, said: str) -> str:
    """One HTML page: paragraphs and tables in order, quotes in ``<mark data-field="KEY">``; ``said`` stands above."""
    tongue = "und" if language == "unknown" else language
    marked = list(_marked(document.lines, evidence))
    body = "\n".join(_blocks(marked))
    head = f'<meta charset="utf-8"><title>Form</title><style>{_STYLE}</style>'
    body = f'<p class="said">{escape(said)}</p>\n{body}'
    return f'<!doctype html>\n<html lang="{tongue}"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _marked(lines: tuple[Line, ...], evidence: dict[str, tuple[Evidence, ...]]) -> Iterator[tuple[Line, str]]:
    wanted: dict[str, list[tuple[str, str]]] = {}
    for key, held in evidence.items():
        for each in held:
            wanted.setdefault(each.path or "", []).append((each.quote, key))
    for line in lines:
        yield line, _with_marks(line.text, wanted.get(line.path or "", []))


def _with_marks(text: str, quotes: list[tuple[str, str]]) -> str:
    """The escaped text; a quote that stands in it is marked with the keys of all fields that rest on it."""
    keys: dict[str, list[str]] = {}
    for quote, key in quotes:
        keys.setdefault(quote.strip() if quote.strip() in text else text.strip(), []).append(key)
    for quote, names in sorted(keys.items(), key=lambda item: -len(item[0])):
        before, found, after = text.partition(quote)
        if found and quote:
            fields = escape(" ".join(names))
            return f'{escape(before)}<mark data-field="{fields}">{escape(found)}</mark>{escape(after)}'
    return escape(text)


def _blocks(marked: list[tuple[Line, str]]) -> Iterator[str]:
    for table, group in groupby(marked, key=lambda item: _outermost(item[0].cell)):
        lines = list(group)
        if table is None:
            yield from (f"<p>{text}</p>" for _, text in lines if text.strip())
        else:
            yield "\n".join(_table(lines))


def _outermost(cell: Cell | None) -> int | None:
    while cell is not None and cell.inside is not None:
        cell = cell.inside
    return None if cell is None else cell.table


def _table(lines: list[tuple[Line, str]]) -> Iterator[str]:
    """Rows as they come; a table inside a cell is written out row by row."""
    yield "<table>"
    for _, row in groupby(lines, key=lambda item: _key(item[0].cell)[:2]):
        yield "<tr>"
        for place, cell in groupby(row, key=lambda item: _key(item[0].cell)):
            paragraphs = "".join(f"<p>{text}</p>" for _, text in cell if text.strip())
            yield f'<td colspan="{place[2]}">{paragraphs}</td>'
        yield "</tr>"
    yield "</table>"


def _key(cell: Cell | None) -> tuple[int, int, int, int]:
    assert cell is not None
    return cell.table, cell.row, cell.columns, cell.column
