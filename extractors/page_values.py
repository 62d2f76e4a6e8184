"""The values of a PDF file as plain ones: whatever a damaged or hostile file has in a place, the type is as asked."""

from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import PDFDocEncoding, decode_text


def data_of(stream: PDFStream) -> bytes:
    """The unpacked bytes of a stream, empty where there are none."""
    data = stream.get_data()
    return data if isinstance(data, bytes) else b""


def dict_of(value: object) -> dict[str, object]:
    """A dictionary, also that of a stream; empty where it is none."""
    value = resolve1(value)
    if isinstance(value, PDFStream):
        value = value.attrs
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    """A list; empty where it is none."""
    value = resolve1(value)
    return value if isinstance(value, list) else []


def number_of(value: object) -> int:
    """A whole number; 0 where it is none."""
    value = resolve1(value)
    return int(value) if isinstance(value, (int, float)) else 0


def name_of(value: object) -> str:
    """A name without its slash; empty where it is none."""
    value = resolve1(value)
    if not isinstance(value, PSLiteral):
        return ""
    name = value.name
    return name if isinstance(name, str) else name.decode("latin-1")


def text_of(value: object) -> str:
    """A text string of the file: UTF-16, UTF-8 with its mark, or the PDF's own encoding; a name or stream likewise."""
    value = resolve1(value)
    if isinstance(value, PDFStream):
        value = data_of(value)
    if isinstance(value, PSLiteral):
        return name_of(value)
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return str(value) if isinstance(value, (int, float)) else ""
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace").replace("\x00", "")
    return decode_text(value) if PDFDocEncoding else value.decode("latin-1")


def file_name(specification: object) -> str:
    """The name in a file specification, for display only."""
    told = dict_of(specification)
    return text_of(told.get("UF")) or text_of(told.get("F")) or text_of(specification)
