"""Opening mails and archives: named after the failures of mailbox.md (numbers) and of the list of faults (M, D)."""

import struct
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import pyzipper
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from extractors import media
from extractors.mail.automatic import automatic_words
from extractors.mail.body_text import holds_form, shared_links, sharing
from extractors.mail.heads import Head
from extractors.mail.opening import is_post, open_mail
from extractors.mail.outlook import OutlookFile, OutlookMessage
from pipeline.languages import LANGUAGES, load_language
from pipeline.mail import OWN_MARK, OpenedMail
from pipeline.trouble import Unreadable
from tests.mail_making import mail, multipart, outlook, outlook_message, picture, raw_mail, section, winmail, zipped

PDF = b"%PDF-1.4\n" + b"a form " * 40
BASE64_PDF = b"JVBERi0xLjQKYSBmb3JtIGEgZm9ybSBhIGZvcm0gYSBmb3JtIA=="


def files(opened: OpenedMail) -> list[tuple[str, str]]:
    """Names and fates."""
    return [(part.filename, part.fate) for part in opened.parts]


def nested(data: bytes, name: str = "inner.eml") -> bytes:
    """A message attached to another as mail programs do it."""
    head = f'Content-Type: message/rfc822; name="{name}"\r\nContent-Disposition: attachment\r\n\r\n'.encode()
    return raw_mail('multipart/mixed; boundary="B"', multipart(head + data).replace(b"--B", b"--C")).replace(
        b'"B"', b'"C"'
    )


# What a mail is, and who sent it.


def test_an_ordinary_mail_with_a_form() -> None:
    opened = open_mail(mail(("Форма запроса.pdf", PDF), subject="Запрос"), "a.eml")
    assert opened.envelope is not None
    assert opened.envelope.sender == "a.person@labour.gov.xx" and opened.envelope.sender_name == "Ms A. Person"
    assert (opened.envelope.subject, opened.envelope.message_id) == ("Запрос", "<first@labour.gov.xx>")
    assert opened.envelope.sent_at == "2026-03-02T10:00:00+06:00"
    (part,) = opened.parts
    assert (part.filename, part.container, part.data) == ("Форма запроса.pdf", ("a.eml",), PDF)
    assert opened.kind == "letter" and opened.body == "Dear colleagues,"


def test_an_address_inside_a_name_is_not_the_sender() -> None:
    data = mail().replace(b'"Ms A. Person" <a.person', b'"minister@gov.yy" <a.person')
    assert open_mail(data, "a").senders() == ("a.person@labour.gov.xx",)


def test_14_headers_without_from_and_with_a_bad_date_do_not_lose_the_mail() -> None:
    data = b"Date: 99 Foo 20261 99:99\r\nSubject: x\r\nTo: \xff\xfe\r\n" + mail(("f.pdf", PDF)).split(b"\n", 1)[1]
    data = data.replace(b"Date: Mon", b"X-Date: Mon")
    opened = open_mail(data, "a.eml")
    assert opened.envelope is not None and opened.envelope.sent_at is None
    assert files(opened) == [("f.pdf", "document")]
    assert open_mail(b"To: x@y.zz\nSubject: nobody\n\ntext", "a").envelope is not None


@pytest.mark.parametrize("charset", ["x-unknown", "utf-99", "idna", "hex", "", "koi8-r"])
def test_m3_a_wrong_charset_does_not_lose_the_text(charset: str) -> None:
    body = "Уважаемые коллеги, направляем запрос".encode("koi8-r" if charset == "koi8-r" else "cp1251")
    opened = open_mail(raw_mail(f'text/plain; charset="{charset}"', body), "a")
    assert opened.body == "Уважаемые коллеги, направляем запрос"


def test_m3_eight_bit_headers_are_read() -> None:
    subject = "Solicitação de cooperação técnica"
    for coded in (subject.encode("utf-8"), subject.encode("cp1252")):
        opened = open_mail(b"From: a@b.xx\r\nSubject: " + coded + b"\r\n\r\nx", "a")
        assert opened.envelope is not None and opened.envelope.subject == subject


def test_m3_a_letter_divided_between_encoded_words_is_whole() -> None:
    data = b"From: a@b.xx\r\nSubject: =?utf-8?B?0JfQsNC/0YA=?=\r\n =?utf-8?B?0L7R?=\r\n =?UTF-8?B?gQ==?=\r\n\r\nx"
    opened = open_mail(data, "a")
    assert opened.envelope is not None and opened.envelope.subject == "Запрос"


@pytest.mark.parametrize("address", [b"(" * 5000 + b"a@b.xx", b'"' * 3000 + b" <a@b.xx>", b"<" * 4000 + b"a@b.xx>"])
def test_m3_a_bad_address_does_not_end_the_reading(address: bytes) -> None:
    opened = open_mail(b"From: " + address + b"\r\nSubject: x\r\n\r\ntext", "a")
    assert opened.senders() == ("a@b.xx",) and opened.body == "text"


def test_m3_no_separator_between_head_and_body() -> None:
    data = b"From: a@b.xx\r\nSubject: x\r\nDear colleagues, here is our request\r\nwith regards"
    opened = open_mail(data, "a")
    assert opened.senders() == ("a@b.xx",) and opened.body.startswith("Dear colleagues")


def test_m3_a_part_without_separator_keeps_its_file() -> None:
    body = b"--B\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n" + BASE64_PDF + b"\r\n--B--"
    (part,) = open_mail(raw_mail("multipart/mixed; boundary=B", body), "a").parts
    assert part.data.startswith(b"%PDF-1.4")


def test_m3_no_end_boundary() -> None:
    body = multipart(section("f.pdf", BASE64_PDF, "base64"), end=False)
    opened = open_mail(raw_mail("multipart/mixed; boundary=B", body), "a")
    assert files(opened) == [("f.pdf", "document")] and "breaks off" in opened.notices[0]


@pytest.mark.parametrize(
    "declared", ["multipart/mixed", 'multipart/mixed; boundary="other"', "multipart/mixed; boundary="]
)
def test_m3_a_boundary_that_is_not_said_is_found(declared: str) -> None:
    body = multipart(section("f.pdf", BASE64_PDF, "base64")).replace(b"--B", b"--=_Next")
    assert files(open_mail(raw_mail(declared, body), "a")) == [("f.pdf", "document")]


def test_m3_truncated_base64_is_told() -> None:
    body = multipart(section("f.pdf", BASE64_PDF[:-6], "base64"))
    opened = open_mail(raw_mail("multipart/mixed; boundary=B", body), "a")
    assert opened.parts[0].data.startswith(b"%PDF-1.4") and "breaks off in the middle" in opened.notices[0]


def test_m3_an_encoding_that_is_not_said() -> None:
    body = multipart(section("f.pdf", BASE64_PDF))
    (part,) = open_mail(raw_mail("multipart/mixed; boundary=B", body), "a").parts
    assert part.media_type == media.PDF


def test_m3_uuencode_in_the_text() -> None:
    import binascii

    lines = b"".join(binascii.b2a_uu(PDF[at : at + 45]) for at in range(0, len(PDF), 45))
    opened = open_mail(raw_mail("text/plain", b"Dear all\nbegin 644 form.pdf\n" + lines + b"`\nend\nBye"), "a")
    (part,) = opened.parts
    assert (part.filename, part.data) == ("form.pdf", PDF)
    assert "begin 644" not in opened.body and opened.body.startswith("Dear all")


def test_m3_a_piece_of_a_message_is_told() -> None:
    body = multipart(b"Content-Type: message/partial; id=x; number=1; total=3\r\n\r\nabc")
    (part,) = open_mail(raw_mail("multipart/mixed; boundary=B", body), "a").parts
    assert part.fate == "unreadable" and "pieces" in part.reason


# M4: caps before parsing.

HOSTILE = {
    "20,000 encoded words": mail().replace(b"Subject: Request", b"Subject: " + b"=?utf-8?B?0JA=?= " * 20_000),
    "100,000 parts": raw_mail(
        "multipart/mixed; boundary=B", multipart(*[b"Content-Type: text/plain\r\n\r\nx"] * 100_000)
    ),
    "2,000 deep": raw_mail(
        "multipart/mixed; boundary=B0",
        b"".join(b"--B%d\r\nContent-Type: multipart/mixed; boundary=B%d\r\n\r\n" % (n, n + 1) for n in range(2000)),
    ),
    "10 MB header line": mail().replace(b"Subject:", b"X-Long: " + b"a" * 10_000_000 + b"\r\nSubject:"),
    "10,000 addresses": mail().replace(b"requests@socieux.eu", b", ".join(b"u%d@x.yy" % n for n in range(10_000))),
    "3 MB of spaces": mail().replace(b"Subject: Request", b"Subject: " + b" " * 3_000_000 + b"x"),
    "half tags": raw_mail("text/html", b"<a <!" * 200_000),
    "half entities": raw_mail("text/html", b"&#" * 200_000 + b"<!--" * 50_000),
    "many begins": raw_mail("text/plain", b"begin 644 a\r\n" * 50_000),
    "half links": raw_mail("text/plain", b"https://" * 100_000),
    "nothing but boundaries": raw_mail("multipart/mixed; boundary=B", b"--B\r\n" * 200_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_m4_caps_hold_before_parsing(name: str) -> None:
    began = time.monotonic()
    opened = open_mail(HOSTILE[name], "a.eml")
    assert time.monotonic() - began < 10
    assert opened.senders()[0] in ("a@b.xx", "a.person@labour.gov.xx"), "the sender is known all the same"


@pytest.mark.parametrize("name", ["100,000 parts", "2,000 deep"])
def test_m4_a_cap_that_is_hit_puts_the_mail_before_a_person(name: str) -> None:
    opened = open_mail(HOSTILE[name], "a.eml")
    assert [(part.fate, part.code) for part in opened.parts if part.fate == "unreadable"] == [
        ("unreadable", "too_large")
    ]
    assert opened.parts[-1].data == HOSTILE[name]


# M5: attachments.


def test_m5_thirty_attachments_have_each_an_outcome() -> None:
    opened = open_mail(mail(*[(f"{n}.pdf", PDF + bytes([n])) for n in range(35)]), "a")
    assert len(opened.parts) == 35


def test_m5_an_attachment_without_name_and_a_name_without_attachment() -> None:
    body = multipart(b"Content-Type: application/pdf\r\n\r\n" + PDF, section("gone.pdf", b""))
    opened = open_mail(raw_mail("multipart/mixed; boundary=B", body), "a")
    assert files(opened) == [("file 1.pdf", "document"), ("gone.pdf", "ignored")]
    assert opened.parts[1].reason == "The file is empty."


def test_the_mail_itself_may_be_the_file() -> None:
    opened = open_mail(raw_mail('application/pdf; name="form.pdf"', PDF), "a")
    assert files(opened) == [("form.pdf", "document")]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("filename*=utf-8''%D0%A4%D0%BE%D1%80%D0%BC%D0%B0.pdf", "Форма.pdf"),
        ("filename*0*=utf-8''%D0%A4%D0%BE; filename*1*=%D1%80%D0%BC%D0%B0.pdf", "Форма.pdf"),
        ('filename="=?utf-8?B?0KTQvtGA0LzQsC5wZGY=?="', "Форма.pdf"),
        ('filename="Форма.pdf"', "Форма.pdf"),
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="C:\\\\Users\\\\x\\\\form.pdf"', "form.pdf"),
        ('filename="cod\u202efdp.exe"', "cod fdp.exe"),
        ('filename="' + "a" * 400 + '.pdf"', "a" * 130 + "….pdf"),
        ("filename*=x-none''%FF", None),
    ],
)
def test_d22_names_are_for_display_only(header: str, name: str | None) -> None:
    head = f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {header}\r\n\r\n".encode()
    (part,) = open_mail(raw_mail("multipart/mixed; boundary=B", multipart(head + PDF)), "a").parts
    assert part.fate == "document" and (name is None or part.filename == name)


# 15, 16: mails in mails.


def test_15_winmail_dat_is_unpacked() -> None:
    opened = open_mail(mail(("winmail.dat", winmail({"form.pdf": PDF, "law.txt": b"the law"}))), "a.eml")
    assert files(opened) == [("form.pdf", "document"), ("law.txt", "document")]
    assert opened.parts[0].container == ("a.eml", "winmail.dat") and opened.parts[0].data == PDF


@pytest.mark.parametrize("data", [winmail({}, b""), winmail({"f.pdf": PDF})[:60], struct.pack("<IH", 0x223E9F78, 1)])
def test_15_an_empty_or_broken_winmail_dat_is_never_passed_over_in_silence(data: bytes) -> None:
    (part,) = open_mail(mail(("winmail.dat", data)), "a.eml").parts
    assert (part.fate, part.code) == ("unreadable", "damaged") and part.data == data


def test_16_forwarded_as_attachment_five_deep() -> None:
    data = mail(("form.pdf", PDF), From="chief@labour.gov.xx")
    for depth in range(5):
        data = mail_with(data, f"{depth}.eml")
    opened = open_mail(data, "a.eml")
    (part,) = opened.parts
    assert part.container == ("a.eml", "4.eml", "3.eml", "2.eml", "1.eml", "0.eml")
    assert part.envelope is not None and part.envelope.sender == "chief@labour.gov.xx"
    assert opened.senders() == ("a.person@labour.gov.xx", "chief@labour.gov.xx")


def mail_with(data: bytes, name: str) -> bytes:
    """A mail with a file that holds a message."""
    return mail((name, data))


def test_16_a_message_attached_as_a_message() -> None:
    (part,) = open_mail(nested(mail(("form.pdf", PDF))), "a.eml").parts
    assert part.container == ("a.eml", "inner.eml") and part.data == PDF


def test_m4_messages_deeper_than_any_are_told() -> None:
    data = b"From: a@b.xx\r\nSubject: x\r\n\r\ntext"
    for _ in range(30):
        data = b"From: a@b.xx\r\nSubject: x\r\nContent-Type: message/rfc822\r\n\r\n" + data
    (part,) = open_mail(data, "a.eml").parts
    assert (part.fate, part.code) == ("unreadable", "too_large")


def test_16_outlook_messages_and_messages_in_them() -> None:
    data = outlook(
        "Запрос",
        "chief@labour.gov.xx",
        {"Форма.pdf": PDF * 20, "i.msg": outlook_message("in", "x@y.zz", {"z.pdf": PDF})},
    )
    assert media.sniff(data) == media.MSG and is_post(data)
    opened = open_mail(data, "a.msg")
    assert opened.envelope is not None and opened.envelope.subject == "Запрос"
    assert [(part.container, part.filename) for part in opened.parts] == [
        (("a.msg",), "Форма.pdf"),
        (("a.msg", "i.msg"), "z.pdf"),
    ]
    assert opened.senders() == ("chief@labour.gov.xx", "x@y.zz") and opened.body == "Dear colleagues"


def test_m4_outlook_messages_deeper_than_any_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    held = OutlookMessage(Head(()), "", (OutlookFile("form.pdf", PDF, "", False),))
    for _ in range(30):
        held = OutlookMessage(Head(()), "", (OutlookFile("i.msg", b"", "application/vnd.ms-outlook", False, held),))
    monkeypatch.setattr("extractors.mail.opening.read_outlook", lambda _: held)
    (part,) = open_mail(outlook("out", "x@y.zz", {}), "a.msg").parts
    assert (part.fate, part.code) == ("unreadable", "too_large")


def test_m3_an_outlook_message_inside_a_mail() -> None:
    (part,) = open_mail(mail(("i.msg", outlook("in", "x@y.zz", {"z.pdf": PDF}))), "a.eml").parts
    assert part.container == ("a.eml", "i.msg") and part.data == PDF


def test_an_outlook_message_says_what_its_travelled_head_says() -> None:
    head = "From: X <x@y.zz>\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <7@y.zz>\r\n"
    opened = open_mail(outlook("in", "other@y.zz", {}, head), "a.msg")
    assert opened.kind == "auto_reply" and opened.envelope is not None and opened.envelope.message_id == "<7@y.zz>"


def test_a_damaged_outlook_message_is_unreadable() -> None:
    data = outlook("in", "x@y.zz", {"z.pdf": PDF * 20})
    for broken in (data[: len(data) // 2], data[:44] + b"\xff" * 8 + data[52:]):
        with pytest.raises(Unreadable) as trouble:
            open_mail(broken, "a.msg")
        assert trouble.value.code == "damaged"


# 17: archives.


def test_17_an_archive_with_forms() -> None:
    data = zipped({"folder/form.pdf": PDF, "b.pdf": PDF + b"2"})
    assert is_post(data)
    opened = open_mail(data, "a.zip")
    assert opened.envelope is None
    assert [(part.container, part.filename) for part in opened.parts] == [
        (("a.zip",), "form.pdf"),
        (("a.zip",), "b.pdf"),
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("cp866", "Форма запроса.pdf"),
        ("cp1251", "Форма запроса.pdf"),
        ("utf-8", "Форма.pdf"),
        ("cp850", "Formulário José.pdf"),
    ],
)
def test_17_cyrillic_and_accented_names_in_an_archive(code: str, name: str) -> None:
    coded = name.encode(code)
    data = zipped({"x" * len(coded): PDF}).replace(b"x" * len(coded), coded)
    assert open_mail(data, "a.zip").parts[0].filename == name


def test_17_an_encrypted_archive_is_told_and_what_is_open_is_read(tmp_path: Path) -> None:
    place = tmp_path / "a.zip"
    with pyzipper.AESZipFile(place, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.writestr("form.pdf", PDF)
    with pytest.raises(Unreadable) as trouble:
        open_mail(place.read_bytes(), "a.zip")
    assert trouble.value.code == "encrypted" and "form.pdf" in trouble.value.message
    opened = open_mail(mail(("a.zip", place.read_bytes()), ("b.pdf", PDF)), "a.eml")
    assert [(part.filename, part.fate, part.code) for part in opened.parts] == [
        ("a.zip", "unreadable", "encrypted"),
        ("b.pdf", "document", ""),
    ]


def bomb(data: bytes) -> bytes:
    """An archive of which the directory says that the first file has 90 MB."""
    changed = bytearray(data)
    entry = changed.rindex(b"PK\x01\x02")
    changed[entry + 24 : entry + 28] = struct.pack("<I", 90_000_000)
    return bytes(changed)


def overlapping() -> bytes:
    """An archive of which two names lead to the same bytes."""
    data = bytearray(zipped({"a.pdf": PDF, "b.pdf": PDF}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 42 : entry + 46] = struct.pack("<I", 0)
    return bytes(data)


ARCHIVES = {
    "ratio": (bomb(zipped({"a.pdf": PDF})), "hostile"),
    "real ratio": (zipped({"a.pdf": b"0" * 20_000_000}), "hostile"),
    "overlap": (overlapping(), "hostile"),
    "traversal": (zipped({"../../form.pdf": PDF}), "hostile"),
    "absolute": (zipped({"/etc/form.pdf": PDF}), "hostile"),
    "count": (zipped({f"{n}.pdf": PDF for n in range(300)}), "too_large"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_d18_d20_bombs_overlap_and_traversal_are_refused(name: str) -> None:
    data, code = ARCHIVES[name]
    with pytest.raises(Unreadable) as trouble:
        open_mail(data, "a.zip")
    assert trouble.value.code == code
    (part,) = open_mail(mail(("a.zip", data)), "a.eml").parts
    assert (part.fate, part.code) == ("unreadable", code)


def test_17_archives_in_archives_stop_at_three() -> None:
    data = PDF
    for name in ("form.pdf", "1.zip", "2.zip", "3.zip"):
        data = zipped({name: data})
    (part,) = open_mail(mail(("4.zip", data)), "a.eml").parts
    assert (part.fate, part.code) == ("unreadable", "too_large") and part.filename == "1.zip"
    (part,) = open_mail(zipped({"2.zip": zipped({"f.pdf": PDF})}), "1.zip").parts
    assert part.container == ("1.zip", "2.zip")


def test_d5_a_damaged_file_in_an_archive_is_told() -> None:
    data = bytearray(zipped({"a.pdf": PDF * 10, "b.pdf": PDF}, zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    opened = open_mail(bytes(data), "a.zip")
    assert files(opened) == [("b.pdf", "document"), ("a.zip", "unreadable")]


@pytest.mark.parametrize("mark", [b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"])
def test_17_other_archives_are_refused_with_the_remedy(mark: bytes) -> None:
    from extractors.reading import read

    (part,) = open_mail(mail(("form.rar", mark + b"x" * 100)), "a.eml").parts
    assert part.fate == "document", "reading says what it is"
    with pytest.raises(Unreadable) as trouble:
        read(part.data)
    assert trouble.value.code == "not_supported_yet" and "Unpack" in trouble.value.remedy


def test_word_files_are_no_archives() -> None:
    assert not is_post(zipped({"[Content_Types].xml": b"<x/>"})) and not is_post(zipped({"word/document.xml": b""}))
    assert not is_post(zipped({"a": b"b"})[:30]) and not is_post(PDF) and is_post(mail())


# 18: what is no document.


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("smime.p7s", b"\x30\x80abc"),
        ("invite.ics", b"BEGIN:VCALENDAR\r\n"),
        ("card.vcf", b"BEGIN:VCARD\r\n"),
        ("~$form.docx", b"\x05Author"),
        ("Thumbs.db", b"xyz"),
        ("pixel.gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + b"\0" * 20),
        ("ATT00001.txt", b"This mail is confidential."),
        ("icon.png", picture(64, 64, "PNG")),
    ],
)
def test_18_furniture_is_listed_as_ignored_with_the_reason(name: str, data: bytes) -> None:
    (part,) = open_mail(mail((name, data)), "a").parts
    assert part.fate == "ignored" and part.reason.endswith(".")


def inline(data: bytes, name: str = "image001.jpg") -> bytes:
    """A picture in the text."""
    head = f"Content-Type: image/jpeg; name={name}\r\nContent-ID: <i1>\r\nContent-Disposition: inline\r\n\r\n".encode()
    return raw_mail(
        "multipart/related; boundary=B", multipart(b"Content-Type: text/html\r\n\r\n<img src=cid:i1>", head + data)
    )


def test_18_an_inline_logo_is_ignored_and_a_photographed_page_is_not() -> None:
    (logo,) = open_mail(inline(picture(320, 120)), "a").parts
    assert logo.fate == "ignored" and "320 × 120" in logo.reason
    (banner,) = open_mail(inline(picture(1800, 300)), "a").parts
    assert banner.fate == "ignored"
    (photo,) = open_mail(inline(picture(1200, 1600)), "a").parts
    assert photo.fate == "document" and photo.inline


def test_18_an_attached_photograph_is_a_document() -> None:
    (photo,) = open_mail(mail(("IMG_2041.jpg", picture(600, 800))), "a").parts
    assert photo.fate == "document" and not photo.inline


# 20: links and a form in the text.


@pytest.mark.parametrize(
    "url",
    [
        "https://we.tl/t-AbCdEf",
        "https://drive.google.com/file/d/1x/view?usp=sharing",
        "https://ministry-my.sharepoint.com/:w:/g/personal/x",
        "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwe.tl%2Ft-AbC&data=1",
        "https://disk.yandex.ru/d/abc",
        "https://cloud.mail.ru/public/x/y",
    ],
)
def test_20_links_to_file_sharing_are_named(url: str) -> None:
    assert len(open_mail(raw_mail("text/plain", f"See {url}.".encode()), "a").links) == 1
    assert len(open_mail(raw_mail("text/html", f'<a href="{url}">form</a>'.encode()), "a").links) == 1


def test_20_other_links_are_not() -> None:
    assert not shared_links(
        "https://socieux.eu https://notdropbox.com.evil.xx/x http://[bad https://we.tl.example.org/"
    )
    assert sharing().hosts


@pytest.mark.parametrize("language", LANGUAGES)
def test_20_a_form_in_the_text_is_noticed(language: str) -> None:
    labels = load_language(language).labels
    keys = "title institution_name institution_country objectives expected_results target_groups background".split()
    lines = [f"{labels[key][0].capitalize()}: abc" for key in keys]
    assert holds_form("\n".join(lines))
    assert not holds_form(
        "Dear colleagues,\nplease find attached our request.\nBest regards\nA. Person\nDirector\nKabul"
    )


# 21: locked and signed mails.


def test_21_pgp_is_told() -> None:
    inner = multipart(
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
        section("encrypted.asc", b"-----BEGIN PGP MESSAGE-----\n\nabc"),
    )
    opened = open_mail(raw_mail('multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B', inner), "a")
    assert [part.fate for part in opened.parts] == ["ignored", "unreadable"]
    assert opened.parts[1].code == "encrypted"
    (part,) = open_mail(raw_mail("text/plain", b"-----BEGIN PGP MESSAGE-----\n\nabc"), "a").parts
    assert part.code == "encrypted"


def signer() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """A certificate of our own."""
    from datetime import UTC, datetime, timedelta

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(1))
    return made.sign(key, hashes.SHA256()), key


def test_21_a_mail_wrapped_for_signing_is_unwrapped() -> None:
    certificate, key = signer()
    content = b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + multipart(
        b"\r\nDear all", section("form.pdf", PDF)
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    data = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    opened = open_mail(raw_mail("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", data), "a.eml")
    (part,) = opened.parts
    assert (part.filename, part.data, part.container) == ("form.pdf", PDF, ("a.eml",))
    assert opened.body == "Dear all" and "not checked" in opened.notices[0]
    signed = pkcs7.PKCS7SignatureBuilder().set_data(PDF).add_signer(certificate, key, hashes.SHA256())
    (part,) = open_mail(mail(("form.pdf.p7m", signed.sign(serialization.Encoding.DER, []))), "a.eml").parts
    assert part.filename == "form.pdf" and part.data.startswith(b"%PDF")


def test_21_an_encrypted_smime_mail_is_told() -> None:
    certificate, _ = signer()
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(b"secret").add_recipient(certificate)
    data = builder.encrypt(serialization.Encoding.DER, [])
    (part,) = open_mail(raw_mail("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", data), "a").parts
    assert (part.fate, part.code) == ("unreadable", "encrypted")
    (part,) = open_mail(raw_mail("application/pkcs7-mime; name=smime.p7m", b"junk"), "a").parts
    assert (part.fate, part.code) == ("unreadable", "damaged")


# 24 to 26: automatic mail.

AUTOMATIC: Sequence[tuple[dict[str, str], str]] = [
    ({"Auto_Submitted": "auto-replied"}, "auto_reply"),
    ({"Auto_Submitted": "auto-generated"}, "auto_reply"),
    ({"Auto_Submitted": "no"}, "letter"),
    ({"X_Auto_Response_Suppress": "All"}, "letter"),
    ({"X_Autoreply": "yes"}, "auto_reply"),
    ({"Precedence": "bulk"}, "list"),
    ({"Precedence": "auto_reply"}, "auto_reply"),
    ({"List_Id": "<news.example.org>"}, "list"),
    ({"Return_Path": "<>"}, "auto_reply"),
    ({"X_Failed_Recipients": "a@b.xx"}, "bounce"),
    ({"From": "MAILER-DAEMON@mx.example.org"}, "bounce"),
    ({OWN_MARK.replace("-", "_"): "acknowledgement"}, "own"),
]


@pytest.mark.parametrize(("heads", "kind"), AUTOMATIC)
def test_24_automatic_mail_is_known_by_its_head(heads: dict[str, str], kind: str) -> None:
    assert open_mail(mail(**heads), "a").kind == kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_24_automatic_mail_is_known_by_its_subject_in_five_languages(language: str) -> None:
    words = automatic_words()
    for kind, wordings in (("auto_reply", words.auto_reply[language]), ("bounce", words.bounce[language])):
        for wording in wordings:
            assert open_mail(mail(subject=f"{wording.upper()} Request 5"), "a").kind == kind, wording


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply",
        "Fwd: Undeliverable: form",
        "Reading room reform",
        "Autorización de la solicitud",
        "Absences au travail : demande d'appui",
        "Leitura: programa",
        "Отпускные выплаты: запрос",
    ],
)
def test_24_a_persons_subject_is_not_taken_for_a_machines(subject: str) -> None:
    assert open_mail(mail(subject=subject), "a").kind == "letter"


def test_25_a_bounce_is_known_by_its_report() -> None:
    body = multipart(
        b"Content-Type: text/plain\r\n\r\nSorry", b"Content-Type: message/delivery-status\r\n\r\nAction: failed"
    )
    opened = open_mail(raw_mail("multipart/report; report-type=delivery-status; boundary=B", body), "a")
    assert opened.kind == "bounce" and files(opened)[-1][1] == "ignored"


# 27, M7: who vouches for the sender.

BELIEVED = "mx.office.eu; dmarc=fail header.from=labour.gov.xx; spf=pass smtp.mailfrom=x"


def with_results(*results: str) -> bytes:
    """A mail with Authentication-Results, the topmost first."""
    return b"".join(f"Authentication-Results: {result}\r\n".encode() for result in results) + mail()


def test_27_only_the_configured_server_is_believed() -> None:
    data = with_results("other.net; dmarc=pass header.from=labour.gov.xx", BELIEVED, "mx.office.eu; dmarc=pass")
    opened = open_mail(data, "a", "mx.office.eu")
    assert opened.envelope is not None and opened.envelope.authentication == {"dmarc": "fail", "spf": "pass"}
    unconfigured = open_mail(data, "a")
    assert unconfigured.envelope is not None and unconfigured.envelope.authentication == {}


def test_27_a_verdict_about_another_domain_says_nothing() -> None:
    opened = open_mail(with_results("mx.office.eu; dmarc=pass header.from=evil.xx"), "a", "mx.office.eu")
    assert opened.envelope is not None and "dmarc" not in opened.envelope.authentication


def test_27_an_inner_mail_vouches_for_nobody() -> None:
    opened = open_mail(mail(("i.eml", with_results(BELIEVED.replace("fail", "pass")))), "a", "mx.office.eu")
    assert opened.envelope is not None and opened.envelope.authentication == {}
    assert all(part.envelope is None or not part.envelope.authentication for part in opened.parts)
