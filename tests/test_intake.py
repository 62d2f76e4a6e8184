"""The Prefect flow: the pins work, and one failure stops no other."""

import os
from datetime import date
from pathlib import Path

import flows.quiet  # noqa: F401
from flows.intake import Kept, intake, take_in
from pipeline.records import Record
from tests.small_stages import small_record


def test_the_pinned_server_starts() -> None:
    """Prefect 3.8.8 breaks with FastAPI 0.155 and later, which no resolver sees."""
    from prefect.server.api.server import create_app

    assert create_app(ephemeral=True).routes


def test_telemetry_is_off() -> None:
    from prefect.settings import get_current_settings

    assert os.environ["DO_NOT_TRACK"] == "1"
    assert get_current_settings().server.analytics_enabled is False


def test_a_task_gives_ids_and_no_contents() -> None:
    def process(path: Path) -> tuple[Record, ...]:
        return (small_record(name=path.name),)

    kept = take_in.fn("a.docx", process)
    assert kept == [Kept(record_id=small_record().record_id, reference=None, disposition="ready")]


def test_one_failure_stops_no_other(tmp_path: Path) -> None:
    """Run against a server of its own, gone afterwards."""
    good, missing = tmp_path / "empty.docx", tmp_path / "missing.docx"
    good.write_bytes(b"")
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        # No file can have a NUL in its name: that task fails outright.
        kept = intake(["\0.docx", str(missing), str(good)], date(2026, 3, 2), str(tmp_path / "records.db"))
    assert [each["disposition"] for each in kept] == ["quarantined", "quarantined"]
    assert kept[0]["reference"] is None and kept[1]["reference"]
