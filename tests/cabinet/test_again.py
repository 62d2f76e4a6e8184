"""The same again (D25): the same bytes are one request, a copy saved anew and a correction come before a person."""

import io
from pathlib import Path

import pikepdf
import pytest

from flows.batch import Batch, process_files
from pipeline.records import Record
from pipeline.store import Store, open_store
from tests.cabinet.case import form
from tests.cabinet.test_sandbox import TODAY
from tests.cabinet.word_faults import MAIN, part, repacked

NAME, PDF = "en_ghana_pensions.docx", "fr_tunisie_insertion.pdf"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "socieux.db"), tmp_path / "raw")


def came(store: Store, folder: Path, files: dict[str, bytes]) -> list[Record]:
    """Files that come in one after the other."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return list(process_files([folder / name for name in files], Batch(TODAY, None, lambda: store, workers=1)))


def saved_anew(name: str) -> bytes:
    """The same form in other bytes."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(form(name))) as file:
        file.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def corrected() -> bytes:
    """The form signed in another town, sent a day later."""
    return repacked({MAIN: part().replace(b">Accra<", b">Kumasi<")})


def test_the_same_bytes_twice_are_one_request_that_came_twice(store: Store, tmp_path: Path) -> None:
    first, second = came(store, tmp_path, {"a.docx": form(NAME), "b.docx": form(NAME)})
    assert first.record_id == second.record_id and first.reference == second.reference
    assert [arrival.filename for arrival in second.source.arrivals] == ["a.docx", "b.docx"]
    assert second.disposition == "ready", "no request stands in its own way"
    assert len(list(store.records())) == 1 and len(list((tmp_path / "raw").rglob("?" * 64))) == 1


@pytest.mark.parametrize("again", ["saved anew", "corrected"])
def test_a_copy_in_other_bytes_comes_before_a_person_and_both_are_kept(
    again: str, store: Store, tmp_path: Path
) -> None:
    ending = "pdf" if again == "saved anew" else "docx"
    one, other = (form(PDF), saved_anew(PDF)) if ending == "pdf" else (form(NAME), corrected())
    first, second = came(store, tmp_path, {f"a.{ending}": one, f"b.{ending}": other})
    assert first.reference and second.reference and first.reference != second.reference
    assert first.fields["title"].value == second.fields["title"].value
    (flag,) = [each for each in second.flags if each.code == "one_action_at_a_time"]
    assert second.disposition == "flagged" and flag.severity == "warning" and first.reference in flag.message
    for reference, data in ((first.reference, one), (second.reference, other)):
        kept = store.find(reference)
        assert kept is not None and store.raw(kept.source.sha256) == data, "nothing is laid over the earlier one"
