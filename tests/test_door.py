"""The door for uploads: one file in, its reference out; what is wrong is said with a status that fits, never 500."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
import uvicorn
from sqlalchemy.exc import OperationalError

from flows.door import DoorSettings, make_door
from flows.door_command import run_door
from flows.walking import Misuse
from flows.working_off import WorkingOff
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.references import read_reference
from pipeline.store import Store
from tests.small_reader import SmallReader

TOKEN = "a-token-of-the-platform"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
SAMPLES = Path(__file__).resolve().parent.parent / "sample_forms"
FORM = min(SAMPLES.glob("*.docx"), key=lambda path: path.stat().st_size).read_bytes()


@contextmanager
def opened(ledger: Ledger, **more: float) -> Iterator[httpx.Client]:
    """The door on a free port of this machine, and somebody before it."""
    told = DoorSettings.model_validate({"token": TOKEN, "largest": 0.2, "reserve": 0} | more)
    with socket.create_server(("127.0.0.1", 0)) as line:
        served = uvicorn.Server(uvicorn.Config(make_door(ledger, told), log_level="error"))
        thread = threading.Thread(target=asyncio.run, args=(served.serve(sockets=[line]),), daemon=True)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{line.getsockname()[1]}", trust_env=False, timeout=30) as client:
            yield client
        served.should_exit = True
        thread.join(10)


@pytest.fixture
def door(ledger: Ledger) -> Iterator[httpx.Client]:
    with opened(ledger) as client:
        yield client


def nothing_kept(ledger: Ledger) -> bool:
    return not list(ledger.messages()) and not list(ledger.raw_folder.rglob("*.part"))


def test_an_upload_gives_its_reference(door: httpx.Client, ledger: Ledger) -> None:
    sent = door.post("/api/requests", files={"file": ("Formulaire été.docx", FORM)}, headers=SHOWN)
    assert sent.status_code == 201 and read_reference(sent.json()["reference"]) == sent.json()["reference"]
    (message,) = ledger.messages()
    assert (message.channel, message.filename, message.state) == ("api", "Formulaire été.docx", "fetched")
    assert ledger.raw(message) == FORM and message.reference == sent.json()["reference"]


def test_the_same_bytes_again_give_the_same_reference(door: httpx.Client) -> None:
    first = door.post("/api/requests", content=FORM, headers=SHOWN)
    again = door.post("/api/requests", files={"f": ("b.docx", FORM)}, headers=SHOWN)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["reference"] == again.json()["reference"]


def test_a_plain_body_with_its_name(door: httpx.Client, ledger: Ledger) -> None:
    name = "attachment; filename*=UTF-8''%D0%B7%D0%B0%D1%8F%D0%B2%D0%BA%D0%B0.docx"
    assert door.post("/api/requests", content=FORM, headers=SHOWN | {"Content-Disposition": name}).status_code == 201
    assert next(ledger.messages()).filename == "заявка.docx"


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
@pytest.mark.sqlite_only
def test_without_the_token_nothing_is_taken(door: httpx.Client, ledger: Ledger, shown: dict[str, str]) -> None:
    refused = door.post("/api/requests", content=FORM, headers=shown)
    assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer" and nothing_kept(ledger)


@pytest.mark.sqlite_only
def test_w5_what_is_too_large_is_413(door: httpx.Client, ledger: Ledger) -> None:
    large = b"%PDF-1.7\n" + b"x" * 2_000_000
    assert door.post("/api/requests", content=large, headers=SHOWN).status_code == 413
    assert door.post("/api/requests", files={"f": ("a.pdf", large)}, headers=SHOWN).status_code == 413
    just_over = b"%PDF-1.7\n" + b"x" * 200_000
    assert door.post("/api/requests", content=just_over, headers=SHOWN).status_code == 413
    assert nothing_kept(ledger)


@pytest.mark.sqlite_only
def test_w5_a_length_that_is_not_declared_is_counted(door: httpx.Client, ledger: Ledger) -> None:
    sent = iter([b"%PDF-1.7\n"] + [b"x" * 100_000] * 30)
    refused = door.post("/api/requests", content=sent, headers=SHOWN)
    assert refused.status_code == 413 and "larger than 0.2 MB" in refused.json()["error"] and nothing_kept(ledger)


@pytest.mark.parametrize(
    "data", [b"<html><body>hello</body></html>", b"just text", b"\x7fELF" + b"\0" * 60, b"MZ" * 50]
)
@pytest.mark.sqlite_only
def test_w5_what_is_no_document_is_415(door: httpx.Client, ledger: Ledger, data: bytes) -> None:
    refused = door.post("/api/requests", files={"f": ("form.pdf", data)}, headers=SHOWN)
    assert refused.status_code == 415 and nothing_kept(ledger), "told by its content, not by its name"


@pytest.mark.sqlite_only
def test_w5_an_empty_file_and_a_form_without_one_are_400(door: httpx.Client, ledger: Ledger) -> None:
    assert door.post("/api/requests", content=b"", headers=SHOWN).status_code == 400
    assert door.post("/api/requests", data={"a": "b"}, headers=SHOWN).status_code in (400, 415)
    assert door.post("/api/requests", files={"f": ("a.pdf", b"")}, headers=SHOWN).status_code == 400
    two = [("f", ("a.pdf", FORM)), ("g", ("b.pdf", FORM))]
    assert door.post("/api/requests", files=two, headers=SHOWN).status_code == 400
    assert nothing_kept(ledger)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 5000),
        ("multipart/form-data; boundary=x; charset=nope", b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n'),
        ("multipart/form-data; boundary=" + "y" * 5000, b"--x"),
        ("multipart/form-data; boundary=\xe9".encode("latin-1").decode("latin-1"), b"--x"),
    ],
)
@pytest.mark.sqlite_only
def test_broken_multipart_is_refused_and_never_500(door: httpx.Client, ledger: Ledger, kind: str, body: bytes) -> None:
    raw_head = {**SHOWN, "Content-Type": kind.encode("latin-1")}
    refused = door.post("/api/requests", content=body, headers=raw_head)  # type: ignore[arg-type]
    assert refused.status_code in (400, 413, 415) and nothing_kept(ledger)


@pytest.mark.parametrize(
    "name", ["../../x.docx", "nul\0.docx", "x" * 4000 + ".docx", "=cmd.docx", '"; drop.docx', "CON"]
)
def test_d22_hostile_names_are_display_text(door: httpx.Client, ledger: Ledger, store: Store, name: str) -> None:
    sent = door.post("/api/requests", files={"f": (name, FORM)}, headers=SHOWN)
    assert sent.status_code == 201
    assert len(next(ledger.messages()).filename) <= 500 and not list(ledger.raw_folder.parent.glob("*.docx"))


@pytest.mark.sqlite_only
def test_w5_a_thousand_fields_are_refused(door: httpx.Client) -> None:
    many = [(f"f{n}", ("a.docx", b"x")) for n in range(1000)]
    assert door.post("/api/requests", files=many, headers=SHOWN).status_code == 400


@pytest.mark.sqlite_only
def test_an_archive_and_a_mail_are_taken_in(door: httpx.Client) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("form.docx", FORM)
    assert door.post("/api/requests", content=packed.getvalue(), headers=SHOWN).status_code == 201
    mail = b"From: a@b.org\r\nTo: c@d.org\r\nSubject: x\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nhello"
    assert door.post("/api/requests", content=mail, headers=SHOWN).status_code == 201


def test_s1_a_full_disk_is_503_and_nothing_is_half_kept(
    ledger: Ledger, door: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(ledger, reserve=1e9) as full:
        refused = full.post("/api/requests", content=FORM, headers=SHOWN)
    assert refused.status_code == 503 and refused.headers["retry-after"] and nothing_kept(ledger)

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.ledger.keep_raw", no_room)
        assert door.post("/api/requests", content=FORM, headers=SHOWN).status_code == 503
    assert door.post("/api/requests", content=FORM, headers=SHOWN).status_code == 201


def test_s3_a_locked_database_is_503(ledger: Ledger, door: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr("pipeline.ledger.insert_new", locked)
    assert door.post("/api/requests", content=FORM, headers=SHOWN).status_code == 503


def test_twenty_uploads_at_once_of_the_same_file_are_one(ledger: Ledger, door: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as several:
        posts = [several.submit(door.post, "/api/requests", content=FORM, headers=SHOWN) for _ in range(20)]
        told = [post.result() for post in posts]
    assert sorted(each.status_code for each in told) == [200] * 19 + [201]
    assert len({each.json()["reference"] for each in told}) == 1 and balance(ledger).messages.seen == 1


def test_the_record_bears_the_reference_that_was_told(door: httpx.Client, ledger: Ledger, store: Store) -> None:
    told = door.post("/api/requests", content=b"{\\rtf1 title: x}", headers=SHOWN).json()["reference"]
    WorkingOff(ledger, store, SmallReader(), threads=1).run_dry()
    found = store.find(told)
    assert found and found.source.channel == "api" and audit(ledger) == ()


@pytest.fixture
def listening(ledger: Ledger) -> Iterator[int]:
    """The door with little patience; its port."""
    with opened(ledger, patience=0.5) as client:
        yield int(client.base_url.port or 0)


def half_upload(port: int) -> http.client.HTTPConnection:
    """An upload of which only the beginning comes."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.putrequest("POST", "/api/requests")
    for name, value in {**SHOWN, "Content-Length": str(len(FORM))}.items():
        line.putheader(name, value)
    line.endheaders(FORM[: len(FORM) * 99 // 100])
    return line


@pytest.mark.sqlite_only
def test_w5_slow_loris_meets_a_time_limit(listening: int, ledger: Ledger) -> None:
    line = half_upload(listening)
    answer = line.getresponse()
    assert answer.status == 408 and "too long" in json.loads(answer.read())["error"] and nothing_kept(ledger)
    line.close()


def test_w5_an_upload_that_breaks_off_at_99_percent_leaves_nothing(listening: int, ledger: Ledger) -> None:
    half_upload(listening).close()
    line = http.client.HTTPConnection("127.0.0.1", listening, timeout=10)
    line.request("POST", "/api/requests", FORM, SHOWN)
    assert line.getresponse().status == 201
    assert balance(ledger).messages.seen == 1
    line.close()


def test_the_door_does_not_open_without_a_good_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for token in ("", "short"):
        monkeypatch.setenv("SOCIEUX_DOOR_TOKEN", token)
        with pytest.raises(Misuse, match="at least 20 characters"):
            run_door(None, "127.0.0.1", 0, 50)
    assert TOKEN not in repr(DoorSettings(token=TOKEN))
