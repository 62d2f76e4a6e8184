"""What kind of institution a name tells: the list of cases in five languages, and what a name may not do."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from classifiers.institution import judge_institution
from pipeline.countries import cleaned
from pipeline.languages import LANGUAGES, LanguageData, load_language

CASES = Path(__file__).with_name("data") / "institutions.tsv"


def _cases() -> list[list[str]]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("# ")]


@pytest.mark.parametrize(("name", "kind", "language"), _cases())
def test_the_name_tells_its_kind(name: str, kind: str, language: str) -> None:
    verdict = judge_institution(name, None if language == "-" else language)
    assert (verdict.type or "none") == kind, verdict.quote


def test_the_kind_is_told_without_knowing_the_language() -> None:
    right = [judge_institution(name).type == kind for name, kind, _ in _cases() if kind != "none"]
    assert sum(right) / len(right) > 0.97


def test_confidence_falls_where_another_kind_comes_near() -> None:
    clear = judge_institution("Ministry of Labour").confidence
    doubtful = judge_institution("Trust for Workers").confidence
    assert clear > 0.9 > 0.6 > doubtful


def test_capitals_accents_and_an_acronym_do_not_matter() -> None:
    assert judge_institution("MINISTERE DU TRAVAIL (MT)", "fr").type == "central_government"
    assert judge_institution("АГЕНТСТВО ЗАНЯТОСТИ", "ru").type == "mandated_body"


def test_an_acronym_alone_tells_nothing() -> None:
    assert judge_institution("CNSS").type is None


def test_an_empty_name_tells_nothing() -> None:
    assert judge_institution("").type is None


def test_the_quote_stands_in_the_name() -> None:
    for name, _, _ in _cases():
        assert judge_institution(name).quote in cleaned(name)


def test_all_five_languages_have_words_for_every_kind_a_requester_can_have() -> None:
    for code in LANGUAGES:
        assert len(load_language(code).institution_words) == 12, code


def test_a_wrong_kind_in_a_language_file_is_refused_by_name() -> None:
    wrong = load_language("en").model_dump() | {"institution_words": {"guild": {"sure": ("guild",)}}}
    with pytest.raises(ValidationError, match=r"institution_words\.guild"):
        LanguageData.model_validate(wrong)
