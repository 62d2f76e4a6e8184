"""The language files: labels, options and form words of each language, checked when loaded."""

from functools import cache
from importlib import resources
from typing import Literal

import rtoml
from pydantic import Field, ValidationError

from pipeline.folding import fold
from pipeline.values import Value

LANGUAGES = ("en", "fr", "es", "pt", "ru")

Words = tuple[str, ...]
InstitutionType = Literal[
    "central_government",
    "regional_local_government",
    "legislature",
    "mandated_body",
    "trade_union",
    "employers_organisation",
    "ngo",
    "university",
    "international_organisation",
    "private_company",
    "individual",
    "other",
]
Strength = Literal["always", "first", "sure", "head", "weak"]
"""How much a word in a name tells of the institution's type (``classifiers/institution.py``)."""


class FormTitles(Value):
    """How the two kinds of form call themselves."""

    full: Words
    simplified: Words


class Marks(Value):
    """Words for required and optional, for names that only persons have (``person``: surname, first name), for posts
    (``posts``: director, secretary), that join alternatives (``either``: or) or what holds at once (``both``: and),
    prompts left in place, hints printed behind a label, how the headings of notices begin (``notice``: please note),
    how what is signed begins (``declaration``: I confirm) and what it is about (``declared``: the information), words
    for a seal (``stamp``) and for what is further (``other``), and whole labels that ask what the record has no place
    for (``not_kept``: fax)."""

    required: Words
    optional: Words
    person: Words
    posts: Words
    both: Words
    either: Words
    placeholder: Words
    notice: Words
    declaration: Words
    declared: Words
    stamp: Words
    other: Words
    hint: Words
    not_kept: Words


class LanguageData(Value):
    """One language file (``pipeline/languages/NAME.toml``)."""

    language: str
    name: str
    titles: FormTitles
    sections: dict[str, Words]
    labels: dict[str, Words]
    labels_pair: dict[str, Words]
    short_labels: dict[str, Words]
    options: dict[str, dict[str, Words]]
    activity: dict[str, Words]
    formats: dict[str, Words]
    marks: Marks
    instructions: dict[str, Words]
    nothing: dict[str, Words]
    values: dict[str, dict[str, Words]] = Field(default_factory=dict)
    rules: dict[str, dict[str, Words]] = Field(default_factory=dict)
    concepts: dict[str, Words] = Field(default_factory=dict)
    concept_sections: dict[str, Words] = Field(default_factory=dict)
    institution_words: dict[InstitutionType, dict[Strength, Words]] = Field(default_factory=dict)


class DataError(Exception):
    """A data file is wrong; the message names the file and the key."""


@cache
def load_language(code: str) -> LanguageData:
    """The language file of ``code`` (ISO 639-1); raises DataError naming file and key."""
    path = resources.files("pipeline") / "languages" / f"{code}.toml"
    try:
        return LanguageData.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (rtoml.TomlParsingError, ValidationError) as trouble:
        raise DataError(f"pipeline/languages/{code}.toml: {trouble}") from trouble


def says_nothing(text: str, language: str) -> bool:
    """True for an answer that only says that there is nothing, in the language or in English: "None", "-", "n/a"."""
    words = fold(text.strip())
    return bool(text.strip()) and any(words in _nothing(code) for code in {language, "en"} if code in LANGUAGES)


@cache
def _nothing(code: str) -> frozenset[str]:
    return frozenset(fold(word) for word in load_language(code).nothing.get("answers", ()))
