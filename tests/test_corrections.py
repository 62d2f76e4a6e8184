"""Corrections teach: gold records from what persons decided, and the measurement against gold records."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from flows.evaluate_forms import evaluate_forms
from flows.likeness import alike, common_words, compare
from flows.marking import mark
from flows.scores import calibration_error, report
from flows.walking import Misuse
from pipeline.desk_tables import AUDIT
from pipeline.forgetting import forget
from pipeline.gold import Gold, as_text, load_gold
from pipeline.questions import ValueKind, questions
from pipeline.records import Activity, FieldContent, FieldReading, Record
from pipeline.trouble import GoldTrouble
from review.commands import app
from review.corrections import write_corrections
from tests.desk_room import SAMPLES, START, Person, Room, another, form, open_room

NGO, GHANA, VISIT = "en_jordan_ngo.docx", "en_ghana_pensions.docx", "u_fr_madagascar_visite.pdf"
TODAY = START.date()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = open_room(tmp_path)
    yield made
    made.desk.drawer.close()
    made.store.close()


def socieux(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def step(person: Person, reference: str, part: str, **told: str) -> None:
    page = f"/desk/requests/{reference}"
    answer = person.post(f"{page}/{part}", told, page)
    assert answer.status_code == 303, answer.text


def decided(room: Room, reference: str, outcome: str = "accepted") -> None:
    step(room.person("ana"), reference, "decide", outcome=outcome, reason="Looked at", rule="country_eligible")


def golds(folder: Path) -> dict[str, Gold]:
    return {path.name.removesuffix(".gold.json"): load_gold(path) for path in folder.glob("*.gold.json")}


# ------------------------------------------------------------------------------------------------ likeness
CASES: list[tuple[ValueKind, FieldContent, FieldContent, bool]] = [
    ("line", "Ministry of Labour", "ministry  of labour.", True),
    ("line", "Ministry of Labour and Employment", "Ministry of Labour and Employmant", True),
    ("line", "Ministry of Labour", "Ministry of Health", False),
    ("line", "Énergie", "Energie", False),
    ("line", "x", None, False),
    (
        "text",
        "one two three four five six seven eight nine ten",
        "ten nine eight seven six five four three two one",
        True,
    ),
    ("text", "one two three four", "one two three", False),
    ("text", "one two three", None, False),
    ("country", None, None, True),
    ("country", "CG", None, False),
    ("country", None, "CG", False),
    ("email", "A@b.org", "a@b.org ", True),
    ("phone", "+243 81 000", "+24381000", True),
    ("phone", "+24381000", "24381000", False),
    ("months", 6.0, 6.004, True),
    ("months", 6.0, 6.02, False),
    ("months", 6.0, "6", False),
    ("date", "2027-04-05", "2027-04", False),
    ("choices", ["social_protection", "labour_employment"], ["labour_employment", "social_protection"], True),
    ("languages", ["en", "fr"], ["en"], False),
    ("list", ["Annex 1: law", "Letter"], ["annex 1 law", "letter"], True),
    ("list", ["Annex 1", "Letter"], ["Letter", "Annex 1"], False),
]


@pytest.mark.parametrize(("kind", "wanted", "given", "right"), CASES)
def test_a_value_is_right_as_its_kind_of_question_asks(
    kind: ValueKind, wanted: FieldContent, given: FieldContent, right: bool
) -> None:
    assert compare(kind, wanted, given).right is right


def test_words_in_common_are_counted_as_often_as_they_stand() -> None:
    assert common_words("a a b", "a b b") == pytest.approx(2 * 2 / 6)
    assert common_words("", "") == 1.0 and common_words("a", "") == 0.0
    assert alike("Юго-Запад", "юго запад")


def test_rows_of_a_table_are_laid_beside_each_other_though_one_is_missing() -> None:
    wanted = [Activity(title="Study visit to Lisbon", duration="1 week"), Activity(title="Training", location="Amman")]
    assert compare("activities", wanted, wanted[1:]).cells == 4
    assert compare("activities", wanted, wanted[1:]).cells_right == 2
    assert compare("activities", wanted, [*wanted[:1], wanted[1].model_copy(update={"format": "remote"})]).share == 0.8
    assert not compare("activities", wanted, list(reversed(wanted))).right
    assert compare("activities", wanted, wanted).right and compare("activities", [], []).right


def test_the_calibration_error_is_the_mean_gap_over_tenths() -> None:
    said = [(0.95, True), (0.95, True), (0.95, False), (0.95, True), (0.15, False), (1.0, True)]
    assert calibration_error(said) == pytest.approx((abs(4.8 - 4) + 0.15) / 6)
    assert calibration_error([]) is None


# ------------------------------------------------------------------------------------------------ marking
@pytest.fixture(scope="module")
def pair() -> tuple[Gold, Record]:
    """A gold record, and a record in which everything is as it says, however well forms are read today."""
    gold, record = load_gold(SAMPLES / NGO.replace(".docx", ".gold.json")), form(NGO)[0]
    blank = FieldReading(state="not_on_form")
    fields = {key: record.fields.get(key, blank).model_copy(update=_as_in(gold, key)) for key in questions()}
    checks = tuple(
        check.model_copy(update={"outcome": gold.checks.get(check.rule, check.outcome)})
        for check in record.eligibility.checks
    )
    eligibility = record.eligibility.model_copy(update={"checks": checks})
    return gold, record.model_copy(update={"fields": fields, "eligibility": eligibility})


def _as_in(gold: Gold, key: str) -> dict[str, object]:
    if key in gold.fields:
        return {"state": "answered", "value": gold.fields[key]}
    return {"state": gold.states.get(key, "not_on_form"), "value": None}


def with_field(record: Record, key: str, **changes: object) -> Record:
    return record.model_copy(update={"fields": {**record.fields, key: record.fields[key].model_copy(update=changes)}})


def test_a_record_as_the_gold_has_it_is_right_in_everything(pair: tuple[Gold, Record]) -> None:
    gold, record = pair
    marked = mark(gold, record)
    assert marked.wrong == () and not marked.silent
    told = report([marked]).overall
    assert told.fields.right == told.fields.of == len(gold.fields)
    assert (told.states.figure, told.checks.figure, told.signature.figure, told.disposition.figure) == (1, 1, 1, 1)
    assert (told.precision, told.f1, told.invented, told.silent) == (1.0, 1.0, 0, 0)


def test_every_fault_is_counted_where_it_belongs(pair: tuple[Gold, Record]) -> None:
    gold, record = pair
    perfect, number = report([mark(gold, record)]).overall, len(gold.fields)
    record = with_field(record, "title", value="Something else entirely")
    record = with_field(record, "contact_phone", state="blank", value=None)
    record = with_field(record, "preferred_experience", state="answered", value="Portugal", confidence=0.9)
    checks = tuple(
        check.model_copy(update={"outcome": "not_met"}) if check.rule == "form_signed" else check
        for check in record.eligibility.checks
    )
    record = record.model_copy(update={"eligibility": record.eligibility.model_copy(update={"checks": checks})})
    marked = mark(gold, record)
    told = report([marked]).overall
    assert (told.fields.right, told.fields.of, told.invented) == (number - 2, number, 1)
    assert told.states.of - told.states.right == 2, "one answer too few, one too many"
    assert told.precision == pytest.approx((number - 2) / number, abs=1e-4), "one value went, one came"
    assert perfect.checks.right - told.checks.right == 1
    assert told.lines.of - told.lines.right == 1 and told.facts_and_codes.of - told.facts_and_codes.right == 1
    assert [each.name for each in marked.wrong] == ["contact_phone", "title", "preferred_experience", "form_signed"]
    assert marked.wrong[3].sentence == "form_signed: not_met for met"
    assert not marked.silent, "a person looks at it"
    assert mark(gold, record.model_copy(update={"disposition": "ready"})).silent


def test_ready_where_somebody_must_look_is_a_silent_error(pair: tuple[Gold, Record]) -> None:
    gold, record = pair
    marked = mark(gold, record.model_copy(update={"disposition": "ready"}))
    assert marked.wrong == () and marked.silent
    unjudged = gold.model_copy(update={"not_judged": ("disposition",)})
    assert not mark(unjudged, record.model_copy(update={"disposition": "ready"})).silent


def test_what_nobody_judged_is_no_measure(pair: tuple[Gold, Record]) -> None:
    gold, record = pair
    told = report([mark(gold.model_copy(update={"not_judged": ("title", "theme.area", "language")}), record)]).overall
    wrong = with_field(record, "title", value="Something else entirely")
    wrong = wrong.model_copy(update={"document": wrong.document.model_copy(update={"language": "ru"})})
    wrong = wrong.model_copy(update={"theme": wrong.theme.model_copy(update={"area": "out_of_scope"})})
    spared = gold.model_copy(update={"not_judged": ("title", "theme.area", "language")})
    assert report([mark(spared, wrong)]).overall == told
    assert told.area.of == 0 and told.form_facts.of == 2 and told.fields.of == len(gold.fields) - 1
    # A key that the gold knows nothing of is an invention; one that nobody judged is not.
    fields = {key: value for key, value in gold.fields.items() if key != "title"}
    bare = gold.model_copy(update={"fields": fields})
    assert [each.name for each in mark(bare, record).invented] == ["title"]
    assert mark(bare.model_copy(update={"not_judged": ("title",)}), record).invented == ()


def test_a_form_without_a_record_is_wrong_everywhere(pair: tuple[Gold, Record]) -> None:
    told = report([mark(pair[0], None)]).overall
    assert told.missing == 1 and told.fields.right == told.states.right == told.checks.right == 0
    assert told.disposition.right == 0 and told.precision is None and told.f1 == 0.0


# ------------------------------------------------------------------------------------------------ the command
def forms(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        shutil.copy(SAMPLES / name, folder / name)
        gold = name.rpartition(".")[0] + ".gold.json"
        shutil.copy(SAMPLES / gold, folder / gold)
    return folder


def change(folder: Path, name: str, **changes: object) -> None:
    path = folder / f"{name}.gold.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def test_the_command_measures_a_folder_of_forms(tmp_path: Path) -> None:
    folder = forms(tmp_path / "gold", NGO, GHANA)
    done = socieux("evaluate", "forms", folder, "--json", "--today", "2026-11-22")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["overall"]["files"] == 2 and told["overall"]["silent"] == 0 and told["overall"]["ready"] == 1
    wanted = sum(len(gold.fields) for gold in golds(folder).values())
    assert told["overall"]["fields"]["of"] == wanted and told["overall"]["fields"]["figure"] > 0.9
    assert set(told["by_language"]) == {"en"} and set(told["by_format"]) == {"word:docx"}
    assert told["by_rule"]["form_signed"]["of"] == 2 and told["by_question"]["title"]["of"] == 2


def test_a_silent_error_or_a_missing_form_is_exit_status_1_and_shown(tmp_path: Path) -> None:
    folder = forms(tmp_path / "gold", GHANA)
    change(folder, "en_ghana_pensions", disposition="flagged")
    done = socieux("evaluate", "forms", folder, "--today", "2026-11-22")
    assert done.exit_code == 1
    assert "SILENT ERROR" in done.stdout and "silent errors          1 of 1 ready" in done.stdout
    assert "by language" in done.stdout and "by format" in done.stdout and "calibration error" in done.stdout
    (folder / GHANA).unlink()
    gone = socieux("evaluate", "forms", folder)
    assert gone.exit_code == 1 and "1 without a record" in gone.stdout


@pytest.mark.parametrize(
    "fault", ["no folder named", "nothing there", "no gold", "broken", "wrong key", "two of a name"]
)
def test_misuse_is_one_sentence_and_exit_status_2(tmp_path: Path, fault: str) -> None:
    folder = forms(tmp_path / "gold", GHANA)
    arguments: list[object] = [folder]
    if fault == "no folder named":
        arguments = []
    elif fault == "nothing there":
        arguments = [tmp_path / "none"]
    elif fault == "no gold":
        (folder / "en_ghana_pensions.gold.json").unlink()
    elif fault == "broken":
        (folder / "en_ghana_pensions.gold.json").write_text("{")
    elif fault == "wrong key":
        change(folder, "en_ghana_pensions", disposition="perhaps")
    else:
        forms(folder / "again", GHANA)
    done = socieux("evaluate", "forms", *arguments)
    assert done.exit_code == 2 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    if fault == "wrong key":
        assert "en_ghana_pensions.gold.json: disposition" in done.stderr


def test_a_gold_record_comes_back_as_it_was_written(pair: tuple[Gold, Record], tmp_path: Path) -> None:
    path = tmp_path / "x.gold.json"
    path.write_text(as_text(pair[0]), "utf-8")
    assert load_gold(path) == pair[0] and "not_judged" not in path.read_text("utf-8")
    with pytest.raises(GoldTrouble, match="no gold record"):
        load_gold(tmp_path / "none")
    with pytest.raises(Misuse):
        evaluate_forms(tmp_path / "none")


# ------------------------------------------------------------------------------------------------ corrections
def test_only_what_a_person_said_is_in_the_gold(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "fields/title", how="value", value="A better title")
    step(ana, reference, "fields/institution_name", how="confirm")
    step(ana, reference, "fields/background", how="unreadable")
    step(ana, reference, "fields/institution_acronym", how="blank")
    step(ana, reference, "checks/form_signed", outcome="not_met", reason="Only a stamp")
    decided(room, reference)
    written = write_corrections(room.store, tmp_path / "gold", TODAY)
    assert (written.files, written.complete, written.answers, written.rules) == (1, 0, 4, 1)
    (gold,) = golds(tmp_path / "gold").values()
    assert gold.fields == {"title": "A better title", "institution_name": "Alliance for Inclusive Work"}
    assert gold.states == {"background": "unreadable", "institution_acronym": "blank"}
    assert gold.checks == {"form_signed": "not_met"} and gold.signature.mark == "absent"
    assert gold.disposition == "flagged"
    judged = {"title", "institution_name", "background", "institution_acronym"}
    assert set(questions()) - judged <= set(gold.not_judged) and not judged & set(gold.not_judged)
    assert {"language", "theme.area", "signature.kind"} <= set(gold.not_judged)
    assert "signature.mark" not in gold.not_judged
    assert (tmp_path / "gold" / gold.file).read_bytes() == form(NGO)[1]
    assert gold.file == f"{reference}.docx", "the sender's own name may be anything"
    for path in (tmp_path / "gold").iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_a_gold_record_from_corrections_measures_the_machine(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "fields/title", how="value", value="What the person reads")
    step(ana, reference, "fields/institution_name", how="confirm")
    decided(room, reference)
    write_corrections(room.store, tmp_path / "gold", TODAY)
    told = evaluate_forms(tmp_path / "gold", TODAY, 1)
    assert (told.overall.fields.right, told.overall.fields.of) == (1, 2)
    assert told.overall.invented == 0, "what nobody confirmed is no invention"
    assert told.forms[0].wrong[0].startswith("title: ")


def test_a_form_of_which_everything_is_confirmed_is_complete(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(GHANA))
    ana = room.person("ana")
    record = form(GHANA)[0]
    for key, reading in record.fields.items():
        if reading.state != "not_on_form":
            step(ana, reference, f"fields/{key}", how="confirm")
    decided(room, reference)
    written = write_corrections(room.store, tmp_path / "gold", TODAY, only_complete=True)
    assert (written.files, written.complete) == (1, 1)
    (gold,) = golds(tmp_path / "gold").values()
    as_written = load_gold(SAMPLES / GHANA.replace(".docx", ".gold.json"))
    assert set(gold.fields) == set(as_written.fields) and gold.states == as_written.states
    assert not set(gold.not_judged) & set(questions())
    assert gold.disposition == "ready" and "disposition" not in gold.not_judged


def test_judging_where_the_guide_leaves_it_to_a_person_is_no_fault_of_the_machine(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    ana = room.person("ana")
    step(ana, reference, "fields/title", how="confirm")
    step(ana, reference, "checks/institution_eligible", outcome="met", reason="It has a mandate")
    decided(room, reference)
    write_corrections(room.store, tmp_path / "gold", TODAY)
    (gold,) = golds(tmp_path / "gold").values()
    assert gold.checks["institution_eligible"] == ["met", "needs_judgement"]
    assert gold.disposition == "flagged", "it took a person"


def test_what_is_left_out_is_said_with_the_reason(room: Room, tmp_path: Path) -> None:
    open_one, bare, nothing, gone, lost = (room.keep(*another(NGO, number)) for number in range(5))
    ana = room.person("ana")
    for reference in (open_one, nothing, gone, lost):
        step(ana, reference, "fields/title", how="confirm")
    decided(room, bare)
    decided(room, nothing, "not_a_request")
    decided(room, gone)
    decided(room, lost)
    record, away = room.store.find(lost), room.store.find(gone)
    assert record is not None and away is not None
    forget(room.store, [away.record_id])
    digest = record.source.sha256
    (room.store.raw_folder / digest[:2] / digest).unlink()
    written = write_corrections(room.store, tmp_path / "gold", TODAY)
    assert written.files == 0 and list((tmp_path / "gold").iterdir()) == []
    assert dict(written.left_out) == {
        "not decided by anybody yet": 1,
        "no answer was confirmed or corrected by a person": 1,
        "decided to be no request": 1,
        "forgotten on request or after its time": 1,
        "the original file is missing or damaged (socieux check)": 1,
    }


def test_what_is_reopened_or_taken_back_is_left_out(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "fields/title", how="confirm")
    decided(room, reference)
    room.clock.later(minutes=1)
    step(room.person("ana"), reference, "reopen", reason="A mistake")
    written = write_corrections(room.store, tmp_path / "gold", TODAY)
    assert written.files == 0 and written.left_out["not decided by anybody yet"] == 1


def test_the_export_of_corrections_by_command(room: Room, tmp_path: Path) -> None:
    reference = room.keep(*form(NGO))
    step(room.person("ana"), reference, "fields/title", how="confirm")
    decided(room, reference)
    room.keep(*form(VISIT))
    store, folder = room.folder / "desk.db", tmp_path / "gold"
    done = socieux("export", "--corrections", "--to", folder, "--store", store)
    assert done.exit_code == 0 and done.stdout == ""
    assert "1 gold record(s) written, 0 of them complete: 1 answer(s) and 0 rule(s)" in done.stderr
    assert "1 left out: not decided by anybody yet." in done.stderr and "real requests" in done.stderr
    assert sorted(path.suffix for path in folder.iterdir()) == [".docx", ".json"]
    again = socieux("export", "--corrections", "--to", folder, "--store", store)
    assert again.exit_code == 2 and "not empty" in again.stderr
    nowhere = socieux("export", "--corrections", "--store", store)
    assert nowhere.exit_code == 2 and "Name a new folder" in nowhere.stderr
    assert socieux("export", "--to", tmp_path / "x", "--store", store).exit_code == 2
    partly = socieux("export", "--corrections", "--complete", "--to", tmp_path / "all", "--store", store)
    assert partly.exit_code == 0 and "some answer was confirmed by nobody" in partly.stderr
    with room.desk.reading() as connection:
        noted = connection.execute(select(AUDIT).where(AUDIT.c.action == "export")).all()
    assert [(row.name, row.subject) for row in noted] == [("command line", "corrections")] * 2


def test_the_help_warns_of_personal_data() -> None:
    told = " ".join(socieux("export", "--help").stdout.split())
    assert "REAL REQUESTS" in told and "names, addresses and telephone numbers" in told
    assert "Exit status: 0 measured" in " ".join(socieux("evaluate", "--help").stdout.split())
