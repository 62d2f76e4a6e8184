"""The command as people and scripts call it."""

import csv
import io
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows import overview
from flows.judging import JUDGES, judge_lines
from flows.learning import as_toml
from flows.places import raw_folder, store_url
from flows.walking import Misuse, skipped_notice, walk
from pipeline.editions import Edition
from pipeline.outputs import OUTPUTS, defused
from pipeline.records import FieldReading
from pipeline.store import open_store
from review.commands import app
from tests.bad_input import word
from tests.small_stages import small_record

HOUSE = Path(__file__).resolve().parent.parent


def socieux(*arguments: object, given: bytes = b"") -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the store of the person who runs it."""
    monkeypatch.setenv("SOCIEUX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SOCIEUX_STORE", raising=False)


def test_help_loads_nothing_heavy() -> None:
    """``--help`` answers at once because it imports none of these (`make bench` measures it)."""
    heavy = ("spacy", "prefect", "sqlalchemy", "pdfplumber", "lxml", "numpy", "cv2", "tesserocr", "pyhanko")
    code = f"import sys, flows.cli; print([name for name in {heavy!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, cwd=HOUSE, capture_output=True, text=True)
    assert loaded.stdout.strip() == "[]"


def test_folders_are_walked_and_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.pdf", ".hidden.pdf", "a.gold.json", "in/c.docx", ".git/d.docx", "in/x.json"):
        path = tmp_path / "forms" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "forms" / "round").symlink_to(tmp_path / "forms")
    found = walk([tmp_path / "forms"])
    names = [str(path.relative_to(tmp_path / "forms")) for path in found.files]
    assert sorted(names) == ["a.pdf", "b.pdf", "in/c.docx", "in/x.json", "round"]
    assert list(skipped_notice(found)) == ["2 hidden file(s) skipped.", "1 file(s) ending in .gold.json skipped."]
    assert walk([tmp_path / "forms/.hidden.pdf"]).files, "what is named outright is never passed over"
    with pytest.raises(Misuse):
        walk([tmp_path / "nothing"])


def test_a_path_that_does_not_exist_is_misuse(tmp_path: Path) -> None:
    result = socieux("process", tmp_path / "missing.pdf")
    assert result.exit_code == 2 and result.stdout == "" and "missing.pdf" in result.stderr


def test_an_empty_folder_gives_a_notice_and_no_line(tmp_path: Path) -> None:
    result = socieux("process", tmp_path)
    assert result.exit_code == 0 and result.stdout == "" and "no file" in result.stderr


def test_standard_output_holds_records_only(tmp_path: Path) -> None:
    (tmp_path / "empty.docx").write_bytes(b"")
    result = socieux("process", tmp_path / "empty.docx", "--no-store", "--table")
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    record = json.loads(line)
    assert record["disposition"] == "quarantined" and record["reference"] is None
    assert "quarantined" in result.stderr and "empty.docx" in result.stderr
    assert not (tmp_path / "home").exists(), "--no-store leaves the database alone"


def test_records_are_stored_with_a_reference_and_two_arrivals(tmp_path: Path) -> None:
    (tmp_path / "empty.docx").write_bytes(b"")
    first = json.loads(socieux("process", tmp_path / "empty.docx").stdout)
    result = socieux("process", tmp_path / "empty.docx", "--out", tmp_path / "out" / "records.jsonl", "--table")
    assert result.exit_code == 1 and "The records are in" in result.stderr and "empty.docx" in result.stdout
    second = json.loads((tmp_path / "out" / "records.jsonl").read_bytes())
    assert first["reference"] == second["reference"] and len(second["source"]["arrivals"]) == 2
    (line,) = socieux("export").stdout.splitlines()
    exported = json.loads(line)
    # The kept reading remembers when its bytes first came; the printed one when they came this time.
    assert exported["source"].pop("received_at") == first["source"]["received_at"]
    del second["source"]["received_at"]
    assert exported == second
    assert json.loads(socieux("show", first["reference"].lower()).stdout)["record_id"] == first["record_id"]
    assert socieux("show", "DFGL-2222").exit_code == 1


def test_a_store_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.docx").write_bytes(b"")
    (tmp_path / "broken.db").write_bytes(b"no database at all" * 99)
    result = socieux("process", tmp_path / "empty.docx", "--store", tmp_path / "broken.db")
    assert result.exit_code == 2 and result.stdout == "" and "--no-store" in result.stderr


def test_the_schema_is_printed() -> None:
    assert json.loads(socieux("schema").stdout)["title"] == "Record"


def test_the_places_of_the_store(tmp_path: Path) -> None:
    assert store_url(None) == str(tmp_path / "home" / "socieux.db")
    assert raw_folder(store_url(None)) == tmp_path / "home" / "raw"
    assert raw_folder("postgresql://u@h/d") == tmp_path / "home" / "raw"
    assert raw_folder(f"sqlite:///{tmp_path}/x.db") == tmp_path / "raw"


def test_spreadsheet_cells_are_defused() -> None:
    assert [defused(text) for text in ("=1+1", "+26097", "-5", "@x", "\tx", "\rx", "plain", "")] == [
        *("'=1+1", "'+26097", "'-5", "'@x", "'\tx", "'\rx", "plain", "")
    ]
    reading = FieldReading(state="answered", value='=HYPERLINK("x")', raw="x")
    record = small_record().model_copy(update={"fields": {"title": reading}})
    with zipfile.ZipFile(io.BytesIO(OUTPUTS["xlsx"]([record]))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml"), "no formulas"
        assert b"<t>'=HYPERLINK" in book.read("xl/sharedStrings.xml")
    (row,) = csv.DictReader(io.StringIO(OUTPUTS["csv"]([record]).decode("utf-8-sig")))
    assert row["title"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_every_output_is_written_to_a_file(kind: str, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "home" / "socieux.db"), tmp_path / "home" / "raw")
    store.keep(small_record(), b"x")
    store.close()
    assert socieux("export", "--to", kind, "--out", tmp_path / "requests").exit_code == 0
    assert (tmp_path / "requests").stat().st_size > 100


def test_a_bad_line_is_answered_and_remembered() -> None:
    answers = list(judge_lines("country", [b"no json\n", b'{"id": 4}\n', b"[]\n", b"\n"]))
    assert [good for _, good in answers] == [False, False, False]
    assert [json.loads(line)["id"] for line, _ in answers] == [None, 4, None]
    result = socieux("judge", "country", given=b"no json\n")
    assert result.exit_code == 1 and "error" in json.loads(result.stdout)


@pytest.mark.parametrize(
    ("subject", "text", "keys"),
    [
        ("country", "République du Congo", {"id", "code", "lists", "outcome", "reason"}),
        ("institution", "Ministère du Travail", {"id", "type", "confidence"}),
        ("theme", "Reform of the pension system", {"id", "area", "scores", "topics"}),
    ],
)
def test_judging_gives_what_the_contract_says(subject: str, text: str, keys: set[str]) -> None:
    result = socieux("judge", subject, given=json.dumps({"id": "é1", "text": text}).encode())
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert set(answer) == keys and answer["id"] == "é1"
    assert subject in JUDGES


def test_an_edition_is_learnt_from_a_blank_form(tmp_path: Path) -> None:
    (tmp_path / "blank.docx").write_bytes(word("Request form", "Name of the institution", 'Country "x"', "Objectives"))
    assert socieux("forms", "learn", tmp_path / "blank.docx", "--out", tmp_path / "new.toml").exit_code == 0
    edition = Edition.model_validate(tomllib.loads((tmp_path / "new.toml").read_text("utf-8")))
    assert edition.edition == "new" and edition.skeleton
    assert tomllib.loads(as_toml(edition)) == json.loads(edition.model_dump_json())
    blanks = [tmp_path / "blank.docx", tmp_path / "blank.docx"]
    assert socieux("forms", "learn", *blanks, "--out", tmp_path / "new.toml").exit_code == 2


def test_doctor_says_what_is_missing_and_how_to_install_it(tmp_path: Path) -> None:
    result = socieux("doctor")
    assert "Python packages: all there" in result.stdout and "Telemetry: off" in result.stdout
    for line in result.stdout.splitlines():
        assert line.startswith("ok") or "->" in line, line
    assert not (tmp_path / "home").exists(), "looking makes nothing"


def test_the_reason_in_the_table_is_never_empty_for_a_flagged_record() -> None:
    assert overview.why(small_record()) == ""
    flagged = small_record().model_copy(update={"disposition": "flagged"})
    assert overview.why(flagged) == "one_action_at_a_time: cannot tell"


def test_one_file_from_command_to_line_in_another_folder(tmp_path: Path) -> None:
    (tmp_path / "форма.docx").write_bytes(word("Name of the institution: Ministry of Labour"))
    command = [sys.executable, "-c", "from flows.cli import main; main()", "process", "форма.docx", "--no-store"]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "LC_ALL": "C"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert json.loads(done.stdout)["source"]["filename"] == "форма.docx"
    assert b"Traceback" not in done.stderr


def test_the_command_is_declared() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["scripts"] == {"socieux": "review.commands:main"}
