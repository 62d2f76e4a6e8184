"""The reader of labels: wordings of no list are read, text that asks nothing is left alone, the file is checked."""

import random
from pathlib import Path

import numpy as np
import pytest

from extractors.label_model import FILE, LEAST, guesses, plain, read_ahead
from extractors.label_teaching import NONE, lessons, spellings, wordings
from extractors.label_variants import variants
from extractors.measure_labels import calibration_error
from extractors.text_features import PLACES, parts_of, places_of
from extractors.text_fitting import figures, fit, rows_of, softmax, temperature_of
from extractors.text_model import ModelDamaged, TextModel, fingerprint_of, load_model
from pipeline.languages import LANGUAGES, load_language
from pipeline.questions import questions

ASKED = [
    ("en", "7. Which body puts forward this application?", "institution_name"),
    ("en", "WHOM MAY WE RING UP ABOUT THIS", "contact_name"),
    ("en", "When would you wish the work to get under way?", "start_date"),
    ("en", "What dangers might our colleagues meet on the road?", "security_situation"),
    ("fr", "3) Quelle administration introduit la présente requête ?", "institution_name"),
    ("fr", "Combien de mois faut-il compter pour l'ensemble de l'action ?", "duration_months"),
    ("fr", "Dans quelles langues les experts devront-ils s'exprimer ?", "working_languages"),
    ("es", "¿Qué ministerio u organismo formula esta petición?", "institution_name"),
    ("es", "¿Qué papeles acompañan este formulario?", "attachments_listed"),
    ("pt", "Em que cidade se vai realizar o seminário?", "event_place"),
    ("pt", "Quem mais financia projetos nesta matéria?", "other_support"),
    ("ru", "Какое ведомство направляет настоящий запрос?", "institution_name"),
    ("ru", "На каких языках будет вестись работа с экспертами?", "working_languages"),
]
SAID = [
    ("en", "The ministry will train forty inspectors in the northern provinces and revise their manual."),
    ("en", "Grace Mwansa, Permanent Secretary"),
    ("fr", "Caisse nationale de prévoyance sociale"),
    ("es", "Av. Bolívar 123, Quito"),
    ("pt", "Instituto Nacional de Segurança Social"),
    ("ru", "Министерство труда и социального развития Кыргызской Республики"),
]


@pytest.mark.parametrize(("language", "text", "key"), ASKED)
def test_a_wording_of_no_list_is_read(language: str, text: str, key: str) -> None:
    assert guesses(text, language)[0][0] == key


@pytest.mark.parametrize(("language", "text"), SAID)
def test_text_that_asks_nothing_is_left_alone(language: str, text: str) -> None:
    assert guesses(text, language)[0][0] == NONE


def test_the_example_wordings_are_written_nowhere_in_the_training() -> None:
    known = {lesson.text.casefold().rstrip(" ?") for lesson in lessons()}
    assert not [text for _, text, _ in ASKED if plain(text).casefold().rstrip(" ?") in known]


def test_probabilities_are_ranked_and_sum_to_one_at_most() -> None:
    found = guesses("Name", "en")
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    assert min(shares) >= LEAST and sum(shares) <= 1.001
    assert found[0][0].endswith("name")
    read_ahead(["Name", ""], "en")
    guesses.cache_clear()
    assert guesses("Name", "en") == found


def test_number_capitals_and_asterisk_do_not_count() -> None:
    assert guesses("4.2 POSTAL ADDRESS *:", "en") == guesses("postal address", "en")


def test_the_model_knows_every_question() -> None:
    keys = set(load_model(FILE).keys)
    assert set(questions()) <= keys
    assert {"signature", NONE, "activity column", "pair:contact", "short:name"} <= keys


def test_the_wordings_cover_every_question_and_repeat_no_list() -> None:
    for code in LANGUAGES:
        written = wordings(code).wordings
        assert set(questions()) <= set(written)
        assert all(sum(len(spellings(text)) for text in written[key]) >= 20 for key in questions())
        listed = {text.casefold() for texts in load_language(code).labels.values() for text in texts}
        taught = [lesson for lesson in lessons() if lesson.language == code and lesson.kind == "wording"]
        assert not [lesson.text for lesson in taught if lesson.text.casefold() in listed]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / FILE.name
    damaged.write_bytes(FILE.read_bytes()[:-1] + b"x")
    fingerprint_of(damaged).write_bytes(fingerprint_of(FILE).read_bytes())
    with pytest.raises(ModelDamaged, match="label_model"):
        load_model(damaged)


def test_packing_keeps_the_model() -> None:
    table = np.zeros((PLACES, 2), np.float32)
    places, values = places_of(("w", "name"), "en")
    table[places, 1] = values
    model = TextModel.from_weights(["a", "b"], table, np.zeros(2, np.float32), 2.0)
    again = TextModel.unpack(model.pack())
    assert again.pack() == model.pack()
    assert again.probabilities("name", "en")[1] > 0.8
    assert again.probabilities("…", "en") == pytest.approx([0.5, 0.5])


def test_fitting_learns_and_is_the_same_each_time() -> None:
    texts = [(text, "en") for text in ("town of signing", "day of signing", "city of signature", "date of signature")]
    targets = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], np.float32)
    rows, weights = rows_of(texts), np.ones(4, np.float32)
    first, second = (fit(rows, targets, weights, 20, 1) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    raw = figures(rows, *first)
    assert (raw.argmax(axis=1) == targets.argmax(axis=1)).all()
    assert softmax(raw).sum(axis=1) == pytest.approx(1)
    assert temperature_of(raw, targets) > 1


def test_variants_are_the_same_for_the_same_seed() -> None:
    lesson = next(lesson for lesson in lessons() if lesson.kind == "listed" and len(lesson.text.split()) > 4)
    first, second = (variants(lesson, 6, random.Random(3)) for _ in range(2))
    assert first == second and first[0] == lesson.text and len(first) > 3


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    said = np.array([0.95, 0.95], np.float32)
    assert calibration_error(said, np.array([True, True])) == pytest.approx(0.05, abs=1e-4)
    assert parts_of(" . ") == []
