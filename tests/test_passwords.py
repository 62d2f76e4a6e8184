"""Files behind a password: opened where the password is known, else told apart, and never a password in sight."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from typer.testing import CliRunner

from extractors.media import DOCX
from extractors.passwords import decrypt
from extractors.reading import read
from flows.cli import app
from flows.keyring import Keyring, open_keyring
from flows.process import process_bytes
from flows.running import Order
from flows.walking import Misuse
from pipeline.records import Arrival, Record
from pipeline.trouble import Unreadable
from tests.bad_input import pdf, word
from tests.small_stages import SMALL, TODAY, Stages

SECRET = "Сезам-öffne:dich "
FORM = word("Name of the institution: Ministry of Labour")


def locked_word(password: str = SECRET) -> bytes:
    """A Word file as Word itself encrypts it."""
    copy = io.BytesIO()
    OOXMLFile(io.BytesIO(FORM)).encrypt(password, copy)
    return copy.getvalue()


def owner_only() -> bytes:
    """A PDF that everybody may read and only its owner may change."""
    copy = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as file:
        file.save(copy, encryption=pikepdf.Encryption(owner="owner", user="", R=6))
    return copy.getvalue()


def locked_text() -> bytes:
    """An OpenDocument text whose list of parts says that they are encrypted."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
    return copy.getvalue()


@pytest.mark.parametrize("password", [SECRET, "päss", "x"])
def test_a_locked_word_file_is_opened_with_the_right_one_of_several(password: str) -> None:
    assert decrypt(locked_word(password), ("wrong", "", password, "later")) == FORM


@pytest.mark.parametrize("password", ["secret", "ключ"])
def test_a_locked_pdf_is_opened_with_the_right_one_of_several(password: str) -> None:
    opened = decrypt(pdf(password, pages=3), ("wrong", password))
    with pikepdf.open(io.BytesIO(opened)) as file:
        assert len(file.pages) == 3 and not file.is_encrypted


def test_what_needs_no_password_stays_as_it_is() -> None:
    for data in (FORM, pdf(), owner_only(), b"", b"%PDF-1.7 /Encrypt and nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        assert decrypt(data, ("a",)) is data


@pytest.mark.parametrize("passwords", [(), ("wrong", "")])
@pytest.mark.parametrize("data", [locked_word(), pdf("secret")], ids=["word", "pdf"])
def test_without_the_password_it_is_said_what_to_do(data: bytes, passwords: tuple[str, ...]) -> None:
    with pytest.raises(Unreadable) as refused:
        decrypt(data, passwords)
    assert refused.value.code == "encrypted" and "--password-file" in refused.value.remedy
    assert ("None of the given" in refused.value.message) is bool(passwords)


def test_locks_that_are_not_opened_are_named() -> None:
    with pytest.raises(Unreadable, match=r"\.odt") as refused:
        decrypt(locked_text(), ("a",))
    assert refused.value.code == "encrypted"
    damaged = locked_word()
    damaged = damaged.replace(b"<encryption", b"<encreption")
    with pytest.raises(Unreadable, match="cannot open") as refused:
        decrypt(damaged, ("a",))
    assert refused.value.code == "encrypted"


def test_readers_refuse_what_is_locked() -> None:
    with pytest.raises(Unreadable) as refused:
        read(locked_word())
    assert refused.value.code == "encrypted"


def test_the_record_speaks_of_the_bytes_as_they_came() -> None:
    stages = Stages(read, SMALL.extract, SMALL.assess)
    data = locked_word()
    record = process_bytes(data, Arrival(filename="a.docx"), TODAY, None, stages, Keyring((SECRET,)))
    assert record.fields["Name of the institution"].value == "Ministry of Labour"
    assert record.source.sha256 == sha256(data).hexdigest() and record.source.media_type != DOCX
    assert record.source.size == len(data)


def test_the_command_takes_a_password_file(tmp_path: Path) -> None:
    (tmp_path / "form.docx").write_bytes(locked_word())
    (tmp_path / "passwords").write_text(f"\ufeffwrong\r\n\r\n{SECRET}\r\n", "utf-8", newline="")
    command = ["process", str(tmp_path / "form.docx"), "--no-store", "--password-file"]
    result = CliRunner().invoke(app, [*command, str(tmp_path / "passwords")])
    flags = Record.model_validate_json(result.stdout).flags
    assert [flag.code for flag in flags if flag.severity == "blocker"] == ["no_form_found"], "it was opened and read"
    assert SECRET not in result.output
    asked = CliRunner().invoke(app, [*command, "-"], input=f"{SECRET}\n")
    assert "no_form_found" in {flag.code for flag in Record.model_validate_json(asked.stdout).flags}


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\xfa", b"\n".join(b"%d" % n for n in range(60)), None])
def test_a_password_file_of_no_use_is_misuse(content: bytes | None, tmp_path: Path) -> None:
    place = tmp_path / "passwords"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(Misuse):
        open_keyring(place, None)


def test_passwords_are_never_printed() -> None:
    keyring = Keyring((SECRET,), (b"certificate",))
    assert SECRET not in repr(keyring) and SECRET not in repr(Order((), keyring=keyring))
    assert "certificate" not in repr(keyring)
