"""The rubric: the passages of the request that speak to each of the guide's sixteen questions (2.2.1 to 2.2.3)."""

from classifiers.case import Case, quoted, row_text
from classifiers.cues import folded_clause, has_cue, sentences, spoken
from classifiers.lengths import days_of
from pipeline.countries import compared, country_list, country_names
from pipeline.languages import says_nothing
from pipeline.records import Evidence, RubricAnswer
from pipeline.rules import RubricQuestion, rubric_questions

_MOST = 3
"""Passages shown for one question."""

_LONGEST_NAME = 5
"""Words in the longest name of a country that is looked up."""


def answer_rubric(case: Case) -> tuple[RubricAnswer, ...]:
    """Sixteen answers in the guide's order: addressed with the passages, or not addressed. No marks are given."""
    return tuple(_answer(case, key, question) for key, question in rubric_questions().items())


def _answer(case: Case, key: str, question: RubricQuestion) -> RubricAnswer:
    passages = [place for name in question.answers for place in _whole(case, name, key)]
    if not passages:
        passages = [place for name in question.searched for place in _speaking(case, name, key, question)]
    shown = tuple(passages[:_MOST])
    return RubricAnswer(
        question=key, section=question.section, evidence=shown, state="addressed" if shown else "not_addressed"
    )


def _whole(case: Case, name: str, key: str) -> list[Evidence]:
    """The sentences of an answer that is one to the question as a whole; those with a cue word first."""
    if name == "activities":
        rows = [row for row in case.activities if row.duration and days_of(row.duration, case.language) is not None]
        return [place for row in rows for place in quoted(case.field(name), f"{row_text(row)}: {row.duration}")]
    if _only_nothing(case, name):
        return list(case.quote(name)) if name == "other_support" else []
    found = sentences(case.words(name))
    spoken_to = sorted(found, key=lambda sentence: not _cued(sentence, case.language, key))
    return [place for sentence in spoken_to[:_MOST] for place in case.quote(name, sentence)]


def _speaking(case: Case, name: str, key: str, question: RubricQuestion) -> list[Evidence]:
    if name == "activities":
        texts = [f"{row_text(row)}: {row.participants}" for row in case.activities if row.participants]
    elif _only_nothing(case, name):
        texts = []
    else:
        texts = sentences(case.words(name))
    speaking = [text for text in texts if _speaks(text, case.language, key, question)]
    return [place for text in speaking for place in quoted(case.field(name), text)]


def _speaks(text: str, form_language: str, key: str, question: RubricQuestion) -> bool:
    if question.member_states:
        return has_cue(folded_clause(text), spoken(text, form_language), "rubric", "member_states")
    return _cued(text, form_language, key) or question.partner_countries and names_partner_country(text)


def _cued(text: str, form_language: str, key: str) -> bool:
    return has_cue(folded_clause(text), spoken(text, form_language), "rubric", key)


def _only_nothing(case: Case, name: str) -> bool:
    return says_nothing(case.words(name), case.language)


def names_partner_country(text: str) -> bool:
    """The text names a place of the guide's list (section 4), by any of its names in the five languages."""
    names = country_names()
    words = compared(text, names.words).split()
    spans = (words[start : start + size] for size in range(1, _LONGEST_NAME + 1) for start in range(len(words)))
    codes = {names.names.get(" ".join(span)) for span in spans}
    return any(code and country_list().lists_of(code) for code in codes)
