"""The rubric's sixteen questions: in the guide's order, each with the passage that speaks to it or none."""

import pytest

from pipeline.languages import LANGUAGES, load_language
from pipeline.questions import questions
from pipeline.records import Activity, RubricAnswer
from pipeline.rules import rubric_questions
from tests.test_rules import judged

KEYS = [
    f"{part}_{n}"
    for part, most in (("relevance", 5), ("feasibility", 5), ("complementarity", 6))
    for n in range(1, most + 1)
]


def answers(language: str = "en", **changes: str) -> dict[str, RubricAnswer]:
    return {answer.question: answer for answer in judged(language=language, **changes).rubric}


def test_the_questions_stand_in_the_guide_s_order() -> None:
    assert list(answers()) == KEYS
    assert [rubric_questions()[key].section for key in KEYS] == ["2.2.1"] * 5 + ["2.2.2"] * 5 + ["2.2.3"] * 6


def test_every_question_looks_at_known_answers_and_has_words_in_every_language() -> None:
    for key, question in rubric_questions().items():
        assert {*question.answers, *question.searched} <= questions().keys()
        if question.searched and not question.member_states:
            assert all(load_language(code).rules["rubric"].get(key) for code in LANGUAGES)


def test_the_passage_is_quoted_from_its_place() -> None:
    answer = answers()["relevance_3"]
    assert answer.state == "addressed"
    assert answer.evidence[0].page == 1
    assert answer.evidence[0].quote == "National Social Protection Policy 2023."


def test_an_empty_answer_does_not_address_its_question() -> None:
    found = {a.question: a for a in judged(states={"contributions": "blank", "deliverables": "blank"}).rubric}
    assert found["complementarity_3"].state == "not_addressed"
    assert found["feasibility_2"].state == "not_addressed"
    assert found["feasibility_2"].evidence == ()


def test_none_is_no_contribution() -> None:
    assert answers(contributions="None")["complementarity_3"].state == "not_addressed"


@pytest.mark.parametrize(
    ("language", "text", "member", "region"),
    [
        ("en", "The experience of Latvia would help.", "addressed", "not_addressed"),
        ("en", "Ireland; in the region, Tanzania.", "addressed", "addressed"),
        ("fr", "L'expérience du Sénégal.", "not_addressed", "addressed"),
        ("es", "Portugal y, en la región, Uruguay.", "addressed", "addressed"),
        ("pt", "Nenhuma em particular.", "not_addressed", "not_addressed"),
        ("ru", "Латвия, Литва; из стран региона – Армения.", "addressed", "addressed"),
    ],
)
def test_member_states_and_countries_of_the_region(language: str, text: str, member: str, region: str) -> None:
    found = answers(language, preferred_experience=text, expertise_sought="-")
    assert found["complementarity_5"].state == member
    assert found["complementarity_6"].state == region


def test_activities_with_a_length_speak_to_the_question_of_weeks() -> None:
    assert answers()["feasibility_3"].state == "addressed"
    without = judged(activities=[Activity(title="Advice", duration="open")])
    assert next(a for a in without.rubric if a.question == "feasibility_3").state == "not_addressed"
