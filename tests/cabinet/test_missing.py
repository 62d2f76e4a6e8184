"""Where Tesseract or LibreOffice is missing: a record that says so with the command that installs it, and the doctor
says the same; nothing breaks (also where none of the system's programs for a fence is there)."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors import scan_words
from flows import doctor
from flows.process import process_bytes
from pipeline.records import Arrival
from tests.bad_input import picture, word
from tests.cabinet.test_sandbox import TODAY
from tests.cabinet.word_faults import LEGACY, rtf

HOUSE = Path(__file__).resolve().parents[2]


def printed() -> bytes:
    """A picture of a page with words on it."""
    page, out = Image.new("L", (1240, 1754), "white"), io.BytesIO()
    for line in range(12):
        ImageDraw.Draw(page).text(
            (120, 150 + 90 * line), "Name of the institution", "black", ImageFont.load_default(40)
        )
    page.save(out, "PNG", dpi=(150, 150))
    return out.getvalue()


SCANS = {"picture.png": picture(), "photograph.jpg": picture("JPEG"), "scan.pdf": picture("PDF")}
SCANS["printed.png"] = printed()
DATA = ("eng", "fra", "spa", "por", "rus")


@pytest.fixture
def without_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Tesseract's language data but for what is laid into this folder."""
    monkeypatch.setattr(scan_words, "_FOLDERS", (str(tmp_path),))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    return tmp_path


def told_of(name: str) -> tuple[str, str]:
    """Code and message of the record of a scan."""
    record = process_bytes(SCANS[name], Arrival(filename=name), TODAY)
    assert record.disposition == "quarantined"
    return record.flags[0].code, record.flags[0].message


@pytest.mark.parametrize("name", SCANS)
def test_without_any_language_data(name: str, without_data: Path) -> None:
    code, message = told_of(name)
    assert code == "ocr_missing" and "not installed" in message and "apt-get install -y tesseract-ocr" in message
    (found,) = doctor._ocr()
    assert (found.subject, found.state) == ("Tesseract", "absent") and "apt-get install" in found.remedy
    assert found.said in message


def test_without_the_data_of_one_language_it_is_named(without_data: Path) -> None:
    for name in DATA[:-1]:
        (without_data / f"{name}.traineddata").write_bytes(b"")
    code, message = told_of("picture.png")
    assert code == "ocr_missing" and "no data for rus" in message
    (found,) = doctor._ocr()
    assert found.state == "absent" and "no data for rus" in found.said


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    monkeypatch.setattr(scan_words, "_idle", {})
    code, message = told_of("printed.png")
    assert code == "ocr_missing" and "pip install tesserocr" in message
    (found,) = doctor._ocr()
    assert found.state == "absent" and "pip install tesserocr" in found.remedy


def socieux(*words: str, path: str) -> "subprocess.CompletedProcess[bytes]":
    """The command on a machine whose programs lie in ``path``."""
    command = [sys.executable, "-c", "from review.commands import main; main()", *words]
    surroundings = {**os.environ, "PATH": path}
    return subprocess.run(command, cwd=HOUSE, env=surroundings, capture_output=True, check=False, timeout=120)


def test_on_a_machine_without_any_program_the_command_ends_every_file_in_a_record(tmp_path: Path) -> None:
    files = {"old.doc": LEGACY, "text.rtf": rtf(b""), "form.docx": word("Name of the institution: Ministry of Labour")}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = socieux("process", "--no-store", str(tmp_path), path=str(tmp_path))
    told = {record["source"]["filename"]: record for record in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1 and b"Traceback" not in done.stderr and set(told) == set(files)
    flag = told["text.rtf"]["flags"][0]
    assert flag["code"] == "converter_missing" and "apt-get install" in flag["message"]
    assert told["form.docx"]["flags"][0]["code"] == "no_form_found", "what needs no program is read as ever"


def test_the_doctor_of_such_a_machine_says_what_it_lacks(tmp_path: Path) -> None:
    done = socieux("doctor", path=str(tmp_path))
    assert b"Traceback" not in done.stderr
    lines = {line[8:].partition(":")[0]: line for line in done.stdout.decode().splitlines()}
    assert lines["LibreOffice"].startswith("absent") and "libreoffice-writer-nogui" in lines["LibreOffice"]
    assert lines["Fence round the readers"].startswith("absent")
    assert lines["Malware scanner"].startswith("absent") and "clamav-daemon" in lines["Malware scanner"]
