"""Old Word files (.doc) from the inside: which stretches of their text are tracked as deleted (MS-DOC 2.4, 2.6.1)."""

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

_FLAGS, _RUN_PAGES, _PIECE_TABLE = 0x0A, 0xFA, 0x1A2
"""Where the file's head tells its flags, the pages with the runs' formats, and the table of text pieces."""
_SECOND_TABLE, _ENCRYPTED = 0x0200, 0x0100
_DELETED = 0x0800
"""The property of a run that says: tracked as deleted."""
_OPERANDS = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
"""Bytes of a property's operand by the top three bits of its code; 6 tells its own length."""
_PAGE = 512
_CELL_END = 0x07


class Run(NamedTuple):
    """A run that is tracked as deleted: its bytes [start, end) in the text stream, and where ``start`` is written."""

    start: int
    end: int
    written_at: int


class Piece(NamedTuple):
    """A piece of text: its bytes [start, end) in the stream, one or two for each character."""

    start: int
    end: int
    width: int


def is_locked(data: bytes) -> bool:
    """True if the file says of itself that it is encrypted."""
    streams = _streams(data)
    return streams is not None and bool(_word(streams[0], _FLAGS) & _ENCRYPTED)


def deleted_stretches(data: bytes) -> tuple[str, ...]:
    """The texts tracked as deleted, in the order of the file; none where the file cannot be followed."""
    streams = _streams(data)
    if streams is None:
        return ()
    try:
        text, table = streams
        pieces = list(_pieces(text, table))
        return tuple(_text(text, run, pieces) for run in _deleted_runs(text, table))
    except (struct.error, IndexError, ValueError):
        return ()


def with_clean_deletions(data: bytes) -> bytes:
    """A copy in which no deletion begins with the end of a table row, or the file as it is.

    Some programs write deletions so, and LibreOffice then takes the whole stretch for text that was kept."""
    streams = _streams(data)
    if streams is None:
        return data
    text, table = bytearray(streams[0]), streams[1]
    try:
        pieces = list(_pieces(streams[0], table))
        for run in _deleted_runs(streams[0], table):
            struct.pack_into("<I", text, run.written_at, _after_cell_ends(streams[0], run, pieces))
    except (struct.error, IndexError, ValueError):
        return data
    return _with_text(data, bytes(text)) if bytes(text) != streams[0] else data


def _after_cell_ends(text: bytes, run: Run, pieces: list[Piece]) -> int:
    """Where the run's words begin."""
    start = run.start
    width = next((piece.width for piece in pieces if piece.start <= start < piece.end), 0)
    while width and start + width < run.end and int.from_bytes(text[start : start + width], "little") == _CELL_END:
        start += width
    return start


def _streams(data: bytes) -> tuple[bytes, bytes] | None:
    """The text stream and the table stream that belongs to it; None if this is no whole Word file since 97."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            text = file.openstream("WordDocument").read()
            table = "1Table" if _word(text, _FLAGS) & _SECOND_TABLE else "0Table"
            return text, file.openstream(table).read() if file.exists(table) else b""
    except (OSError, struct.error, IndexError, ValueError, TypeError, RecursionError):
        return None


def _with_text(data: bytes, text: bytes) -> bytes:
    """The file with another text stream of the same length."""
    import olefile

    copy = io.BytesIO(data)
    with olefile.OleFileIO(copy, write_mode=True) as file:
        file.write_stream("WordDocument", text)
    return copy.getvalue()


def _word(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _long(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _part(text: bytes, table: bytes, at: int) -> bytes:
    """A part of the table stream, by the place in the head that tells where it lies and how long it is."""
    start, length = _long(text, at), _long(text, at + 4)
    return table[start : start + length]


def _pieces(text: bytes, table: bytes) -> Iterator[Piece]:
    part = _part(text, table, _PIECE_TABLE)
    at = 0
    while at < len(part) and part[at] == 1:
        at += 3 + _word(part, at + 1)
    part = part[at + 5 : at + 5 + _long(part, at + 1)]
    count = (len(part) - 4) // 12
    for number in range(count):
        length = _long(part, 4 * number + 4) - _long(part, 4 * number)
        place = _long(part, 4 * (count + 1) + 8 * number + 2)
        width, start = (1, (place & 0x3FFFFFFF) // 2) if place & 0x40000000 else (2, place)
        yield Piece(start, start + length * width, width)


def _deleted_runs(text: bytes, table: bytes) -> Iterator[Run]:
    part = _part(text, table, _RUN_PAGES)
    count = (len(part) - 4) // 8
    for number in range(count):
        base = (_long(part, 4 * (count + 1 + number)) & 0x3FFFFF) * _PAGE
        page = text[base : base + _PAGE]
        runs = page[_PAGE - 1]
        for run in range(runs):
            offset = page[4 * (runs + 1) + run] * 2
            if offset and _says_deleted(page[offset + 1 : offset + 1 + page[offset]]):
                yield Run(_long(page, 4 * run), _long(page, 4 * run + 4), base + 4 * run)


def _says_deleted(properties: bytes) -> bool:
    at, deleted = 0, False
    while at + 2 < len(properties):
        code = _word(properties, at)
        if code == _DELETED:
            deleted = bool(properties[at + 2])
        at += 2 + (_OPERANDS.get(code >> 13) or 1 + properties[at + 2])
    return deleted


def _text(text: bytes, run: Run, pieces: list[Piece]) -> str:
    """The characters of a run, paragraph and cell ends as line breaks."""
    told = ""
    for piece in pieces:
        cut = text[max(run.start, piece.start) : min(run.end, piece.end)]
        told += cut.decode("cp1252" if piece.width == 1 else "utf-16-le", "replace")
    return told.translate({7: "\n", 13: "\n", 11: "\n", 12: "\n"}).strip()
