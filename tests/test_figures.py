"""The figures page, what is counted for it, and what waits for colleagues: calls in comments, and their digest."""

import email
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email.policy import default
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from typer.testing import CliRunner

from flows.colleagues_digest import FOLDER, gather, write_digests
from flows.mailbox_settings import WatchSettings
from flows.night import Night, steps
from pipeline.desk_tables import AUDIT, COMMENTS, QUEUE, USERS
from pipeline.figure_tables import COURSES, MENTIONS, RAISED, VERDICTS
from pipeline.forgetting import forget
from pipeline.ledger import Ledger
from pipeline.messages import Incoming
from pipeline.records import Flag, MadeWith
from review.commands import app
from review.course import minutes_worked, monday
from review.figure_plots import HEIGHT, NAMES, SCALE, plot_agreement, plot_calibration, plot_weeks
from review.figures import LEAST, Agreement, Part, figures, wilson
from review.mentions import called
from review.queue_rows import catch_up
from tests.desk_browsers import People, Served
from tests.desk_room import START, Person, Room, another, form, open_room
from tests.test_desk_browser import PICTURES, show

NGO, VISIT = "en_jordan_ngo.docx", "u_fr_madagascar_visite.pdf"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = open_room(tmp_path)
    yield made
    made.desk.drawer.close()
    made.store.close()


def step(person: Person, reference: str, part: str, **told: str) -> None:
    """One step on a request, as its page would send it."""
    page = f"/desk/requests/{reference}"
    answer = person.post(f"{page}/{part}", told, page)
    assert answer.status_code == 303, answer.text


def rows(room: Room, table) -> list:  # type: ignore[no-untyped-def, type-arg]
    with room.desk.reading() as connection:
        return list(connection.execute(select(table)).all())


def text_of(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fill(room: Room, decided: int) -> None:
    """A request, and what persons said about so many answers, as rows: a page can show no difference."""
    weeks = [monday(START - timedelta(weeks=back)) for back in range(10)]
    kept = room.store.find(room.keep(*another(NGO, 1)))
    assert kept is not None
    record_id = kept.record_id
    with room.desk.writing() as connection:
        connection.execute(COURSES.delete())
        connection.execute(COURSES.insert(), _course(record_id, weeks))
        for number in range(decided):
            agreed, said = number % 4 != 0 and number % 14 != 1, 0.55 + (number % 9) / 20
            told = {"decision_id": number + 1000, "record_id": record_id, "agreed": agreed, "said": said}
            told |= {"language": ("en", "fr", "ru")[number % 3], "tenth": int(said * 10), "kind": "field"}
            connection.execute(VERDICTS.insert(), told | {"subject": ("title", "background")[number % 2]})
            came_to = ("nothing", "changed", "nothing")[number % 3]
            raised = {"record_id": record_id, "place": f"{number}", "code": "doubtful", "came_to": came_to}
            connection.execute(RAISED.insert(), raised)


def _course(record_id: str, weeks: list[str]) -> dict[str, object]:
    row: dict[str, object] = {"record_id": record_id, "language": "en", "disposition": "flagged", "version": 0}
    row |= {"complete": False, "answers": 0, "kept": 0}
    return row | {"week": weeks[0], "decided_week": weeks[0], "outcome": "accepted", "minutes": 4.0, "days": 2.0}


# ------------------------------------------------------------------------------------------------ counting
@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilsons_interval_is_that_of_the_books(part: int, of: int, low: float, high: float) -> None:
    assert wilson(part, of) == pytest.approx((low, high), abs=0.0005)


def test_what_persons_say_is_counted_against_what_the_machine_read(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "fields/title", how="value", value="Another title")
    step(ana, reference, "fields/institution_name", how="confirm")
    step(ana, reference, "fields/background", how="unreadable")
    step(ana, reference, "checks/institution_eligible", outcome="met", reason="A public task")
    step(ana, reference, "checks/country_eligible", outcome="met", reason="As said")
    step(ana, reference, "theme", subject="area", area="both")
    said = {(row.kind, row.subject): (row.agreed, row.language, row.tenth) for row in rows(room, VERDICTS)}
    record = room.store.find(reference)
    assert record is not None
    name = record.fields["institution_name"].confidence
    assert name is not None
    assert said["field", "title"][:2] == (False, "en")
    assert said["field", "institution_name"] == (True, "en", min(9, int(name * 10)))
    assert said["field", "background"][0] is False
    assert said["check", "institution_eligible"][0] is False and said["check", "country_eligible"][0] is True
    assert said["theme", "area"][0] is False
    flags = {row.code: row.came_to for row in rows(room, RAISED)}
    assert flags["institution_eligible"] == "nothing", "the person found the rule kept"


def test_a_step_taken_back_or_given_anew_counts_once_as_it_holds(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "fields/title", how="confirm")
    step(ana, reference, "fields/title", how="value", value="Another title")
    assert [(row.subject, row.agreed) for row in rows(room, VERDICTS)] == [("title", False)]
    number = rows(room, VERDICTS)[0].decision_id
    step(ana, reference, "undo", step=str(number))
    assert [(row.subject, row.agreed) for row in rows(room, VERDICTS)] == [("title", True)]


def test_what_is_decided_stays_counted_as_it_was_when_the_file_is_read_anew(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "fields/title", how="value", value="The title as it will be read one day")
    step(ana, reference, "decide", outcome="accepted", reason="Good")
    before = rows(room, VERDICTS), rows(room, RAISED), rows(room, COURSES)
    record, data = form(NGO)
    title = record.fields["title"].model_copy(update={"value": "The title as it will be read one day"})
    newer = {"fields": {**record.fields, "title": title}, "made_with": MadeWith(software="9", rules="9")}
    room.keep(record.model_copy(update={**newer, "flags": ()}), data)
    assert (rows(room, VERDICTS), rows(room, RAISED), rows(room, COURSES)) == before


def test_what_was_counted_can_be_made_anew_from_what_persons_decided(room: Room) -> None:
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "fields/title", how="confirm")
    step(room.person("ana"), reference, "decide", outcome="accepted", reason="Good")
    before = rows(room, VERDICTS), rows(room, RAISED), rows(room, COURSES)
    with room.desk.writing() as connection:
        for table in (VERDICTS, RAISED, COURSES):
            connection.execute(table.delete())
        connection.execute(QUEUE.update().values(reading_id=0))
    catch_up(room.desk, 10, thorough=True)
    assert (rows(room, VERDICTS), rows(room, RAISED), rows(room, COURSES)) == before


def test_pauses_are_no_work(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    ana.get(f"/desk/requests/{reference}")
    room.clock.later(minutes=4)
    step(ana, reference, "fields/title", how="confirm")
    room.clock.later(minutes=95)
    ana.get(f"/desk/requests/{reference}")
    room.person("lea").get(f"/desk/requests/{reference}")
    room.clock.later(minutes=2)
    room.person("lea").get(f"/desk/requests/{reference}")
    step(ana, reference, "decide", outcome="accepted", reason="Good")
    (course,) = rows(room, COURSES)
    assert course.minutes == pytest.approx(6.0), "whoever only looks does not work on it"
    assert course.outcome == "accepted" and course.decided_week == monday(room.clock.now)
    with room.desk.reading() as connection:
        assert minutes_worked(connection, course.record_id, "bo", room.clock.now) is None, "bo never saw it"


def test_an_open_request_has_no_length(room: Room) -> None:
    room.keep(*form(NGO))
    (course,) = rows(room, COURSES)
    assert (course.minutes, course.days, course.decided_week, course.outcome) == (None, None, None, "")
    assert course.disposition == "flagged"


def test_the_rest_of_the_answers_is_confirmed_in_one_step_that_counts_each(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    page = f"/desk/requests/{reference}"
    step(ana, reference, "fields/title", how="value", value="Another title")
    on_form = [key for key, each in form(NGO)[0].fields.items() if each.state != "not_on_form"]
    assert f"the other {len(on_form) - 1} answer(s)" in text_of(ana.get(page).text)
    assert ana.post(f"{page}/confirm-rest", {}, page).status_code == 422, "without the word that they were compared"
    old = ana.tokens(page)
    step(ana, reference, "confirm-rest", compared="yes")
    agreed = {row.subject: row.agreed for row in rows(room, VERDICTS) if row.kind == "field"}
    assert set(agreed) == set(on_form) and [key for key in agreed if not agreed[key]] == ["title"]
    assert [course.complete for course in rows(room, COURSES)] == [True]
    assert "answer(s) with the pages" not in text_of(ana.get(page).text)
    with room.desk.reading() as connection:
        whole = figures(connection, START).whole
    assert (whole.forms, whole.kept) == (1, Part(len(on_form) - 1, len(on_form)))
    step(ana, reference, "undo", step=str(rows(room, VERDICTS)[-1].decision_id))
    assert [course.complete for course in rows(room, COURSES)] == [False]
    late = room.person("bo").post(f"{page}/confirm-rest", old | {"compared": "yes"} | _csrf(room), page)
    assert late.status_code == 409, "ana holds it"
    same = ana.post(f"{page}/confirm-rest", {"compared": "yes", "seen": old["seen"]}, page)
    assert same.status_code == 409, "what has changed since was not compared"


def _csrf(room: Room) -> dict[str, str]:
    return {"csrf": room.person("bo").tokens("/desk/account")["csrf"]}


def test_an_answer_with_a_trouble_wants_a_word_of_its_own(room: Room) -> None:
    record, data = form(NGO)
    flag = Flag(code="doubtful_question", severity="warning", message="Is this the title?", field="title")
    reference = room.keep(record.model_copy(update={"flags": (*record.flags, flag)}), data)
    step(room.person("ana"), reference, "confirm-rest", compared="yes")
    subjects = {row.subject for row in rows(room, VERDICTS)}
    assert "title" not in subjects and "institution_name" in subjects
    assert [course.complete for course in rows(room, COURSES)] == [False]


# ------------------------------------------------------------------------------------------------ asking
def test_weeks_medians_and_shares_come_out_of_the_database(room: Room) -> None:
    _weeks_and_shares(room)


def test_the_same_on_postgresql(postgresql: str, tmp_path: Path) -> None:
    from sqlalchemy import create_engine, text

    admin = create_engine(postgresql.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE figures"))
    admin.dispose()
    made = open_room(tmp_path, postgresql.rpartition("/")[0] + "/figures")
    _weeks_and_shares(made)
    for number in range(20, 30):
        made.store.keep(*another(NGO, number))
    with ThreadPoolExecutor(2) as both:
        looked = [both.submit(catch_up, made.desk, 100, thorough=True) for _ in range(2)]
    assert all(each.exception() is None for each in looked), "two processes count the same requests at once"
    assert len(rows(made, COURSES)) == 15 and len({row.record_id for row in rows(made, RAISED)}) == 15
    assert made.person("ana").get("/desk/figures").status_code == 200
    made.store.close()


def _weeks_and_shares(room: Room) -> None:
    references = [room.keep(*another(NGO, number, days=7 * (number % 2))) for number in range(5)]
    record_ids = [record.record_id for reference in references if (record := room.store.find(reference))]
    this, before = monday(START), monday(START - timedelta(weeks=1))
    with room.desk.writing() as connection:
        for record_id, minutes in zip(record_ids, (1.0, 9.0, 3.0, 4.0, None), strict=True):
            told = {"decided_week": this if minutes else None, "minutes": minutes, "days": minutes}
            connection.execute(COURSES.update().where(COURSES.c.record_id == record_id).values(**told))
        verdicts = [("title", "en", True), ("title", "en", False), ("title", "ru", True), ("background", "en", True)]
        for number, (subject, language, agreed) in enumerate(verdicts):
            row = {"decision_id": number + 900, "record_id": record_ids[0], "kind": "field", "subject": subject}
            row |= {"language": language, "agreed": agreed, "said": 0.95, "tenth": 9}
            connection.execute(VERDICTS.insert(), row)
    with room.desk.reading() as connection:
        found = figures(connection, START)
    weeks = {week.start.isoformat(): week for week in found.weeks}
    assert len(weeks) == 12 and max(weeks) == this
    assert (weeks[this].received, weeks[before].received) == (3, 2)
    assert weeks[this].came == {"flagged": 3}
    assert weeks[this].decided == 4 and weeks[this].minutes == 3.5 and weeks[before].minutes is None
    assert (found.took.minutes, found.took.timed, found.took.decided) == (3.5, 4, 4)
    agreed = {each.name: each for each in found.fields}
    assert agreed["title"].by_language == {"en": Part(1, 2), "ru": Part(1, 1)} and agreed["title"].all == Part(2, 3)
    lines = next(each for each in found.calibration if each.group == "Names and lines")
    assert lines.number == 3 and lines.error == pytest.approx(0.95 - 2 / 3)
    assert [waiting.stage for waiting in found.waiting] == ["flagged"] and found.waiting[0].number == 5


def test_a_flag_is_judged_only_when_there_is_enough(room: Room) -> None:
    fill(room, 9)
    with room.desk.reading() as connection:
        (few,) = [each for each in figures(connection, START).flags if each.code == "doubtful"]
    assert (few.raised, few.nothing, few.changed) == (9, 6, 3) and "nothing can be said" in few.remark
    fill_more = {"place": "more", "code": "doubtful", "came_to": "nothing"}
    with room.desk.writing() as connection:
        record_id = connection.execute(select(COURSES.c.record_id)).scalar()
        for number in range(40):
            connection.execute(RAISED.insert(), fill_more | {"record_id": record_id, "place": f"more {number}"})
    with room.desk.reading() as connection:
        (many,) = [each for each in figures(connection, START).flags if each.code == "doubtful"]
    assert many.remark == "mostly for nothing" and many.for_nothing == Part(46, 49)


def test_bars_dots_and_intervals_stand_where_the_numbers_say(room: Room) -> None:
    fill(room, 30)
    with room.desk.reading() as connection:
        found = figures(connection, START)
    weeks = plot_weeks(found.weeks)
    bar = next(each for each in weeks.bars if each.kind == "flagged")
    assert bar.y + bar.height == pytest.approx(HEIGHT) and "1 flagged" in bar.told and weeks.most == 1
    agreement = plot_agreement(found.fields)
    assert [dot.name for dot in agreement.dots] == ["title", "background"], "the least agreed on stands first"
    for dot in agreement.dots:
        assert dot.low < dot.x < dot.high
    assert agreement.dots[0].x == pytest.approx(NAMES + SCALE * 7 / 15)
    small = Agreement("title", {"en": Part(LEAST - 1, LEAST - 1)})
    assert plot_agreement([small]).dots == () and plot_agreement([small]).left_out == ("title",)
    dots = [plot_calibration(each).dots for each in found.calibration]
    assert [bool(each) for each in dots] == [True, True, False, False, False, False]


# ------------------------------------------------------------------------------------------------ the page
def test_with_little_data_nothing_is_drawn_and_it_says_so(room: Room) -> None:
    told = text_of(room.person("ana").get("/desk/figures").text)
    assert "There is no request yet" in told and "The ledger is empty" in told
    fill(room, 8)
    page = room.person("ana").get("/desk/figures").text
    told = text_of(page)
    assert told.count("Fewer than 10: not drawn.") == 6
    assert "Fewer than 10 cases, not drawn: Title, Background" in told
    assert "Calibration: " not in told and 'id="agreed-title"' not in page
    assert "2 of 4" in told and "50 %" not in told.partition("Answers, by language")[2].partition("Is it as sure")[0]


def test_with_enough_data_every_plot_has_a_title_words_and_a_table(room: Room) -> None:
    fill(room, 60)
    page = room.person("ana").get("/desk/figures").text
    plots = re.findall(r'<svg class="plot".*?</svg>', page, re.DOTALL)
    assert len(plots) == 4, "weeks, agreement, two groups of calibration"
    for plot in plots:
        assert re.search(r"<title [^>]*>[^<]+</title>", plot) and re.search(r"<desc [^>]*>[^<]{20,}</desc>", plot)
        assert 'role="img"' in plot and "style=" not in plot and "<script" not in plot
    for name in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert all(f'id="{each}"' in page for each in name.split())
    told = text_of(page)
    assert "50 % (15 of 30)" in told and "83 % (25 of 30)" in told
    assert "40 of 60" in told, "the flag came to nothing that often"


@pytest.mark.parametrize(("name", "status"), [("rea", 403), ("ana", 200), ("lea", 200), ("adm", 200)])
def test_readers_have_no_figures(room: Room, name: str, status: int) -> None:
    person = room.person(name)
    assert person.get("/desk/figures").status_code == status
    assert ('href="/desk/figures"' in person.get("/desk").text) == (status == 200)


def test_the_front_page_tells_the_balance_in_one_line(room: Room) -> None:
    ledger = Ledger(room.store.engine, room.store.raw_folder, room.clock)
    for number in range(3):
        told = Incoming(channel="folder", received_at=START, received_by="file_time", filename=f"{number}.pdf")
        ledger.accept(b"%d" % number, told)
    rea = room.person("rea")
    assert 'hx-get="/desk/balance"' in rea.get("/desk").text
    assert "3 seen, 3 accounted for" in text_of(rea.get("/desk/balance").text)
    with room.desk.writing() as connection:
        connection.exec_driver_sql("UPDATE messages SET state = 'lost' WHERE id = 1")
    said = text_of(rea.get("/desk/balance").text)
    assert "3 seen, 2 accounted for" in said and "not exact" in said


# ------------------------------------------------------------------------------------------------ comments that call
def test_only_whole_names_of_people_with_access_are_called(room: Room) -> None:
    with room.desk.writing() as connection:
        connection.execute(USERS.update().where(USERS.c.name == "lea").values(active=False))
    from review.accounts import users

    with room.desk.reading() as connection:
        people = users(connection)
    cases = {
        "@bo please": ["bo"],
        "see (@BO), and @ana!": ["ana", "bo"],
        "@bob @bo.b x@bo bo": [],
        "@lea has no access": [],
        "@bo.": ["bo"],
        "@@bo": [],
    }
    for words, names in cases.items():
        assert [user.name for user in called(words, people)] == names, words


def test_a_call_waits_for_the_one_who_is_called_until_they_look(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana, bo = room.person("ana"), room.person("bo")
    bo.get(f"/desk/requests/{reference}")
    room.clock.later(minutes=1)
    step(ana, reference, "comments", words="<b>@bo</b> is this an NGO, @ana?")
    assert "(calls Bo)" in text_of(ana.get(f"/desk/requests/{reference}").text), "nobody calls themselves"
    room.clock.later(minutes=1)
    page = bo.get("/desk/mine").text
    assert "For you (1)" in text_of(page) and "Ana calls you" in text_of(page)
    assert "&lt;b&gt;@bo&lt;/b&gt;" in page and f'href="/desk/requests/{reference}#comments"' in page
    assert "For you (1)" not in text_of(ana.get("/desk/mine").text)
    bo.get(f"/desk/requests/{reference}")
    after = text_of(bo.get("/desk/mine").text)
    assert "For you (1)" not in after and "Earlier comments" in after and "New comments 0" in after


def test_an_answer_waits_for_whoever_spoke_before(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana, bo, lea = (room.person(name) for name in ("ana", "bo", "lea"))
    step(ana, reference, "comments", words="What is this?")
    room.clock.later(minutes=1)
    step(bo, reference, "comments", words="An association.")
    assert "Bo wrote after you" in text_of(ana.get("/desk/mine").text)
    assert "Bo wrote" not in text_of(lea.get("/desk/mine").text)
    room.clock.later(minutes=1)
    step(ana, reference, "comments", words="Thank you.")
    assert "New comments 0" in text_of(ana.get("/desk/mine").text), "whoever answers has seen"


def test_what_is_held_and_assigned_waits_too(room: Room) -> None:
    held, theirs = room.keep(*form(NGO)), room.keep(*form(VISIT))
    ana = room.person("ana")
    step(ana, held, "claim")
    room.person("lea").post("/desk/bulk", {"step": "assign", "person": "ana", "chosen": theirs})
    told = text_of(ana.get("/desk/mine").text)
    assert f"You are working on 1 {held} , claimed until" in told
    assert f"Assigned to you 1 {theirs} , came in on" in told


def test_forgetting_a_request_forgets_its_calls_and_keeps_the_figures(room: Room) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "comments", words="@bo look at Mr Tarawneh")
    step(ana, reference, "fields/title", how="confirm")
    step(ana, reference, "decide", outcome="accepted", reason="Good")
    record = room.store.find(reference)
    assert record is not None and len(rows(room, MENTIONS)) == 1
    before = rows(room, VERDICTS)
    forget(room.store, [record.record_id])
    catch_up(room.desk, 10, thorough=True)
    assert rows(room, MENTIONS) == [] and rows(room, COMMENTS) == []
    assert rows(room, VERDICTS) == before and len(before) == 1


def test_the_digest_holds_references_and_names_and_no_words(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "comments", words="@bo secret words")
    step(room.person("ana"), reference, "claim")
    told = gather(room.store, room.clock.now + timedelta(minutes=1), UTC)
    assert [each.who.name for each in told] == ["ana", "bo"], "nothing waits for the others"
    written = write_digests(told, tmp_path / "out")
    assert sorted(path.suffix for path in written) == [".eml", ".eml", ".txt", ".txt"]
    for path in written:
        text = path.read_text("utf-8")
        assert reference in text and "secret" not in text and "Alliance" not in text
        assert path.stat().st_mode & 0o077 == 0
    bo = next(path for path in written if path.name.startswith("bo") and path.suffix == ".eml")
    mail = email.message_from_bytes(bo.read_bytes(), policy=default)
    assert mail["X-Unsent"] == "1" and mail["To"] is None and "1 thing waits for you" in mail["Subject"]
    assert "called in a comment (1)" in mail.get_content() and "Ana" in mail.get_content()
    assert write_digests((), tmp_path / "out") == () and list((tmp_path / "out").iterdir()) == []


def test_a_user_name_is_never_a_path(room: Room, tmp_path: Path) -> None:
    with room.desk.writing() as connection:
        connection.execute(USERS.update().where(USERS.c.name == "bo").values(name="../../etc/bo"))
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "comments", words="@../../etc/bo look")
    told = gather(room.store, room.clock.now + timedelta(minutes=1), UTC)
    (text, _) = write_digests(told, tmp_path / "out")
    assert text.parent == tmp_path / "out" and text.name == "etc-bo-3.txt"


def test_the_command_writes_the_digests_and_leaves_other_files_alone(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "comments", words="@bo look")
    later = datetime.now(UTC)
    with room.desk.writing() as connection:
        connection.execute(COMMENTS.update().values(created_at=later))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("not ours")
    command = ["digest", "--store", str(room.folder / "desk.db")]
    done = CliRunner().invoke(app, [*command, "--out", str(mine)])
    assert done.exit_code == 0 and "bo: 1 thing(s) wait" in done.stdout and "nothing was sent" in done.stdout
    assert sorted(path.name for path in mine.iterdir()) == ["bo-3.eml", "bo-3.txt", "letter.txt"]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert sorted(path.name for path in (room.folder / "digests" / FOLDER).iterdir()) == ["bo-3.eml", "bo-3.txt"]


def test_the_nightly_run_writes_them_too(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "comments", words="@bo look")
    ledger = Ledger(room.store.engine, room.store.raw_folder, lambda: room.clock.now + timedelta(minutes=1))
    night = Night(ledger, room.store, WatchSettings(), nullcontext, tmp_path)  # type: ignore[arg-type]
    work = dict(steps(night))
    assert work["colleagues"]() == "something waits for 1 colleague(s)"
    assert sorted(path.name for path in (tmp_path / "digests" / FOLDER).iterdir()) == ["bo-3.eml", "bo-3.txt"]


def test_looking_is_what_the_audit_says(room: Room) -> None:
    """Whoever opened the request has seen its comments; an export of the queue shows them to nobody."""
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "comments", words="@bo look")
    room.clock.later(minutes=1)
    bo = room.person("bo")
    bo.post("/desk/bulk", {"step": "export", "to": "csv", "chosen": reference})
    assert "For you (1)" in text_of(bo.get("/desk").text)
    with room.desk.reading() as connection:
        actions = set(connection.execute(select(AUDIT.c.action).where(AUDIT.c.name == "bo")).scalars())
        count = connection.execute(select(func.count()).select_from(MENTIONS)).scalar()
    assert "view" not in actions and count == 1


# ------------------------------------------------------------------------------------------------ in a browser
def test_the_figures_pass_axe_with_little_and_with_much(people: People, served: Served) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = people.sign_in("ana", "/desk/figures")
    found = show(page, "figures-empty")
    fill(served.room, 60)
    page.goto("/desk/figures")
    expect(page.locator("svg.plot")).to_have_count(4)
    page.get_by_text("The numbers", exact=True).click()
    found += show(page, "figures")
    page.goto("/desk/mine")
    found += show(page, "for-you")
    page.goto("/desk")
    expect(page.locator(".balance")).to_contain_text("The ledger is empty")
    assert found == []
