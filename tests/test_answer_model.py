"""The reader of answers: what an answer tells of its question, as a second witness beside the label."""

from pathlib import Path

import pytest

from extractors.answer_model import BESIDE, FILE, KIND_OF, chances, kind_of, kinds_of, weight_of
from extractors.answer_teaching import EXAMPLES, examples
from extractors.extraction import extract
from extractors.label_doubts import is_doubtful
from extractors.search import Asked
from extractors.text_model import ModelDamaged, fingerprint_of, load_model
from pipeline.document import Cell
from pipeline.languages import LANGUAGES
from pipeline.questions import questions
from tests.test_understanding import document, flags, line, values
from tests.test_unknown_words import FORM

TOLD = [
    ("en", "Two meeting rooms, a driver, the time of four analysts and lunch for all participants.", "contributions"),
    ("en", "National Employment Policy 2023-2030; Labour Act, chapter VII", "policy_alignment"),
    ("fr", "Un actuaire ayant travaillé dans une caisse de retraite publique, parlant français.", "expertise_sought"),
    ("fr", "Guide de l'inspecteur, modèle de rapport, support de formation", "deliverables"),
    ("es", "Unas 3.000 trabajadoras del hogar y 25 funcionarios de las oficinas regionales.", "target_groups"),
    ("es", "El Banco Mundial financia el registro; nadie apoya la inspección.", "other_support"),
    ("pt", "Metade das vagas é reservada a mulheres; os materiais terão versão em braille.", "cross_cutting"),
    ("pt", "Dra. Filomena Tavares de Sousa", "person"),
    ("ru", "Начальник отдела международного сотрудничества", "post"),
    ("ru", "Республиканский союз профсоюзов работников образования", "institution_name"),
]


@pytest.mark.parametrize(("language", "text", "kind"), TOLD)
def test_an_answer_tells_its_question(language: str, text: str, kind: str) -> None:
    found = chances(text, language)
    assert max(found, key=lambda key: found[key]) == kind


def test_a_single_word_tells_nothing() -> None:
    assert not chances("Yes", "en")
    assert weight_of("contributions", "Yes", "en") == 0.0


def test_an_answer_speaks_for_its_question_and_against_others() -> None:
    text = "Two meeting rooms, a driver, the time of four analysts and lunch for all participants."
    assert weight_of("contributions", text, "en") > 0.8
    assert weight_of("policy_alignment", text, "en") < -0.5
    assert weight_of("contact_email", text, "en") == 0.0  # an address is told by its form


def test_answers_of_a_kind_are_shared_by_questions() -> None:
    assert {kind_of(key) for key in ("head_name", "contact_name", "signatory_name")} == {"person"}
    assert kinds_of("contribution_sought") == ("contribution_sought", "expertise_sought")


def test_the_examples_are_of_every_language_and_of_known_kinds() -> None:
    found = examples()
    assert {each.language for each in found} == set(LANGUAGES)
    assert {each.kind for each in found} <= set(questions()) | set(KIND_OF.values()) | BESIDE
    for code in LANGUAGES:
        written = [each for each in found if each.language == code and not each.form]
        assert len({each.text for each in written}) > 0.95 * len(written) > 900


def test_a_strange_question_in_the_examples_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractors import answer_teaching

    for path in EXAMPLES.glob("*.toml"):
        (tmp_path / path.name).write_text('[shoe_size]\nanswers = ["42"]\n', "utf-8")
    monkeypatch.setattr(answer_teaching, "EXAMPLES", tmp_path)
    with pytest.raises(ValueError, match=r"en\.toml: no question of the form: shoe_size"):
        list(answer_teaching._of_language("en"))


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / FILE.name
    damaged.write_bytes(FILE.read_bytes()[:-1] + b"x")
    fingerprint_of(damaged).write_bytes(fingerprint_of(FILE).read_bytes())
    with pytest.raises(ModelDamaged, match="answer_model"):
        load_model(damaged)


# ------------------------------------------------------------------------------------------ what it decides
def asked(told: float | None, *, placed: bool = False, guessed: bool = True, base: float = 0.88) -> Asked:
    """A question whose label fits so."""
    from extractors.candidates import Candidate

    label = Candidate("Our part", 0, 0, 8, "line", 0.2, ())
    return Asked("contributions", label, 0.55 if base < 0.6 else 0.9, 0.4, base, guessed, placed, told=told)


ROOMS = "Two meeting rooms, a driver and the time of four analysts."
LAWS = "National Employment Policy 2023-2030; Labour Act, chapter VII"


@pytest.mark.parametrize(
    ("bid", "answer", "doubtful"),
    [
        (asked(0.99, placed=True, base=0.5), ROOMS, False),  # its place and its answer agree
        (asked(None, placed=True, base=0.5), ROOMS, True),  # its place alone
        (asked(0.99, base=0.5), ROOMS, True),  # its answer alone
        (asked(0.99), ROOMS, False),
        (asked(0.001), LAWS, True),  # the answer is one to another question
        (asked(0.001, placed=True), LAWS, True),
        (asked(0.001), ROOMS, False),  # so it seemed, but what was read is an answer to it
        (asked(0.001, guessed=False, base=1.0), LAWS, False),  # a label of the data is believed
        (
            asked(0.33, guessed=False, base=0.56),
            LAWS,
            True,
        ),  # a label that hardly fits, and an answer that tells nothing
    ],
)
def test_two_witnesses_settle_a_doubt(bid: Asked, answer: str, doubtful: bool) -> None:
    assert is_doubtful(bid, "contributions", answer, "en", one_event=False) is doubtful


def test_two_labels_in_unknown_words_are_told_apart_by_their_answers() -> None:
    strange = (
        line("8. Glossa", True),
        line("Rooms, two drivers, the time of six officers and lunch for all participants."),
        line("9. Tribulum", True),
        line("The World Bank finances the register of households and GIZ supports vocational training."),
    )
    read = extract(document(*FORM, *strange))
    found = values(read)
    assert str(found["contributions"]).startswith("Rooms, two drivers")
    assert str(found["other_support"]).startswith("The World Bank")
    assert {"contributions", "other_support"} <= {flag.field for flag in flags(read, "doubtful_question")}


def test_the_person_before_the_telephone_is_the_contact() -> None:
    rows = (
        line("3. Person in charge of the dossier", True),
        line("Ms Jane Otieno"),
        line("4. This person's post", True),
        line("Head of Planning"),
        line("5. E-mail", True),
        line("j.otieno@npf.example.ke"),
    )
    found = values(extract(document(*FORM[:4], *rows, *FORM[4:])))
    assert (found["contact_name"], found["contact_position"]) == ("Ms Jane Otieno", "Head of Planning")
    assert "head_name" not in found


def test_e_mail_and_telephone_in_one_answer() -> None:
    rows = (line("3. Contact person", True), line("Ms Jane Otieno"), line("4. E-mail and telephone", True))
    found = values(extract(document(*FORM[:4], *rows, line("j.otieno@npf.example.ke, tel. 020 272 9000"), *FORM[4:])))
    assert (found["contact_email"], found["contact_phone"]) == ("j.otieno@npf.example.ke", "+254202729000")


def test_a_fax_is_no_telephone() -> None:
    rows = (line("3. Contact person", True), line("Ms Jane Otieno"), line("4. Fax", True), line("020 272 9001"))
    read = extract(document(*FORM[:4], *rows, *FORM[4:]))
    assert "contact_phone" not in values(read)


def test_an_explanation_stands_between_label_and_answer() -> None:
    def row(number: int, label: str, hint: str, answer: str) -> list[object]:
        middle = line(hint, cell=Cell(0, number, 1))
        italic = type(middle)(
            middle.text,
            tuple(type(p)(p.kind, p.start, p.end, italic=True) for p in middle.pieces),
            path=None,
            page=1,
            cell=middle.cell,
        )
        return [line(label, True, Cell(0, number, 0)), italic, line(answer, False, Cell(0, number, 2))]

    rows = [
        *row(0, "Name of the institution", "Official name", "National Pension Fund"),
        *row(1, "Country", "Where you work", "Kenya"),
        *row(2, "Head of the institution", "Name with title", "Dr Peter Otieno"),
        *row(3, "Position of the head", "For example Director", "Chief Executive Officer"),
        *row(4, "Objectives", "In one sentence", "Every third worker without an employer has joined by 2030."),
    ]
    found = values(extract(document(*rows)))  # type: ignore[arg-type]
    assert found["institution_name"] == "National Pension Fund"
    assert (found["head_name"], found["head_position"]) == ("Dr Peter Otieno", "Chief Executive Officer")


def test_a_numbered_label_ends_at_the_dash_where_others_do() -> None:
    texts = (
        "1. Institution – National Pension Fund",
        "2. Country – Kenya",
        "3. Title of the action – Pensions for workers without an employer",
        "4. Objectives – Every third worker without an employer has joined by 2030.",
        "5. Target groups – Forty officers: inspectors, clerks and their heads of office.",
        "6. Deliverables – A manual and a training plan.",
    )
    found = values(extract(document(*(line(text) for text in texts))))
    assert found["target_groups"] == "Forty officers: inspectors, clerks and their heads of office."


def test_a_bold_line_before_a_question_ends_the_answer_above() -> None:
    head = (line("Stage two – How we shall go about it", True),)
    found = values(extract(document(*FORM[:8], *head, *FORM[10:])))
    assert found["objectives"] == "Every third worker without an employer has joined by 2030."


def test_marks_among_options_in_one_line() -> None:
    from tests.test_unknown_words import chosen

    assert chosen("en", "___ Ministry ___ Municipality _X_ Trade union ___ University") == ("trade_union",)
    assert chosen("en", "[ ] Ministry [x] Trade union [ ] University") == ("trade_union",)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Internal supervision", "The internal audit unit looks at the files of the regional offices every quarter."),
        ("History of the file", "The file was opened in 2021 and closed twice."),
        ("Number of the dossier", "NPF-2026-0144"),
        ("Risks you foresee", "The change of ministers in January may delay the signatures."),
        ("Budget of your unit", "Twelve million shillings in 2025."),
    ],
)
def test_an_odd_question_is_taken_for_no_other_unsaid(question: str, answer: str) -> None:
    for place in (4, 8, 14):
        read = extract(document(*FORM[:place], line(question, True), line(answer), *FORM[place:]))
        taken = {key for key, reading in read.fields.items() if answer[:12] in str(reading.raw)}
        assert taken <= {flag.field for flag in read.flags if flag.severity != "info"}


def test_whom_to_telephone_asks_for_a_person_where_a_person_stands() -> None:
    rows = (
        line("3. WHOM MAY WE TELEPHONE ABOUT THIS", True),
        line("Ms Jane Otieno"),
        line("4. Telephone", True),
        line("020 272 9000"),
    )
    found = values(extract(document(*FORM[:4], *rows, *FORM[4:])))
    assert (found["contact_name"], found["contact_phone"]) == ("Ms Jane Otieno", "+254202729000")
