"""What kind of institution a name tells: the list of cases in five languages, and what a name may not do."""

import time
import tomllib
from pathlib import Path

import pytest

from classifiers import institution
from classifiers.institution import InstitutionDataError, judge_institution
from pipeline.countries import cleaned

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
    for path in institution.LANGUAGES.glob(institution.WORD_FILES):
        words = tomllib.loads(path.read_text(encoding="utf-8"))["institution_words"]
        assert len(words) == 11, path.name
    assert len(list(institution.LANGUAGES.glob(institution.WORD_FILES))) == 5


def test_a_wrong_kind_in_the_file_is_refused_by_name(tmp_path: Path) -> None:
    wrong = tmp_path / "xx.institution.toml"
    wrong.write_text('language = "xx"\n[institution_words.guild]\nsure = ["guild"]\n', encoding="utf-8")
    with pytest.raises(InstitutionDataError, match=r"xx\.institution\.toml: institution_words\.guild"):
        institution._word_file(wrong)


def test_a_thousand_names_take_less_than_two_seconds() -> None:
    names = [case[0] for case in _cases()]
    judge_institution(names[0])
    start = time.perf_counter()
    for number in range(1000):
        judge_institution(names[number % len(names)])
    assert time.perf_counter() - start < 2.0
