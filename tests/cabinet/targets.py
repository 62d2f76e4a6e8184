"""What is fuzzed, and how: four doors through which strangers' bytes come in, seeds for each, and a mutator of our own.

A target raises nothing but ``Unreadable`` whatever the bytes are; anything else is a find.
"""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.document import Document, Line
from pipeline.trouble import Unreadable

CORPUS = Path(__file__).parent / "corpus"
WORDS = (
    b"<w:tbl>", b"</w:p>", b"<w:p/>", b'<w:gridSpan w:val="99999"/>', b"<w:sdt>", b"w:val", b"<!DOCTYPE", b"PK\x01\x02",
    b"PK\x05\x06", b"\xff\xff\xff\xff", b"\0\0\0\0", b"Content-Type: multipart/mixed; boundary=", b"=?utf-8?b?",
    b"\r\n\r\n", b"message/rfc822", b"\xf0\x9f\x98\x80", b"1e309", b"31.02.2026", "½²Ⅷ٣".encode(), b"%s%n", b"[x]",
    b"<w:p><w:r><w:t>x</w:t></w:r></w:p>", b"<w:tr><w:tc><w:p/></w:tc></w:tr>", b'<w:vMerge w:val="restart"/>',
    b"<w:sdt><w:sdtPr/><w:sdtContent><w:p/></w:sdtContent></w:sdt>", b'<w:fldChar w:fldCharType="begin"/>',
    b"<w:ins><w:r><w:t>y</w:t></w:r></w:ins>", b'<w:numPr><w:numId w:val="1"/></w:numPr>', b"begin 644 a.docx\nM",
    b"Content-Transfer-Encoding: base64\r\n", b"--b\r\n", b"charset=x", b"Name of institution:", b"\t", b"\n|", b"*",
)  # fmt: skip
_HEAD = (
    b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>'
)
_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def word(data: bytes) -> None:
    """The Word walker, on the inside of a document's body."""
    from extractors.media import DOCX
    from extractors.word import read_word

    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("word/document.xml", _HEAD + data + b"</w:body></w:document>")
    read_word(package.getvalue(), DOCX)


def form(data: bytes) -> None:
    """The form matcher, on lines of text; a tab before a line puts it into the second column of a table."""
    from extractors.extraction import extract
    from pipeline.document import Cell

    lines = []
    for number, text in enumerate(data.decode("utf-8", "replace").splitlines()[:80]):
        cell = Cell(0, number // 2, int(text.startswith("\t"))) if text.startswith(("\t", "|")) else None
        lines.append(Line(text.strip("\t|"), path=f"p[{number + 1}]", cell=cell))
    extract(Document("word", "text/plain", None, tuple(lines)))


def package(data: bytes) -> None:
    """The guard before packages, on a whole file."""
    from extractors.media import sniff
    from extractors.word_package import open_package

    sniff(data)
    opened = open_package(data)
    for name in opened.sizes:
        opened.read(name)


def mail(data: bytes) -> None:
    """The opener of mails, on a whole mail."""
    from extractors.mail.opening import open_mail

    open_mail(data, "mail.eml")


TARGETS: dict[str, Callable[[bytes], None]] = {"word": word, "form": form, "package": package, "mail": mail}


def tried(target: str, data: bytes) -> None:
    """Put the bytes to a target; a refusal is an answer."""
    try:
        TARGETS[target](data)
    except Unreadable:
        return


def seeds(target: str) -> list[bytes]:
    """The corpus of a target, kept in the repository."""
    return [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]


def mutants(target: str, number: int, seed: int = 4711) -> Iterator[bytes]:
    """Seeds after a few accidents, always the same ones."""
    chance = random.Random(f"{target} {seed}")
    held = seeds(target)
    for _ in range(number):
        data = bytearray(chance.choice(held))
        for _ in range(chance.randint(1, 6)):
            accident(data, chance, held)
        yield bytes(data)


def accident(data: bytearray, chance: random.Random, held: list[bytes]) -> None:
    """One bit, one word, a piece lost, doubled or from another seed."""
    at = chance.randrange(len(data) + 1)
    length = chance.choice((1, 4, 16, 64, 256))
    kind = chance.randrange(5)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << chance.randrange(8)
    elif kind == 1:
        data[at:at] = chance.choice(WORDS)
    elif kind == 2:
        del data[at : at + length]
    elif kind == 3:
        data[at:at] = data[at : at + length] * chance.choice((1, 2, 30))
    else:
        other = chance.choice(held)
        start = chance.randrange(len(other) + 1)
        data[at : at + length] = other[start : start + length]
