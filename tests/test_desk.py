"""The analysts' desk over HTTP: every route guarded, hostile values harmless, nobody's work lost (faults W1 to W8)."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import event, func, literal, make_url, select
from sqlalchemy.exc import OperationalError

from pipeline.desk_tables import AUDIT, CLAIMS, QUEUE, USERS
from pipeline.ledger_tables import DRAFTS
from pipeline.questions import questions
from pipeline.records import Arrival, MadeWith
from pipeline.tables import DECISIONS
from review.app import ROUTES
from review.defence import POLICY
from review.keys import KEYS
from review.queue_rows import catch_up
from review.roles import ROLES
from tests.conftest import create_database
from tests.desk_room import PASSWORD, Room, TestClient, another, form, open_room

NGO, VISIT, READY = "en_jordan_ngo.docx", "u_fr_madagascar_visite.pdf", "en_ghana_pensions.docx"
OPEN = {("GET", "/"), ("GET", "/desk/login"), ("POST", "/desk/login"), ("GET", "/files/{until}/{mark}/{sha256}/{name}")}
OPEN |= {("GET", f"/desk/sign-on{path}") for path in ("", "/back", "/out")}
GUARDED = [route for route in ROUTES if route.role]
IDS = [f"{route.method} {route.path}" for route in GUARDED]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = open_room(tmp_path)
    yield made
    made.desk.drawer.close()
    made.store.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A desk for tests that change nothing; it holds one request."""
    made = open_room(tmp_path_factory.mktemp("desk"))
    made.keep(*form(NGO))
    yield made
    made.desk.drawer.close()
    made.store.close()


def only(room: Room) -> str:
    with room.desk.reading() as connection:
        return str(connection.execute(select(QUEUE.c.reference)).scalar())


@pytest.fixture
def reference(room: Room) -> str:
    return room.keep(*form(NGO))


def address(path: str, reference: str) -> str:
    """A real address of a route."""
    values = {"reference": reference, "key": "title", "code": "seen", "rule": "form_signed", "question": "relevance_1"}
    values |= {"number": "1", "kind": "acknowledgement", "sha256": "0" * 64, "other": reference}
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, f"the test knows no value for {path}"
    return path


# ------------------------------------------------------------------------------------------------ every route
def test_the_application_has_no_route_beside_the_table() -> None:
    assert {(route.method, route.path) for route in ROUTES if not route.role} == OPEN


def test_every_route_of_the_application_is_in_the_table(room: Room) -> None:
    there = {
        (method, route.path) for route in room.app.routes if isinstance(route, APIRoute) for method in route.methods
    }
    assert there == {(route.method, route.path) for route in ROUTES}
    others = [route for route in room.app.routes if not isinstance(route, APIRoute)]
    assert [getattr(route, "path", "") for route in others] == ["/static"]


@pytest.mark.parametrize("route", GUARDED, ids=IDS)
def test_nobody_gets_in_without_signing_in(shared: Room, route) -> None:  # type: ignore[no-untyped-def]
    room, reference = shared, only(shared)
    client = TestClient(room.app, follow_redirects=False)
    for cookies in ({}, {"socieux_session": "guessed"}):
        client.cookies.update(cookies)
        told = client.request(route.method, address(route.path, reference))
        assert told.status_code == (303 if route.method == "GET" else 401)
        assert told.status_code == 401 or told.headers["location"].startswith("/desk/login?next=")
        assert reference not in told.text


@pytest.mark.parametrize("route", [route for route in GUARDED if route.role != "reader"])
def test_the_wrong_role_is_refused(shared: Room, route) -> None:  # type: ignore[no-untyped-def]
    room, reference = shared, only(shared)
    lower = ROLES[ROLES.index(route.role) - 1]
    name = {"reader": "rea", "analyst": "ana", "lead": "lea"}[lower]
    person = room.person(name)
    there = address(route.path, reference)
    told = person.get(there) if route.method == "GET" else person.post(there, {})
    assert told.status_code == 403
    assert "needs the role" in told.text
    with room.desk.reading() as connection:
        newest = connection.execute(select(AUDIT).order_by(AUDIT.c.id.desc())).first()
    assert newest and (newest.action, newest.name) == ("refused", name)


@pytest.mark.parametrize("route", [route for route in GUARDED if route.method == "POST"])
def test_a_form_from_elsewhere_is_refused(shared: Room, route) -> None:  # type: ignore[no-untyped-def]
    room, reference = shared, only(shared)
    client = room.person("adm").client
    there = address(route.path, reference)
    assert client.post(there, data={}).status_code == 403
    assert client.post(there, data={"csrf": "guessed"}).status_code == 403
    elsewhere = {"origin": "https://evil.example"}
    assert client.post(there, data={}, headers=elsewhere).text == "This call came from another site."
    assert client.post(there, data={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    with room.desk.reading() as connection:
        assert not connection.execute(select(func.count()).select_from(DECISIONS)).scalar()


# ------------------------------------------------------------------------------------------------ signing in
def test_a_wrong_password_and_a_wrong_name_are_told_alike(room: Room) -> None:
    client = TestClient(room.app, follow_redirects=False)
    wrong = [client.post("/desk/login", data={"name": name, "password": "nonsense"}) for name in ("ana", "nobody")]
    assert [told.status_code for told in wrong] == [401, 401]
    assert wrong[0].text == wrong[1].text


def test_guessing_is_slowed_down_and_told(room: Room) -> None:
    client = TestClient(room.app, follow_redirects=False)
    for _ in range(8):
        client.post("/desk/login", data={"name": "ana", "password": "guess"})
    told = client.post("/desk/login", data={"name": "ana", "password": PASSWORD})
    assert told.status_code == 429 and told.headers["retry-after"]
    room.clock.later(minutes=16)
    assert client.post("/desk/login", data={"name": "ana", "password": PASSWORD}).status_code == 303


def test_a_session_is_new_at_every_sign_in_and_ends_at_sign_out(room: Room) -> None:
    client = TestClient(room.app, follow_redirects=False)
    client.cookies.set("socieux_session", "planted by somebody", path="/desk")
    told = client.post("/desk/login", data={"name": "ana", "password": PASSWORD})
    cookie = told.headers["set-cookie"]
    assert "planted" not in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/desk" in cookie
    ana = room.person("ana")
    token = ana.client.cookies["socieux_session"]
    assert ana.post("/desk/logout", {}).status_code == 303
    ana.client.cookies.set("socieux_session", token, path="/desk")
    assert ana.get("/desk").status_code == 303


def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_the_day(room: Room) -> None:
    idle, busy = room.person("ana"), room.person("bo")
    for _ in range(11):
        room.clock.later(minutes=65)
        assert busy.get("/desk/account").status_code == 200
    assert idle.get("/desk/account").status_code == 303
    room.clock.later(minutes=65)
    assert busy.get("/desk/account").status_code == 303


@pytest.mark.parametrize(
    "after", ["https://evil.example", "//evil.example", "/desk//evil", "/deskevil", "/desk\\x", "x"]
)
def test_signing_in_leads_to_the_desk_only(room: Room, after: str) -> None:
    client = TestClient(room.app, follow_redirects=False)
    told = client.post("/desk/login", data={"name": "ana", "password": PASSWORD, "next": after})
    assert told.headers["location"] in ("/desk", "/desk//evil")


def test_a_closed_account_is_out_at_once(room: Room) -> None:
    ana, adm = room.person("ana"), room.person("adm")
    number = re.search(r'action="/desk/people/(\d+)"[^>]*>.*?Role of ana', adm.get("/desk/people").text, re.S)
    assert number
    people = adm.get("/desk/people").text
    ids = dict(re.findall(r'<th scope="row">(\w+)</th>.*?/desk/people/(\d+)', people, re.S))
    assert adm.post(f"/desk/people/{ids['ana']}", {"role": "analyst"}).status_code == 303
    assert ana.get("/desk").status_code == 303


# ------------------------------------------------------------------------------------------------ harmless pages
class Page(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(text: str) -> None:
    for tag, attributes in Page(text).found:
        assert tag in SAFE_TAGS, tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            assert (attributes.get(name) or "#").startswith(("/desk", "/static/", "#")), attributes


SAFE_TAGS = set(
    """html head meta title link script body a header nav form label input button main div h1 h2 h3 h4 p span details
    summary select option table caption thead tbody tr th td fieldset legend section dialog dl kbd ul ol li bdi b
    noscript blockquote cite mark textarea figure figcaption svg image rect iframe datalist""".split()
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE requests; --",
    "{{ 7*7 }}{% raw %}",
    '=HYPERLINK("http://evil.example")',
    "\u202egnp.exe\u202c \u2067x\u2069",
    "javascript:alert(1)",
    "</textarea></title><svg onload=alert(1)>",
    "эмодзи 🦊 – Ñandú",
)


def test_hostile_answers_are_shown_as_words(room: Room) -> None:
    values: dict[str, object] = {
        key: HOSTILE[number % len(HOSTILE)] + f" {number}"
        for number, (key, asked) in enumerate(questions().items())
        if asked.kind in ("text", "line", "email", "phone", "date")
    }
    values["background"] = "<b>" * 340_000
    values["attachments_listed"] = list(HOSTILE)
    values["activities"] = [{"title": HOSTILE[0], "type": HOSTILE[1], "location": HOSTILE[7]}]
    record, data = another(VISIT, 1, values)
    names = {"filename": HOSTILE[1] + "/../../x.pdf", "sender": HOSTILE[0]}
    arrival = Arrival(filename=HOSTILE[0], sender=HOSTILE[7], container=(HOSTILE[1],))
    record = record.model_copy(update={"source": record.source.model_copy(update={**names, "arrivals": (arrival,)})})
    reference = room.keep(record, data)
    ana = room.person("ana")
    pages = [f"/desk/requests/{reference}", "/desk?tab=ready", "/desk", "/desk?q=%3Cscript%3E&tab=mine"]
    pages += [f"/desk/requests/{reference}/fields/{key}/edit" for key in ("title", "background", "activities")]
    for page in pages:
        told = ana.get(page)
        assert told.status_code == 200
        assert_harmless(told.text)
        assert "49" not in re.findall(r"<bdi>([^<]*)\{%", told.text)
    shown = ana.get(f"/desk/requests/{reference}").text
    assert len(shown) < 600_000 and "edit it to see all of it" in shown
    words = ana.post(f"/desk/requests/{reference}/comments", {"words": HOSTILE[1]}, script=True)
    assert_harmless(words.text)


def test_every_page_carries_the_headers(room: Room, reference: str) -> None:
    lea = room.person("adm")
    for route in ROUTES:
        if route.method == "GET":
            told = lea.get(address(route.path, reference) if route.role else "/desk/login")
            assert told.headers["x-content-type-options"] == "nosniff"
            assert told.headers["content-security-policy"]
            assert "unsafe" not in POLICY and told.headers["referrer-policy"] == "same-origin"
            assert told.status_code in (200, 303, 307, 404), route.path
    static = lea.get("/static/desk.js")
    assert static.status_code == 200 and static.headers["x-content-type-options"] == "nosniff"
    assert "eval(" not in static.text and not re.search(r"https?://(?!www.w3.org/2000/svg)", static.text)


def test_a_foreign_host_name_is_refused(room: Room) -> None:
    assert room.person("ana").get("/desk", host="evil.example").status_code == 400


def test_spreadsheets_get_no_formulas(room: Room) -> None:
    values: dict[str, object] = {
        "title": "=1+1",
        "institution_name": "@cmd",
        "objectives": "-2+3",
        "background": "\t=x",
    }
    reference = room.keep(*another(VISIT, 1, values))
    ana = room.person("ana")
    told = ana.post("/desk/bulk", {"step": "export", "to": "csv", "chosen": reference})
    assert told.headers["content-disposition"].startswith("attachment")
    row = next(csv.DictReader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert (row["title"], row["institution_name"], row["objectives"]) == ("'=1+1", "'@cmd", "'-2+3")
    workbook = ana.post("/desk/bulk", {"step": "export", "to": "xlsx", "chosen": reference}).content
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    lines = ana.post("/desk/bulk", {"step": "export", "to": "jsonl", "chosen": reference}).text
    assert json.loads(lines)["fields"]["title"]["value"] == "=1+1"


# ------------------------------------------------------------------------------------------------ files
def test_the_original_comes_as_an_attachment_from_an_address_without_session(room: Room) -> None:
    record, data = another(VISIT, 1)
    name = "заявка №1 <b>.pdf"
    record = record.model_copy(update={"source": record.source.model_copy(update={"filename": name})})
    reference = room.keep(record, data)
    led = room.person("ana").get(f"/desk/requests/{reference}/original")
    there = led.headers["location"]
    assert led.status_code == 303 and there.startswith("/files/")
    bare = TestClient(room.app)
    told = bare.get(there)
    assert told.content == data and told.headers["content-type"] == "application/octet-stream"
    assert told.headers["content-security-policy"] == "default-src 'none'; sandbox"
    disposition = told.headers["content-disposition"]
    assert (
        disposition.startswith("attachment;")
        and "filename*=UTF-8''%D0%B7%D0%B0" in disposition
        and "<" not in disposition
    )
    for other in (
        there.replace(record.source.sha256, "0" * 64),
        there[:-4] + "x.pdf",
        there.replace("/files/", "/files/9"),
    ):
        assert bare.get(other).status_code == 403
    room.clock.later(minutes=6)
    assert bare.get(there).status_code == 403


@pytest.mark.parametrize("part", ["../../../etc/passwd", "%2e%2e%2fdesk.db", "0" * 64])
def test_only_files_of_the_request_can_be_had(room: Room, reference: str, part: str) -> None:
    assert room.person("ana").get(f"/desk/requests/{reference}/supporting/{part}").status_code == 404
    assert room.person("ana").get(f"/desk/requests/{part}").status_code == 404


def test_too_large_a_form_is_refused_with_a_sentence(room: Room) -> None:
    client = TestClient(room.app, follow_redirects=False)
    told = client.post("/desk/login", content=b"a" * 4_000_001)
    assert told.status_code == 413 and told.text == "This is more than the desk takes at once."
    chunks = (b"a" * 100_000 for _ in range(60))
    form_type = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/desk/login", content=chunks, headers=form_type).status_code == 413


# ------------------------------------------------------------------------------------------------ editing
def edit(room: Room, name: str, reference: str, key: str, value: str, **more: str):  # type: ignore[no-untyped-def]
    page = f"/desk/requests/{reference}"
    data = {"how": "value", "value": value} | more
    return room.person(name).post(f"{page}/fields/{key}", data, page, script=True)


TYPED = [
    ("title", " A  new\ttitle ", "A new title"),
    ("objectives", "One.\r\nTwo.", "One.\nTwo."),
    ("institution_type", "ngo", "ngo"),
    ("institution_country", "Мадагаскар", "MG"),
    ("institution_country", "FR – France", "FR"),
    ("contact_email", "Ana@Ministry.GOV", "ana@ministry.gov"),
    ("contact_phone", "+261 20 22 354 18", "+261202235418"),
    ("start_date", "2027-03", "2027-03"),
    ("duration_months", "1,5", 1.5),
    ("working_languages", "fr", ["fr"]),
    ("attachments_listed", "one\n\ntwo", ["one", "two"]),
    ("declared_theme", "labour_employment", ["labour_employment"]),
]


@pytest.mark.parametrize(("key", "typed", "kept"), TYPED)
def test_typed_values_are_kept_as_the_record_has_them(room: Room, key: str, typed: str, kept: object) -> None:
    reference = room.keep(*form(VISIT))
    assert edit(room, "ana", reference, key, typed).status_code == 200
    told = room.person("ana").post("/desk/bulk", {"step": "export", "to": "jsonl", "chosen": reference})
    reading = json.loads(told.text)["fields"][key]
    assert (reading["state"], reading["value"], reading["confidence"]) == ("answered", kept, None)
    machine = room.store.find(reference)
    assert machine and machine.fields[key] == form(VISIT)[0].fields[key]


WRONG = [
    ("institution_country", "Congo"),
    ("contact_email", "nobody"),
    ("contact_phone", "x"),
    ("start_date", "2027-13"),
    ("duration_months", "-1"),
    ("working_languages", ""),
    ("institution_type", "church"),
    ("title", "  "),
]


@pytest.mark.parametrize(("key", "typed"), WRONG)
def test_what_cannot_be_the_answer_is_said_beside_it(room: Room, reference: str, key: str, typed: str) -> None:
    told = edit(room, "ana", reference, key, typed)
    assert told.status_code == 422 and 'role="alert"' in told.text
    assert told.headers["hx-retarget"] == f"#field-{key}"
    with room.desk.reading() as connection:
        assert not connection.execute(select(func.count()).select_from(DECISIONS)).scalar()


def test_activities_are_typed_row_by_row(room: Room) -> None:
    reference = room.keep(*form(VISIT))
    rows = {"row-0-title": "Visit", "row-0-format": "on_site", "row-2-title": "Study", "row-2-duration": "1 semaine"}
    edit(room, "ana", reference, "activities", "", **rows)
    told = room.person("ana").post("/desk/bulk", {"step": "export", "to": "jsonl", "chosen": reference})
    value = json.loads(told.text)["fields"]["activities"]["value"]
    assert [(row["title"], row["format"]) for row in value] == [("Visit", "on_site"), ("Study", None)]


def test_the_checks_run_again_at_once_and_both_readings_stay(room: Room) -> None:
    reference = room.keep(*form(READY))
    told = edit(room, "ana", reference, "institution_country", "US")
    assert "Country eligible: not met" in told.text and "stage-flagged" in told.text
    assert 'The machine read: <bdi class="machine">Ghana (GH)</bdi>' in told.text
    page = f"/desk/requests/{reference}"
    told = room.person("ana").post(f"{page}/fields/institution_country", {"how": "confirm"}, page, script=True)
    assert "Country eligible: met" in told.text and "stage-ready" in told.text
    told = room.person("ana").post(f"{page}/fields/background", {"how": "blank"}, page, script=True)
    assert "Form complete: not met" in told.text and "background" in told.text


def test_an_optional_question_stays_optional(room: Room) -> None:
    reference = room.keep(*form(READY))
    told = edit(room, "ana", reference, "title", "Pensions for informal workers")
    assert "Form complete: met" in told.text and "stage-ready" in told.text


def test_a_check_is_set_with_a_reason_and_taken_back(room: Room, reference: str) -> None:
    page, ana = f"/desk/requests/{reference}", room.person("ana")
    there = f"{page}/checks/institution_eligible"
    assert ana.post(there, {"outcome": "met", "reason": ""}, page, script=True).status_code == 422
    told = ana.post(there, {"outcome": "met", "reason": "It has a public mandate."}, page, script=True)
    assert "Institution eligible: met" in told.text and "the machine found: needs judgement" in told.text
    assert "stage-ready" in told.text
    with room.desk.reading() as connection:
        step = str(connection.execute(select(func.max(DECISIONS.c.id))).scalar())
    told = ana.post(f"{page}/undo", {"step": step}, page, script=True)
    assert "Institution eligible: needs judgement" in told.text and "stage-flagged" in told.text
    assert "taken back" in told.text
    assert ana.post(f"{page}/undo", {"step": step}, page, script=True).status_code == 404


def test_theme_topics_and_notes_are_kept(room: Room, reference: str) -> None:
    page, ana = f"/desk/requests/{reference}", room.person("ana")
    told = ana.post(f"{page}/theme", {"subject": "area", "area": "out_of_scope"}, page, script=True)
    assert "Theme: out of scope" in told.text and "Theme in scope: not met" in told.text
    told = ana.post(f"{page}/theme", {"subject": "topics", "topic": "le_lmis"}, page, script=True)
    assert "<b>Le lmis</b>" in told.text
    told = ana.post(f"{page}/rubric/relevance_1", {"note": "Well said."}, page, script=True)
    assert "<b>ana:</b> <bdi>Well said.</bdi>" in told.text


# ------------------------------------------------------------------------------------------------ working together
def test_two_people_at_one_answer_lose_nothing(room: Room, reference: str) -> None:
    page = f"/desk/requests/{reference}"
    stale = room.person("bo").tokens(page)
    assert edit(room, "ana", reference, "title", "Ana's title").status_code == 200
    room.person("ana").post(f"{page}/release", {}, page)
    told = edit(room, "bo", reference, "title", "Bo's title", **stale)
    assert told.status_code == 409 and "Ana&#39;s title" in told.text and "Bo&#39;s title" in told.text
    other = edit(room, "bo", reference, "head_name", "Mr X", **stale)
    assert other.status_code == 200, "another answer is no conflict"
    told = edit(room, "bo", reference, "title", "Bo's title")
    assert told.status_code == 200 and "Bo&#39;s title" in told.text
    history = room.person("bo").get(page).text
    assert "Title: Ana&#39;s title" in history and "Title: Bo&#39;s title" in history
    with room.desk.reading() as connection:
        kept = connection.execute(select(AUDIT.c.detail).where(AUDIT.c.action == "conflict")).scalar()
    assert kept and "Bo's title" in kept


def test_a_double_click_is_one_step(room: Room, reference: str) -> None:
    page = f"/desk/requests/{reference}"
    tokens = room.person("ana").tokens(page)
    for _ in range(2):
        assert edit(room, "ana", reference, "title", "Once", **tokens).status_code == 200
    with room.desk.reading() as connection:
        assert connection.execute(select(func.count()).select_from(DECISIONS)).scalar() == 1


def test_a_claim_is_a_lease(room: Room, reference: str) -> None:
    assert edit(room, "ana", reference, "title", "One").status_code == 200
    told = edit(room, "bo", reference, "head_name", "Two")
    assert told.status_code == 409 and "Ana is working on this request" in told.text
    page = f"/desk/requests/{reference}"
    room.clock.later(minutes=14)
    beat = room.person("ana").post(f"{page}/beat", {}, page, script=True)
    assert "You are working on this" in beat.text
    room.clock.later(minutes=14)
    assert edit(room, "bo", reference, "head_name", "Two").status_code == 409
    room.clock.later(minutes=2)
    assert edit(room, "bo", reference, "head_name", "Two").status_code == 200
    late = room.person("ana").post(f"{page}/beat", {}, page, script=True)
    assert "<b>Bo</b> is working on this" in late.text


def test_a_lead_takes_over_and_it_is_logged(room: Room, reference: str) -> None:
    page = f"/desk/requests/{reference}"
    edit(room, "ana", reference, "title", "One")
    assert room.person("lea").post(f"{page}/takeover", {}, page).status_code == 303
    assert edit(room, "ana", reference, "head_name", "X").status_code == 409
    assert "take_over" in room.person("lea").get("/desk/audit.csv").text
    assert "Title: One" in room.person("lea").get(page).text, "what was saved stays"


# ------------------------------------------------------------------------------------------------ deciding
def decide(room: Room, name: str, reference: str, outcome: str, **more: str):  # type: ignore[no-untyped-def]
    page = f"/desk/requests/{reference}"
    return room.person(name).post(f"{page}/decide", {"outcome": outcome} | more, page)


def test_the_outcomes_and_what_they_need(room: Room, reference: str) -> None:
    other = room.keep(*form(VISIT))
    assert decide(room, "ana", reference, "").status_code == 422
    assert decide(room, "ana", reference, "accepted").status_code == 422, "points are open and no reason is given"
    assert decide(room, "ana", reference, "not_eligible", reason="x").status_code == 422, "no rule"
    assert decide(room, "ana", reference, "duplicate_of", other=reference).status_code == 422, "of itself"
    assert decide(room, "ana", reference, "postpone", reason="x", until="2020-01-01").status_code == 422
    assert decide(room, "ana", reference, "duplicate_of", other=other.lower()).status_code == 303
    assert decide(room, "ana", reference, "accepted", reason="again").status_code == 409
    page = f"/desk/requests/{reference}"
    assert "Duplicate of another request" in room.person("ana").get(page).text
    assert edit(room, "ana", reference, "title", "Late").status_code == 409
    assert room.person("ana").post(f"{page}/reopen", {"reason": ""}, page).status_code == 422
    assert room.person("ana").post(f"{page}/reopen", {"reason": "A mistake."}, page).status_code == 303
    assert edit(room, "ana", reference, "title", "Now").status_code == 200
    assert (
        decide(room, "ana", reference, "not_eligible", reason="An NGO.", rule="institution_eligible").status_code == 303
    )
    assert "tab=decided" in room.person("ana").get("/desk?tab=decided").text
    with room.desk.reading() as connection:
        assert connection.execute(select(func.count()).select_from(DECISIONS)).scalar() == 4, "nothing is deleted"


def test_a_closed_request_is_open_again_for_its_institution(room: Room, reference: str) -> None:
    record, data = another(NGO, 7)
    assert room.store.other_open_requests(record) == (reference,)
    decide(room, "ana", reference, "not_a_request", reason="A brochure.")
    assert room.store.other_open_requests(record) == ()
    page = f"/desk/requests/{reference}"
    room.person("ana").post(f"{page}/reopen", {"reason": "No brochure."}, page)
    assert room.store.other_open_requests(record) == (reference,)


def test_nobody_decides_on_a_page_that_is_not_the_newest(room: Room, reference: str) -> None:
    page = f"/desk/requests/{reference}"
    stale = room.person("ana").tokens(page)
    edit(room, "ana", reference, "title", "Changed")
    assert decide(room, "ana", reference, "accepted", reason="x", **stale).status_code == 409
    record, data = form(NGO)
    stale = room.person("ana").tokens(page)
    room.store.keep(record.model_copy(update={"made_with": MadeWith(software="newer", rules="x")}), data)
    told = decide(room, "ana", reference, "accepted", reason="x", **stale)
    assert told.status_code == 409 and "has changed" in told.text
    catch_up(room.desk, 10)
    with room.desk.reading() as connection:
        assert connection.execute(select(func.count()).select_from(QUEUE)).scalar() == 1, "one queue entry"
    assert decide(room, "ana", reference, "accepted", reason="x").status_code == 303


def test_waiting_requests_come_back(room: Room, reference: str) -> None:
    decide(room, "ana", reference, "postpone", reason="Their elections.", until="2026-12-01")
    assert 'Waiting for the applicant <span class="count">1' in room.person("ana").get("/desk").text
    room.clock.later(days=12)
    ana = room.person("bo")
    assert 'Flagged <span class="count">1' in ana.get("/desk").text


# ------------------------------------------------------------------------------------------------ the queue
@pytest.fixture
def full(room: Room) -> dict[str, str]:
    """Four requests."""
    names: dict[str, dict[str, object]] = {
        "ru": {"institution_name": "Министерство труда и социальной защиты", "title": "Пенсии"},
        "fr": {"institution_name": "Ministère de la Santé", "title": "Éducation à la sécurité"},
        "ar": {"institution_name": "وزارة العمل", "title": "🦊 Straße 100%"},
        "en": {"institution_name": "Ministry of Labour", "title": "Jobs_now"},
    }
    return {key: room.keep(*another(VISIT, n, held, days=n)) for n, (key, held) in enumerate(names.items())}


SEARCHES = [
    ("ministerstvo truda", {"ru"}),
    ("МИНИСТЕРСТВО", {"ru"}),
    ("ministry labour", {"en"}),
    ("securite education", {"fr"}),
    ("Éducation", {"fr"}),
    ("e\u0301ducation", {"fr"}),
    ("وزارة", {"ar"}),
    ("strasse", {"ar"}),
    ("%", {"ru", "fr", "ar", "en"}),
    ("jobs_now", {"en"}),
    ("jobsXnow", set()),
    ("мадагаскар", {"ru", "fr", "ar", "en"}),
]


@pytest.mark.parametrize(("words", "expected"), SEARCHES)
def test_search_folds_accents_and_scripts(room: Room, full: dict[str, str], words: str, expected: set[str]) -> None:
    told = room.person("ana").client.get("/desk", params={"tab": "flagged", "q": words}).text
    assert {key for key, reference in full.items() if f"/desk/requests/{reference}" in told} == expected


def test_the_oldest_stands_first_and_filters_combine(room: Room, full: dict[str, str]) -> None:
    ana = room.person("ana")
    order = re.findall(r'class="row">([\w-]+)<', ana.get("/desk").text)
    assert order == [full["en"], full["ar"], full["fr"], full["ru"]]
    told = ana.get("/desk?days=2&language=fr&q=ministry&country=MG&flag=study_visit_size&kind=full&unsure=&who=").text
    assert re.findall(r'class="row">([\w-]+)<', told) == [full["en"]]
    told = ana.get("/desk?language=es").text
    assert "4 request(s) stand under" in told and "none fits your filters" in told
    edit(room, "bo", full["ru"], "title", "x")
    assert "1 claimed by bo" in ana.get("/desk?tab=waiting").text
    assert ana.get("/desk?days=x").status_code == 422
    found = ana.get(f"/desk/find?reference={full['ru'].lower()}")
    assert found.headers["location"] == f"/desk/requests/{full['ru']}"


def test_many_at_once_each_with_its_own_result(room: Room, full: dict[str, str]) -> None:
    ana = room.person("ana")
    assert ana.post("/desk/bulk", {"step": "assign", "person": "bo"}).status_code == 422
    edit(room, "bo", full["ru"], "title", "x")
    decide(room, "ana", full["fr"], "accepted", reason="good")
    tokens = ana.tokens("/desk/account")
    chosen = [*full.values(), "none"]
    told = ana.client.post("/desk/bulk", data=tokens | {"step": "ask", "question": "Who signs?", "chosen": chosen})
    assert "2 of 5 done" in told.text
    assert "Bo is working on this request" in told.text and "is decided" in told.text and "no such request" in told.text
    told = ana.client.post("/desk/bulk", data=tokens | {"step": "assign", "person": "bo", "chosen": chosen})
    assert "4 of 5 done" in told.text
    assert 'Mine <span class="count">3' in room.person("bo").get("/desk").text
    assert ana.client.post("/desk/bulk", data=tokens | {"step": "accept", "chosen": chosen}).status_code == 404


def test_views_are_saved_for_oneself_or_for_all(room: Room) -> None:
    lea, ana = room.person("lea"), room.person("ana")
    lea.post("/desk/views", {"name": "French", "query": "language=fr", "shared": "yes"})
    ana.post("/desk/views", {"name": "Mine only", "query": "tab=mine", "shared": "yes"})
    assert 'href="/desk?language=fr"><bdi>French</bdi></a> (shared)' in ana.get("/desk").text
    assert "Mine only" not in lea.get("/desk").text


# ------------------------------------------------------------------------------------------------ when things fail
def test_a_store_that_cannot_write_says_so_and_keeps_nothing_by_halves(room: Room, reference: str) -> None:
    page = f"/desk/requests/{reference}"
    ana = room.person("ana")
    tokens = ana.tokens(page)

    def read_only(_c: object, _k: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith("INSERT INTO decisions"):
            raise OperationalError(
                statement, parameters, sqlite3.OperationalError("attempt to write a readonly database")
            )

    event.listen(room.store.engine, "before_cursor_execute", read_only)
    for headers in ({}, {"hx-request": "true"}):
        typed = tokens | {"how": "value", "value": "Typed"}
        told = ana.client.post(f"{page}/fields/title", data=typed, headers=headers)
        assert told.status_code == 503 and "Nothing was saved" in told.text and "readonly" not in told.text
    event.remove(room.store.engine, "before_cursor_execute", read_only)
    with room.desk.reading() as connection:
        assert not connection.execute(select(func.count()).select_from(CLAIMS)).scalar(), "no half save"
    assert edit(room, "ana", reference, "title", "Typed").status_code == 200


def test_twenty_people_at_once(room: Room) -> None:
    assert_twenty_work(room)


def test_twenty_people_at_once_on_postgresql(tmp_path: Path, postgresql: str) -> None:
    room = open_room(tmp_path, create_database(make_url(postgresql), "twenty"))
    assert_twenty_work(room)
    room.store.close()


def assert_twenty_work(room: Room) -> None:
    """Each reads the queue, opens a request, changes it and decides, all at the same time and without an error."""
    references = [room.keep(*another(VISIT, number)) for number in range(20)]
    with room.desk.writing() as connection:
        for number in range(20):
            name, now = f"person{number}", room.clock()
            add = USERS.insert().from_select(
                ["name", "full_name", "role", "password", "active", "created_at"],
                select(
                    literal(name), literal(name), USERS.c.role, USERS.c.password, USERS.c.active, literal(now)
                ).where(USERS.c.name == "ana"),
            )
            connection.execute(add)
    people = [room.person(f"person{number}") for number in range(20)]

    def work(number: int) -> list[int]:
        page = f"/desk/requests/{references[number]}"
        told = [people[number].get("/desk"), people[number].get(page)]
        told.append(people[number].post(f"{page}/fields/title", {"how": "value", "value": str(number)}, page, True))
        told.append(people[number].post(f"{page}/decide", {"outcome": "accepted", "reason": "good"}, page))
        return [each.status_code for each in told]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(work, range(20))) == [[200, 200, 200, 303]] * 20


def test_letters_keep_the_sentences_of_the_guide(room: Room) -> None:
    record, data = another(NGO, 3)
    arrival = Arrival(channel="mail", sender="a@example.org", message_id="<1@example.org>", filename="x.docx")
    source = record.source.model_copy(update={"channel": "mail", "arrivals": (arrival,)})
    reference = room.keep(record.model_copy(update={"source": source}), data)
    ana, page = room.person("ana"), f"/desk/requests/{reference}"
    for kind in ("acknowledgement", "completion", "not_eligible"):
        there = f"{page}/letters/{kind}"
        shown = ana.get(there + ("?rule=institution_eligible" if kind == "not_eligible" else ""))
        assert shown.status_code == 200
        assert_harmless(shown.text)
        text = unescape(shown.text.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0])
        more = {"rule": "institution_eligible"} if kind == "not_eligible" else {}
        told = ana.post(there, {"text": text.replace("SOCIEUX+ team", "team")} | more)
        assert told.status_code == 200 and told.headers["content-disposition"].startswith("attachment")
        assert reference in told.text
    told = ana.post(f"{page}/letters/acknowledgement", {"text": "Your request is approved."})
    assert told.status_code == 422 and "must stay in the letter" in told.text
    letter = unescape(ana.get(page).text.partition('id="d-letter"')[2].partition(">\n")[2].partition("</textarea>")[0])
    assert decide(room, "ana", reference, "ask", letter="Who are you?").status_code == 422
    assert decide(room, "ana", reference, "ask", letter=letter.replace("\n", "\r\n")).status_code == 303
    with room.desk.reading() as connection:
        assert connection.execute(select(DRAFTS.c.kind)).scalars().all() == ["completion"]


@pytest.mark.parametrize(("name", "key"), [(VISIT, "title"), (NGO, "contact_email")])
def test_a_region_is_read_again(room: Room, name: str, key: str) -> None:
    """From a PDF its own text; from a Word file what OCR makes of the page as it is shown."""
    reference = room.keep(*form(name))
    ana, page = room.person("ana"), f"/desk/requests/{reference}"
    assert "<image href" in ana.get(f"{page}/sheets").text
    picture = ana.get(f"{page}/pages/1.png")
    assert picture.content.startswith(b"\x89PNG") and picture.headers["content-type"] == "image/png"
    place = room.desk.drawer.drawn(room.store, form(name)[0]).places[key][0]
    assert place.bbox
    x0, top, x1, bottom = place.bbox
    box = {
        "page": str(place.page),
        "x0": str(x0 - 2),
        "top": str(top - 2),
        "x1": str(x1 + 2),
        "bottom": str(bottom + 2),
    }
    told = ana.post(f"{page}/region", box)
    assert told.headers["content-type"].startswith("text/plain")
    assert " ".join(told.text.split()) == form(name)[0].fields[key].value
    assert ana.post(f"{page}/region", box | {"page": "99"}).text == ""
    assert ana.post(f"{page}/region", box | {"x0": "much"}).status_code == 404


def test_labels_stand_beside_the_answers(room: Room) -> None:
    """At once where the file has text; where its pages are pictures, when they are asked for."""
    record, data = form(VISIT)
    page = f"/desk/requests/{room.keep(record, data)}"
    ana = room.person("ana")
    shown = ana.get(f"{page}/sheets").text
    assert 'data-label="title"' in shown and "data-labels" not in shown
    assert re.search(r'data-box="title".*?<title>Title: The machine finds it \d\d\.\d% probable', shown, re.DOTALL)
    scanned = record.model_copy(update={"document": record.document.model_copy(update={"text_origin": "ocr"})})
    other, data = another(VISIT, 7)
    scanned = scanned.model_copy(update={"record_id": other.record_id, "source": other.source})
    page = f"/desk/requests/{room.keep(scanned, data)}"
    shown = ana.get(f"{page}/sheets").text
    assert 'data-label="title"' not in shown and f'data-labels="{page}/labels"' in shown
    boxes = ana.get(f"{page}/labels").json()
    title = next(each for each in boxes if each["key"] == "title")
    assert title["page"] == 1 and title["box"][2] > title["box"][0]
    shown = ana.get(f"{page}/sheets").text
    assert 'data-label="title"' in shown and "data-labels" not in shown, "they are kept"


def test_a_probability_comes_with_how_many_such_answers_were_right(room: Room) -> None:
    page = f"/desk/requests/{room.keep(*another(VISIT, 5))}"

    def tip() -> str:
        told = room.person("ana").get(page).text.partition('id="field-title"')[2]
        return unescape(told.partition('title="')[2].partition('"')[0])

    assert "probable" in tip() and "people have looked at" not in tip()
    for number, (how, value) in enumerate((("confirm", ""), ("value", "Another title"), ("confirm", ""))):
        other = room.keep(*another(VISIT, 10 + number))
        assert edit(room, "bo", other, "title", value, how=how).status_code == 200
    room.clock.later(minutes=6)
    assert tip().endswith(
        "Of 3 answers to this question between 90 and 100 % that people have looked at, 2 were right."
    )


def test_an_answer_without_evidence_says_so(room: Room) -> None:
    reference = room.keep(*another(VISIT, 8, {"event_place": "Antsirabe"}))
    told = room.person("ana").get(f"/desk/requests/{reference}").text
    part = told.partition('id="field-event_place"')[2].partition('id="field-')[0]
    assert "No evidence" in part
    part = told.partition('id="field-title"')[2].partition('id="field-')[0]
    assert "No evidence" not in part


def keys(room: Room, name: str, **own: str):  # type: ignore[no-untyped-def]
    """Send the page of keys as a browser would, with some changed."""
    told = {f"key {key}": key for key in KEYS} | {f"key {key}": typed for key, typed in own.items()}
    return room.person(name).post("/desk/account/keys", told)


def test_keys_are_ones_own_and_never_two_things(room: Room) -> None:
    assert "data-keys" not in room.person("ana").get("/desk").text
    told = keys(room, "ana", e="n")
    assert told.status_code == 422 and "cannot be the key for" in told.text
    assert keys(room, "ana", e="ab").status_code == 422
    assert keys(room, "ana", e="\u200f").status_code == 422
    assert keys(room, "ana", e="<", n="e", u="").status_code == 303
    assert 'data-keys="{&#34;n&#34;: &#34;e&#34;, &#34;e&#34;: &#34;&lt;&#34;, &#34;u&#34;: &#34;&#34;}"' in (
        room.person("ana").get("/desk").text
    )
    assert "data-keys" not in room.person("bo").get("/desk").text
    told = keys(room, "ana", e="z")
    assert told.status_code == 422 and 'value="z"' in told.text
    assert "&lt;" in room.person("ana").get("/desk").text, "nothing was changed"
    room.person("ana").post("/desk/account/keys", {"again": "yes"})
    assert "data-keys" not in room.person("ana").get("/desk").text


def test_every_key_of_the_pages_can_be_chosen() -> None:
    """What the templates and the script name as keys is what the account page lists."""
    folder = Path(__file__).resolve().parent.parent / "review"
    texts = [path.read_text("utf-8") for path in folder.glob("templates/*.html")]
    named = {key for text in texts for key in re.findall(r'data-key="([^"]+)"', text)}
    script = (folder / "static" / "desk.js").read_text("utf-8")
    named |= set(re.findall(r"^    (\w): \(\) =>|, (\w): \(\) =>", script, re.MULTILINE)[0]) - {""}
    named |= {key for pair in re.findall(r'live\.set\("(\w)"|\)\.set\("(\w)"', script) for key in pair if key}
    assert named == set(KEYS)


def test_a_file_is_read_again_and_what_persons_said_stays(room: Room) -> None:
    record, data = form(READY)
    old = record.model_copy(update={"fields": {}, "disposition": "quarantined", "flags": ()})
    reference = room.keep(old, data)
    ana, page = room.person("ana"), f"/desk/requests/{reference}"
    assert 'Quarantined <span class="count">1' in ana.get("/desk?tab=quarantined").text
    edit(room, "ana", reference, "title", "Said by a person")
    told = ana.post(f"{page}/again", {}, page)
    assert told.status_code == 200 and "read anew" in told.text
    shown = ana.get(page).text
    assert "Said by a person" in shown and "National Pensions Regulatory Authority" in shown
    assert shown.count("en_ghana_pensions.docx</bdi>, ") + shown.count("by file") == 2, "no arrival is invented"


def test_views_and_changes_are_in_the_audit(room: Room, reference: str) -> None:
    room.person("rea").get(f"/desk/requests/{reference}")
    edit(room, "ana", reference, "title", "New")
    told = room.person("lea").get(f"/desk/requests/{reference}/audit").text
    assert re.search(r"<bdi>rea</bdi></td><td>View", told) and re.search(r"<bdi>ana</bdi></td><td>Value", told)
    rows = list(csv.DictReader(io.StringIO(room.person("lea").get("/desk/audit.csv").content.decode("utf-8-sig"))))
    assert {"login", "view", "claim", "value"} <= {row["action"] for row in rows}


def test_the_desk_stands_on_postgresql_too(tmp_path: Path, postgresql: str) -> None:
    room = open_room(tmp_path, postgresql)
    reference = room.keep(*form(NGO))
    assert edit(room, "ana", reference, "title", "Título nuevo").status_code == 200
    assert room.person("ana").client.get("/desk", params={"q": "titulo"}).text.count('class="row"') == 1
    assert edit(room, "bo", reference, "title", "Other").status_code == 409
    assert decide(room, "ana", reference, "accepted", reason="Good.").status_code == 303
    with room.desk.reading() as connection:
        assert not connection.execute(select(func.count()).select_from(CLAIMS)).scalar()
    room.desk.drawer.close()
    room.store.close()
