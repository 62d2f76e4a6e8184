"""Trouble with disk and database (S2, S9), a restore into the past (S7), and words that name a person by the way."""

import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, select

from flows.backup import back_up, restore
from pipeline import opening
from pipeline.forgetting import forget, forget_messages
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.ledger_ends import Finish, finish
from pipeline.ledger_work import claim
from pipeline.messages import FilePart, Incoming, Place
from pipeline.store import Store, open_store
from pipeline.tables import REQUESTS
from pipeline.trouble import StoreTrouble
from tests.cabinet.test_keeping import NOW, first, store

__all__ = ["store"]
HOUSE = Path(__file__).resolve().parents[2]


def url_of(opened: Store) -> str:
    """Where the store of the test lies."""
    return str(opened.raw_folder.parent / "socieux.db")


def mail(number: int) -> tuple[bytes, Incoming]:
    """A mail as it lies in the mailbox."""
    place = Place(account="requests@office.example.org", folder="INBOX", uidvalidity=7, uid=number)
    return f"mail {number}".encode(), Incoming(channel="mail", received_at=NOW, received_by="internaldate", place=place)


def test_s7_after_a_restore_newer_mail_is_taken_again_and_older_is_known(store: Store, tmp_path: Path) -> None:
    ledger = Ledger(store.engine, store.raw_folder)
    assert ledger.accept(*mail(1)).new
    back_up(url_of(store), tmp_path / "b")
    assert ledger.accept(*mail(2)).new, "it came after the backup, and is lost with the disk"
    place = tmp_path / "elsewhere" / "socieux.db"
    restore(tmp_path / "b", str(place))
    back = open_store(str(place), place.parent / "raw")
    again = Ledger(back.engine, back.raw_folder)
    before = balance(again).messages.seen
    assert not again.accept(*mail(1)).new, "nothing twice"
    assert again.accept(*mail(2)).new and not again.accept(*mail(2)).new, "nothing lost"
    assert balance(again).messages.seen == before + 1 and balance(again).exact and audit(again) == ()
    back.close()


def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from flows.backup import back_up\n"
        "from pipeline.trouble import StoreTrouble\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try: back_up(sys.argv[1], Path(sys.argv[2]))\n"
        "except StoreTrouble as trouble: print(trouble)\n"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    out = tmp_path / "backups" / "b"
    words = [sys.executable, "-c", code, url_of(store), str(out)]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("The backup cannot be written:"), done.stderr[-800:]
    assert not list(out.parent.iterdir())


def test_what_a_killed_backup_leaves_goes_with_the_next(store: Store, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from flows import backup\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "backup.tarfile.TarFile.add = die\n"
        "backup.back_up(sys.argv[1], Path(sys.argv[2]))\n"
    )
    out = tmp_path / "backups" / "b"
    done = subprocess.run([sys.executable, "-c", code, url_of(store), str(out)], cwd=HOUSE, check=False)
    assert done.returncode == -signal.SIGKILL and len(list(out.parent.iterdir())) == 2, "a copy of everybody's data"
    back_up(url_of(store), out)
    assert list(out.parent.iterdir()) == [out]


def test_a_backup_that_lacks_an_original_is_refused(store: Store, tmp_path: Path) -> None:
    back_up(url_of(store), tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    digest = first(store).source.sha256
    (tmp_path / "lacking").write_bytes(data.replace(f"raw/{digest[:2]}/".encode(), f"row/{digest[:2]}/".encode()))
    with pytest.raises(StoreTrouble):
        restore(tmp_path / "lacking", str(tmp_path / "new" / "socieux.db"))
    assert not (tmp_path / "new" / "socieux.db").exists()


@pytest.mark.parametrize("whole", [True, False], ids=["a request", "a mail without one"])
def test_reasons_in_words_are_forgotten_and_codes_stay(whole: bool, store: Store) -> None:
    """What stands in the ledger as the reason may repeat the name of a file."""
    ledger = Ledger(store.engine, store.raw_folder)
    ledger.accept(*mail(9))
    message = claim(ledger, "test")
    assert message is not None
    part = FilePart(filename="Quillfeather.docx", sha256="0" * 64, size=1, media_type="text/plain")
    parts = (
        part.model_copy(update={"fate": "ignored", "reason": "The same file as Zoë Quillfeather.docx."}),
        part.model_copy(update={"fate": "quarantined", "reason": "no_form_found"}),
    )
    record = first(store) if whole else None
    if record is not None:
        parts = (parts[0], parts[1].model_copy(update={"record_id": record.record_id}))
    end = Finish("ignored", None, "None of the files is a request form: Quillfeather.docx.", parts, ())
    assert finish(ledger, store, message, "test", end) is not None
    if record is not None:
        forget(store, [record.record_id], NOW)
    else:
        forget_messages(store, [message.id], NOW)
    told_now = balance(ledger).reasons
    assert not [reason for reason in told_now if "Quillfeather" in reason]
    assert told_now["no_form_found"] == 1 and told_now["removed"] >= 1
    assert balance(ledger).exact and audit(ledger) == (), "nothing is ignored without a reason"


def test_s2_without_free_file_descriptors_the_command_says_so_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"plain text")
    code = (
        "import resource, sys; from review.commands import main; import flows.running, flows.batch\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6)); main()"
    )
    words = [sys.executable, "-c", code, "process", "--no-store", str(tmp_path)]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert "Too many open files" in done.stderr


def test_s9_an_upgrade_of_the_tables_that_is_killed_half_way_is_done_again(tmp_path: Path) -> None:
    """All steps are one transaction: after the kill the tables are the old ones, and the next start goes on there."""
    url = str(tmp_path / "socieux.db")
    made = create_engine(f"sqlite:///{url}")
    with opening._alone(made) as connection:
        upgrade(connection, "0003")
        row = {"record_id": "r-1", "sha256": "0" * 64, "reference": "DFGL-257W", "created_at": NOW}
        connection.execute(REQUESTS.insert().values(**row))
    made.dispose()
    code = (
        "import os, signal, sys; from pipeline import opening; real = opening._migrate\n"
        "def dying(connection):\n"
        "    real(connection); os.kill(os.getpid(), signal.SIGKILL)\n"
        "opening._migrate = dying; opening.open_engine(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, url], cwd=HOUSE, check=False)
    assert done.returncode == -signal.SIGKILL
    with sqlite3.connect(url) as look:
        assert look.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)
    back = open_store(url, tmp_path / "raw")
    with back.engine.connect() as connection:
        assert opening._revision(connection) == opening.NEWEST
        assert connection.execute(select(REQUESTS.c.reference)).scalars().all() == ["DFGL-257W"]
    back.close()


def upgrade(connection: Connection, revision: str) -> None:
    """Bring empty tables to an earlier revision."""
    settings = Config()
    settings.set_main_option("script_location", str(HOUSE / "pipeline" / "migrations"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)
