"""Bad PDF files and pictures, made when they are asked for."""

import io
import zlib
from collections.abc import Callable, Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from tests.bad_input import pdf, picture
from tests.cabinet.case import ACCEPT, QUARANTINED, REVIEW, Case, form

TEXT, FIELDS = "fr_tunisie_insertion.pdf", "r_en_namibia_jobs.pdf"
HELLO = b"BT /F1 9 Tf 50 700 Td (a page of text) Tj ET"


def saved(file: Pdf, **how: bool) -> bytes:
    """The bytes of a PDF."""
    out = io.BytesIO()
    file.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def changed(name: str, change: Callable[[Pdf], None], **how: object) -> bytes:
    """A sample form after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(form(name))) as file:
        change(file)
        file.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def page(content: bytes = HELLO, **entries: object) -> Pdf:
    """A PDF of one page with this content."""
    file = pikepdf.new()
    file.add_blank_page(page_size=(595, 842))
    font = file.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    first = file.pages[0].obj
    first.Resources = Dictionary(Font=Dictionary(F1=font), XObject=Dictionary())
    first.Contents = Stream(file, content)
    for key, value in entries.items():
        first[f"/{key}"] = value
    return file


def box(*edges: float, **entries: object) -> bytes:
    """A page of an odd size."""
    return saved(page(MediaBox=Array(edges), **entries))


def drawing(file: Pdf, content: bytes) -> pikepdf.Object:
    """A drawing that pages or other drawings can call."""
    shape = Stream(file, content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 100]))
    return file.make_indirect(shape)


def doubling(deep: int) -> bytes:
    """A drawing that calls one twice that calls one twice …"""
    file = page(b"/X Do")
    chain = [drawing(file, b"/X Do /X Do") for _ in range(deep)] + [drawing(file, b"BT ET")]
    for outer, inner in zip(chain, chain[1:], strict=False):
        outer.Resources = Dictionary(XObject=Dictionary(X=inner))
    file.pages[0].obj.Resources.XObject.X = chain[0]
    return saved(file)


def self_calling() -> bytes:
    """A drawing that calls itself."""
    file = page(HELLO + b" /X Do")
    loop = drawing(file, b"/X Do /X Do")
    loop.Resources = Dictionary(XObject=Dictionary(X=loop))
    file.pages[0].obj.Resources.XObject.X = loop
    return saved(file)


def flate_bomb() -> bytes:
    """A few kilobytes that unpack to hundreds of megabytes, packed twice."""
    file = page()
    inner = zlib.compressobj(9)
    packed = b"".join(inner.compress(bytes(10_000_000)) for _ in range(30)) + inner.flush()
    file.pages[0].obj.Contents.write(zlib.compress(packed, 9), filter=Array([Name.FlateDecode, Name.FlateDecode]))
    return saved(file, compress_streams=False)


def huge_picture(across: int = 20_000) -> bytes:
    """A page with a picture of 400 million pixels, one bit each."""
    file = page(HELLO + b" q 500 0 0 500 0 0 cm /I Do Q")
    image = file.make_indirect(Stream(file, b""))
    image.write(zlib.compress(bytes(across * across // 8), 9), filter=Name.FlateDecode)
    for key, value in {"Width": across, "Height": across, "BitsPerComponent": 1}.items():
        image[f"/{key}"] = value
    image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
    file.pages[0].obj.Resources.XObject.I = image
    return saved(file)


def same_page(times: int) -> bytes:
    """A page tree that names one page very often."""
    data = saved(page())
    start = data.index(b"/Kids [ ")
    end = data.index(b"]", start)
    return data[:start] + b"/Kids [" + (data[start + 8 : end].strip() + b" ") * times + data[end:]


def long_form(more: int) -> bytes:
    """A form with many pages behind it."""

    def add(file: Pdf) -> None:
        for _ in range(more):
            file.add_blank_page(page_size=(595, 842))

    return changed(TEXT, add)


def rows(number: int) -> bytes:
    """Far too many letters for a page."""
    lines = (
        b"BT /F1 4 Tf %d %d Td (%s) Tj ET" % (i % 3 * 190, 830 - i // 3 % 800, b"abcd efgh " * 5) for i in range(number)
    )
    return saved(page(b"\n".join(lines)))


def rectangles(number: int) -> bytes:
    """Far too many drawn boxes for a page."""
    return saved(page(b"\n".join(b"%d %d 5 5 re S" % (i % 500, i // 500 % 800) for i in range(number))))


def tiff(pages: Iterable[Image.Image]) -> bytes:
    """A TIFF file of these pages."""
    first, *others = pages
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=others, compression="group4")
    return out.getvalue()


def bomb_picture() -> bytes:
    """A PNG of a kilobyte that claims 900 million pixels."""
    data = bytearray(picture())
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def scripted(file: Pdf) -> None:
    """A script that runs when the file is opened, and a command to start a program."""
    launch = Dictionary(S=Name.Launch, F="cmd.exe")
    file.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.launchURL('http://127.0.0.1:9/')", Next=launch)


def attached(file: Pdf) -> None:
    """Another file inside."""
    file.attachments["=cmd|' /C calc'!A0.docx"] = b"PK\x03\x04 another form"


def xfa(file: Pdf) -> None:
    """An XFA form with an entity in it, on a page that says to wait."""
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xdp>&a;</xdp>'
    file.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(file, bomb.encode()))


def only_xfa() -> bytes:
    """A form that only Adobe's program shows."""
    file = page(b"BT /F1 9 Tf 50 700 Td (Please wait... If this message is not eventually replaced) Tj ET")
    xfa(file)
    return saved(file)


def without_meaning() -> bytes:
    """Letters that the file gives no meaning."""
    return saved(
        page(b"\n".join(b"BT /F1 9 Tf 50 %d Td <%s> Tj ET" % (800 - 9 * i, b"0102030405" * 12) for i in range(60)))
    )


def broken_page(file: Pdf) -> None:
    """One page whose orders make no sense."""
    file.pages[0].obj.Contents = Stream(file, b"\xff\xfe ( unfinished BT << >> [")


PAGED: dict[str, Case] = {
    "web page under a PDF's name": Case(
        "D1", lambda: b"<!doctype html><html><body>form</body></html>", QUARANTINED, {"not_a_request"}
    ),
    "script": Case("D1", lambda: b"#!/bin/sh\nrm -rf /\n", QUARANTINED, {"not_a_request"}),
    "two bytes": Case("D1", lambda: b"%P", QUARANTINED, {"not_a_request"}),
    "password": Case("D2", lambda: pdf(password="secret"), QUARANTINED, {"encrypted"}),
    "owner's password": Case(
        "D3",
        lambda: changed(TEXT, lambda _: None, encryption=pikepdf.Encryption(owner="o", user="")),
        ACCEPT,
        set(),
        {"repaired", "encrypted"},
    ),
    "no table of objects": Case(
        "D4",
        lambda: form(TEXT).replace(b"startxref", b"startxxxx").replace(b"%%EOF", b""),
        {"flagged"},
        {"repaired", "second_reader"},
    ),
    "cut in half": Case("D5", lambda: saved(page())[:300], QUARANTINED, {"damaged"}),
    "noise": Case("D5", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40, QUARANTINED, {"damaged"}),
    "one broken page": Case("D5", lambda: changed(TEXT, broken_page), ACCEPT),
    "blank pages": Case("D6", lambda: pdf(pages=2), QUARANTINED, {"no_form_found"}),
    "XFA alone": Case("D7", only_xfa, QUARANTINED, {"xfa_only"}),
    "XFA beside fields": Case(
        "D7",
        lambda: changed(FIELDS, lambda f: f.Root.AcroForm.__setitem__("/XFA", pikepdf.String("<xdp/>"))),
        ACCEPT,
        {"xfa"},
    ),
    "long": Case("D10", lambda: long_form(60), {"flagged"}, {"too_long"}),
    "page named 20,000 times": Case("D10", lambda: same_page(20_000), QUARANTINED, {"no_form_found"}),
    "letters": Case("D11", lambda: rows(2_000), REVIEW),
    "boxes": Case("D11", lambda: rectangles(45_000), QUARANTINED, {"too_dense", "hostile", "no_form_found"}),
    "saved states": Case("D11", lambda: saved(page(b"q " * 300_000)), QUARANTINED, {"too_dense", "no_form_found"}),
    "operands": Case("D11", lambda: saved(page(b"1 " * 300_000 + b"0 0 m " * 1000)), QUARANTINED, {"too_dense"}),
    "calls itself": Case("D11", self_calling, QUARANTINED, {"no_form_found"}),
    "doubles": Case("D11", lambda: doubling(28), QUARANTINED, {"hostile"}),
    "Flate bomb": Case("D11", flate_bomb, QUARANTINED, {"hostile"}),
    "giant page": Case("D12", lambda: box(0, 0, 1e7, 1e7), QUARANTINED, {"no_form_found"}),
    "page upside down": Case("D12", lambda: box(600, 800, 0, 0), QUARANTINED, {"no_form_found"}),
    "page of one point": Case(
        "D12", lambda: box(0, 0, 1, 1, Rotate=450, UserUnit=75_000), QUARANTINED, {"no_form_found"}
    ),
    "page without sense": Case(
        "D12", lambda: saved(page(MediaBox=Array([Name.X, 1, 2]))), QUARANTINED, {"no_form_found"}
    ),
    "picture of 400 million dots": Case("D12", huge_picture, QUARANTINED, {"too_dense", "no_form_found"}),
    "picture file of 900 million dots": Case("D12", bomb_picture, QUARANTINED, {"too_large"}),
    "picture cut off": Case("D12", lambda: picture("JPEG")[:300], QUARANTINED, {"damaged"}),
    "letters without meaning": Case("D13", without_meaning, REVIEW),
    "scripts": Case("D14", lambda: changed(TEXT, scripted), {"flagged"}, {"active_content"}),
    "files inside": Case("D14", lambda: changed(TEXT, attached), {"flagged"}, {"embedded_files"}),
}
"""By what is wrong with them."""
