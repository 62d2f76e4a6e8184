"""Bad Word files and other text files, made when they are asked for."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

from msoffcrypto.format.ooxml import OOXMLFile

from tests.bad_input import claiming_two_gigabytes, with_entity
from tests.cabinet.case import ACCEPT, QUARANTINED, REVIEW, Case, form

WORD = "en_ghana_pensions.docx"
MAIN = "word/document.xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CANARY = "file:///etc/socieux-canary"
ELSEWHERE = "http://127.0.0.1:9/fetched"


def repacked(change: Mapping[str, bytes | None] = {}, also: Callable[[zipfile.ZipFile], None] | None = None) -> bytes:
    """The sample form with some parts replaced, left out (null) or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form(WORD))) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        names = dict.fromkeys([*good.namelist(), *change])
        for name in names:
            data = change[name] if name in change else good.read(name)
            if data is not None:
                bad.writestr(name, data)
        if also is not None:
            also(bad)
    return out.getvalue()


def part(name: str = MAIN) -> bytes:
    """A part of the sample form."""
    with zipfile.ZipFile(io.BytesIO(form(WORD))) as good:
        return good.read(name)


def with_body(before: bytes) -> bytes:
    """The sample form with something put before its first paragraph or table."""
    main = part()
    start = main.index(b"<w:body>") + len(b"<w:body>")
    return repacked({MAIN: main[:start] + before + main[start:]})


def linked(kind: str, target: str, external: bool = True, more: bytes = b"") -> bytes:
    """The sample form with a relation to something, inside or outside."""
    name = "word/_rels/document.xml.rels"
    mode = ' TargetMode="External"' if external else ""
    link = f'<Relationship Id="rX" Type="{R}/{kind}" Target="{target}"{mode}/></Relationships>'
    rels = part(name).replace(b"</Relationships>", link.encode())
    main = part()
    start = main.index(b"<w:body>") + len(b"<w:body>")
    return repacked({name: rels, MAIN: main[:start] + more + main[start:]})


def of_type(old: str, new: str) -> bytes:
    """The sample form declared as something else."""
    types = part("[Content_Types].xml").replace(old.encode(), new.encode())
    return repacked({"[Content_Types].xml": types})


def macros() -> bytes:
    """A form with a project of macros."""
    types = (
        part("[Content_Types].xml")
        .replace(b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml")
        .replace(b"application/vnd.openxmlformats-officedocument.ms-word", b"application/vnd.ms-word")
    )
    return repacked({"[Content_Types].xml": types, "word/vbaProject.bin": b"Auto_Open"})


def locked() -> bytes:
    """A Word file behind a password."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(form(WORD))).encrypt("secret", out)
    return out.getvalue()


def flat() -> bytes:
    """The whole package as one XML file, without pictures."""
    parts = []
    for name, kind in (("_rels/.rels", "relationships"), ("word/_rels/document.xml.rels", "relationships"), (MAIN, "")):
        xml = part(name).split(b"?>", 1)[1].decode()
        parts.append(
            f'<pkg:part pkg:name="/{name}" pkg:contentType="x{kind}"><pkg:xmlData>{xml}</pkg:xmlData></pkg:part>'
        )
    head = '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
    return (head + "".join(parts) + "</pkg:package>").encode()


def strict() -> bytes:
    """The same form in the namespaces of Strict OOXML."""
    main = part().replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    return repacked({MAIN: main.replace(R.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")})


def document2() -> bytes:
    """A form whose main part has another name."""
    rels = part("_rels/.rels").replace(b"word/document.xml", b"word/document2.xml")
    types = part("[Content_Types].xml").replace(b"/word/document.xml", b"/word/document2.xml")
    moved = part("word/_rels/document.xml.rels")
    return repacked(
        {
            "_rels/.rels": rels,
            "[Content_Types].xml": types,
            MAIN: None,
            "word/document2.xml": part(),
            "word/_rels/document2.xml.rels": moved,
        }
    )


def bad_check_sum() -> bytes:
    """One bit of the main part is wrong."""
    data = bytearray(repacked())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(MAIN)
    data[info.header_offset + 30 + len(MAIN) + info.compress_size // 2] ^= 0x40
    return bytes(data)


def overlapping() -> bytes:
    """Two entries of the directory lead to the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", part("[Content_Types].xml"))
        archive.writestr(MAIN, part())
    data = out.getvalue()
    directory = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, directory + 16)[0]
    entries, end = data[start:directory], data[directory:]
    last = entries.rindex(b"PK\x01\x02")
    again = entries[last:].replace(MAIN.encode(), b"word/document.xmk")
    count = struct.unpack_from("<H", end, 10)[0] + 1
    end = end[:8] + struct.pack("<HHI", count, count, len(entries) + len(again)) + end[16:]
    return data[:start] + entries + again + end


def named(name: str) -> bytes:
    """The sample form with one more entry of this name."""
    return repacked(also=lambda archive: archive.writestr(name, b"x"))


def twice(archive: zipfile.ZipFile) -> None:
    """The main part once more."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(MAIN, b"<another/>")


def laughing(name: str) -> bytes:
    """A billion laughs in a part."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(9))
    return repacked({name: f"<!DOCTYPE x [{laughs}]><x>&l8;</x>".encode()})


def wide_table(span: int) -> bytes:
    """A table cell over a million columns."""
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr><w:p/></w:tc>'
    return with_body(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>".encode())


def tracked() -> bytes:
    """A paragraph with an insertion and a deletion."""
    return with_body(
        b'<w:p><w:ins w:id="1" w:author="a"><w:r><w:t>kept</w:t></w:r></w:ins>'
        b'<w:del w:id="2" w:author="a"><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>'
    )


def dynamic() -> bytes:
    """A field that would ask another program."""
    return with_body(
        b'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\x\\\\cmd.exe "/k calc"'
        b'</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def rtf(inner: bytes) -> bytes:
    """A rich text file."""
    return b"{\\rtf1\\ansi Name of the institution: Ministry\\par " + inner + b"}"


def many_parts() -> bytes:
    """A package of 65,000 entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", part("[Content_Types].xml"))
        for number in range(3_000):
            archive.writestr(f"word/{number}.xml", b"")
    return out.getvalue()


def endless_directory(entries: int = 60_000) -> bytes:
    """A zip of next to nothing with a directory of very many entries."""
    entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.xml"
    count = min(entries, 0xFFFF)
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, count, count, entries * len(entry), 64, 0)
    return b"PK\x03\x04" + bytes(60) + entry * entries + end


def xml_bomb(size: int) -> bytes:
    """A part of blanks that grows a thousand times."""
    return repacked({MAIN: b"<w:document>" + b" " * size + b"</w:document>"})


PARAGRAPHS = b"<w:p/>" * 600_000
LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

WRITTEN: dict[str, Case] = {
    "owner file of Word": Case("D1", lambda: b"\x07Ada Obi" + bytes(154), QUARANTINED, {"not_a_request"}),
    "password": Case("D2", locked, QUARANTINED, {"encrypted"}),
    "cut in half": Case("D5", lambda: form(WORD)[: len(form(WORD)) // 2], QUARANTINED, {"damaged"}),
    "wrong bit": Case("D5", bad_check_sum, QUARANTINED, {"damaged", "no_form_found"}),
    "tracked changes": Case("D16", tracked, ACCEPT, {"tracked_changes"}),
    "another document inside": Case(
        "D16",
        lambda: with_body(b'<w:altChunk xmlns:r="' + R.encode() + b'" r:id="rX"/>'),
        {"flagged"},
        {"embedded_part"},
    ),
    "Strict": Case("D17", strict, ACCEPT, set(), {"damaged"}),
    "template": Case(
        "D17",
        lambda: of_type("wordprocessingml.document.main", "wordprocessingml.template.main"),
        ACCEPT,
        {"template_format"},
    ),
    "macros": Case("D17", macros, {"flagged"}, {"macros"}),
    "one flat file": Case("D17", flat, ACCEPT, set(), {"damaged"}),
    "main part under another name": Case("D17", document2, ACCEPT, set(), {"damaged"}),
    "no styles": Case("D17", lambda: repacked({"word/styles.xml": None}), ACCEPT),
    "200 MB of blanks": Case("D18", lambda: xml_bomb(60_000_000), QUARANTINED, {"hostile"}),
    "claims two gigabytes": Case("D18", claiming_two_gigabytes, QUARANTINED, {"hostile"}),
    "million paragraphs": Case("D18", lambda: with_body(PARAGRAPHS * 2), QUARANTINED, {"hostile"}),
    "overlapping parts": Case("D18", overlapping, QUARANTINED, {"hostile"}),
    "too many parts": Case("D18", many_parts, QUARANTINED, {"hostile"}),
    "endless directory": Case("D18", endless_directory, QUARANTINED, {"hostile"}),
    "cell over a million columns": Case("D18", lambda: wide_table(1_000_000), QUARANTINED, {"hostile"}),
    "billion laughs": Case("D18", lambda: laughing("word/styles.xml"), QUARANTINED, {"hostile"}),
    "3,000 deep": Case(
        "D18",
        lambda: with_body(b"<w:tbl><w:tr><w:tc>" * 1000 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 1000),
        QUARANTINED,
        {"hostile"},
    ),
    "entity from outside": Case("D19", with_entity, QUARANTINED, {"hostile"}),
    "entity in an unread part": Case("D19", lambda: laughing("customXml/item9.xml"), QUARANTINED, {"hostile"}),
    "template from outside": Case(
        "D19", lambda: linked("attachedTemplate", ELSEWHERE), {"flagged"}, {"linked_content"}
    ),
    "picture from outside": Case("D19", lambda: linked("image", CANARY), {"flagged"}, {"linked_content"}),
    "object from outside": Case("D19", lambda: linked("oleObject", ELSEWHERE), {"flagged"}, {"linked_content"}),
    "frame from outside": Case("D19", lambda: linked("subDocument", CANARY), {"flagged"}, {"linked_content"}),
    "link in the text": Case("D19", lambda: linked("hyperlink", ELSEWHERE), ACCEPT, set(), {"linked_content"}),
    "asks another program": Case("D19", dynamic, {"flagged"}, {"linked_content"}),
    "file inside": Case(
        "D19", lambda: repacked({"word/embeddings/form2.docx": form(WORD)}), {"flagged"}, {"embedded_part"}
    ),
    "name that climbs out": Case("D20", lambda: named("../../etc/cron.d/x"), QUARANTINED, {"hostile"}),
    "name from the root": Case("D20", lambda: named("/etc/passwd"), QUARANTINED, {"hostile"}),
    "part twice": Case("D20", lambda: repacked(also=twice), REVIEW, {"damaged"}),
    "old Word, empty": Case("D21", lambda: LEGACY, QUARANTINED, {"not_a_request", "damaged"}),
    "rich text with an endless number": Case("D21", lambda: rtf(b"\\bin999999999 x"), REVIEW),
    "rich text, deep": Case("D21", lambda: rtf(b"{" * 20_000 + b"}" * 20_000), REVIEW),
}
"""By what is wrong with them."""
