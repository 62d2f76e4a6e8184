"""The malware scanner: Debian's clamd with one signature of our own, and what is said where it is not there."""

import io
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows import scanning
from flows.batch import Batch, process_files
from flows.mailbox_settings import WatchSettings
from flows.scanning import Scan, scan
from flows.status_command import show_status
from pipeline.store import open_store
from tests.cabinet.case import form

MARK = b"SOCIEUX-SCANNER-TEST-MARKER-4711"
INSTALL = "apt-get install -y --no-install-recommends clamav-daemon"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of a scanner that knows one thing, gone afterwards."""
    program = shutil.which("clamd") or shutil.which("/usr/sbin/clamd")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"clamd is missing: {INSTALL}")
        pytest.skip(f"clamd is missing: {INSTALL}")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "known").mkdir()
    (folder / "known" / "own.ndb").write_text(f"Socieux.Test.Marker:0:*:{MARK.hex()}\n", "ascii")
    settings = {"LocalSocket": folder / "s", "DatabaseDirectory": folder / "known", "Foreground": "yes"}
    settings |= {"StreamMaxLength": "1M", "AlertExceedsMax": "yes", "MaxThreads": "2"}
    (folder / "conf").write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
    running = subprocess.Popen(
        [program, "-c", str(folder / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 30
    while not scanning.answers(str(folder / "s")) and time.monotonic() < until and running.poll() is None:
        time.sleep(0.05)
    yield str(folder / "s")
    running.kill()
    running.wait()


def test_it_finds_what_it_knows_and_nothing_else(clamd: str) -> None:
    assert scan(b"an ordinary form" * 100_000, clamd) == Scan("not_scanned", "it is beyond the scanner's limits")
    assert scan(b"an ordinary form", clamd) == Scan("clean")
    assert scan(b"PK" + MARK, clamd) == Scan("found", "Socieux.Test.Marker.UNOFFICIAL")
    assert scan(b"", clamd).state == "clean"


def test_where_it_cannot_be_reached_the_record_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert scan(b"x").state == "off"
    assert scan(b"x", str(tmp_path / "none")).state == scan(b"x", "127.0.0.1:1").state == "not_scanned"
    monkeypatch.setenv(scanning.VARIABLE, str(tmp_path / "none"))
    (tmp_path / "a.pdf").write_bytes(b"plain text")
    (record,) = process_files([tmp_path / "a.pdf"], Batch(today=TODAY, workers=1))
    assert [(flag.code, flag.severity) for flag in record.flags] == [
        ("not_a_request", "blocker"),
        ("not_scanned", "info"),
    ]


def test_where_no_scanner_is_set_up_everybody_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In each record, which may be ``ready`` all the same; in ``socieux status``; and in the digest of the night."""
    monkeypatch.delenv(scanning.VARIABLE, raising=False)
    (tmp_path / "form.docx").write_bytes(form("en_ghana_pensions.docx"))
    (record,) = process_files([tmp_path / "form.docx"], Batch(today=TODAY, workers=1))
    told = [flag for flag in record.flags if flag.code == "not_scanned"]
    assert [flag.severity for flag in told] == ["info"] and "no scanner is set up" in told[0].message
    assert record.disposition == "ready"
    out = io.StringIO()
    open_store(str(tmp_path / "socieux.db"), tmp_path / "raw").close()
    show_status(str(tmp_path / "socieux.db"), WatchSettings(), out)
    assert "note  No malware scanner is set up" in out.getvalue()
    monkeypatch.setenv(scanning.VARIABLE, str(tmp_path / "none"))
    assert "does not answer" in scanning.standing()


def test_no_reader_opens_what_it_finds(clamd: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(scanning.VARIABLE, clamd)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 " + MARK)
    (tmp_path / "good.pdf").write_bytes(b"plain text")
    bad, good = process_files(sorted(tmp_path.iterdir()), Batch(today=TODAY, workers=1))
    assert [flag.code for flag in bad.flags] == ["hostile"] and "Socieux.Test.Marker" in bad.flags[0].message
    assert [flag.code for flag in good.flags] == ["not_a_request"]
