"""What strangers write is kept as they wrote it and does no harm at any door: tables, logs, file names (D22, D23)."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from extractors.mail.opening import is_post
from extractors.media import ZIP, sniff
from flows.cli import app
from flows.process import process_bytes
from pipeline.outputs import as_csv, columns, defused, xlsx
from pipeline.records import Arrival, FieldReading, Record
from pipeline.store import Store, open_store
from tests.cabinet.word_faults import endless_directory
from tests.small_stages import SMALL, TODAY, small_record

NASTY = (
    '=HYPERLINK("http://127.0.0.1:9/x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "'; DROP TABLE requests; --",
    "a\r\nBcc: other@example.org",
    "NUL \0 and bell \a and escape \x1b[31m",
    "right \u202e to left \u2066 isolate",
    "𝕬 \U0001f600 e\u0301 é \u200b zero",
    "x" * 100_000,
)
NAMES = (
    "../../etc/passwd",
    "a\0b.docx",
    "x" * 4_000,
    "rtl\u202excod.exe",
    "\U0001f600.pdf",
    "CON",
    "-rf",
    "=cmd|x!A0",
    "a\nb",
    "",
)
TEXTS = st.text(max_size=200).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))


def record_with(value: str, name: str = "a.docx") -> Record:
    """A record whose title says this."""
    fields = {"title": FieldReading(state="answered", value=value, raw=value)}
    return small_record("title: x", name).model_copy(update={"fields": fields})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "socieux.db"), tmp_path / "raw")


def test_what_was_written_is_kept_as_it_was(store: Store) -> None:
    for number, text in enumerate(NASTY):
        record = process_bytes(str(number).encode(), Arrival(filename=text), TODAY, stages=SMALL)
        fields = {"title": FieldReading(state="answered", value=text, raw=text)}
        kept = store.keep(record.model_copy(update={"fields": fields}), str(number).encode())
        found = store.find(kept.reference or "")
        assert found is not None and found.fields["title"].value == text and found.source.filename == text
    assert len(list(store.records())) == len(NASTY)


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_of_a_table_runs(text: str) -> None:
    told = as_csv([record_with(text, text)]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert len(rows) == 2 and len(rows[1]) == len(columns())
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
    title = rows[1][columns().index("title")]
    assert title.removeprefix("'") == text or text.startswith("'")


def test_excel_sees_texts_only() -> None:
    data = xlsx(record_with(text) for text in NASTY)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet and b"<hyperlink" not in sheet
        assert not [name for name in book.namelist() if "externalLink" in name]


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXTS)
def test_a_record_is_the_same_after_its_way_through_json(text: str) -> None:
    record = record_with(text, text)
    assert Record.model_validate_json(record.model_dump_json()) == record


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
def test_a_defused_text_is_the_text_and_never_a_formula(text: str) -> None:
    told = defused(text)
    assert told.removeprefix("'") == text or told == text
    assert not told.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_for_show_only(name: str, store: Store, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "raw" not in path.parts}
    store.keep(small_record("title: x", name), b"title: x")
    assert {path for path in tmp_path.rglob("*") if "raw" not in path.parts} - before <= {
        tmp_path / f"socieux.db{ending}" for ending in ("", "-wal", "-shm", ".opening")
    }
    kept = [path.name for path in (tmp_path / "raw").rglob("*") if path.is_file()]
    assert len(kept) == 1 and len(kept[0]) == 64


def test_nothing_that_stands_on_a_form_is_in_the_log(tmp_path: Path) -> None:
    """Progress, notices and errors go to standard error: file names are in them, and nothing else that is anybody's."""
    from tests.cabinet.case import form

    for name in ("en_ghana_pensions.docx", "r_en_namibia_jobs.pdf"):
        (tmp_path / name).write_bytes(form(name))
    (tmp_path / "broken.pdf").write_bytes(form("fr_tunisie_insertion.pdf")[:2000])
    done = CliRunner().invoke(app, ["process", "--no-store", str(tmp_path)])
    records = [json.loads(line) for line in done.stdout.splitlines()]
    answers = [reading["value"] for record in records for reading in record["fields"].values()]
    told = {value for value in answers if isinstance(value, str) and len(value) > 5}
    assert len(records) == 3 and len(told) > 30
    assert not [value for value in told if value in done.stderr]


def test_an_unforeseen_error_tells_no_more_than_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    from flows.workers import guarded

    def bug() -> Record:
        raise ValueError("Zoë Quillfeather, zoe@example.org")

    made = guarded(bug, b"x", Arrival(filename="a.pdf"), TODAY)
    assert "Quillfeather" not in made.model_dump_json() and "Quillfeather" not in "".join(capsys.readouterr())


def test_outside_of_the_fence_no_endless_directory_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind of a file is asked in our own process too."""

    def listed(*_: object) -> None:
        raise AssertionError("it was listed")

    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", listed)
    data = endless_directory()
    assert sniff(data) == sniff(data + b"PK\x05\x06" + bytes(18)) == ZIP and not is_post(data)
    with pytest.raises(AssertionError):
        sniff(endless_directory(10))
