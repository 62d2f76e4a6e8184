"""The wordings of the letters (``pipeline/letters/NAME.toml``), one file per language, checked when loaded."""

import string
from functools import cache
from importlib import resources
from typing import Self, TypeVar

import rtoml
from pydantic import ValidationError, model_validator

from pipeline.languages import DataError
from pipeline.questions import questions
from pipeline.values import Value


class Block(Value):
    """The names of the facts that stand at the head of a letter."""

    reference: str
    received: str
    institution: str
    title: str
    files: str


class Subjects(Value):
    """The subject lines; ``message`` is for a mail in which no form was found."""

    acknowledgement: str
    message: str
    completion: str
    not_eligible: str


class Locked(Value):
    """The guide's sentences (guide 2.1): they stand in the letter as they are, and nobody edits them."""

    not_approval: str
    completion: str


class Acknowledgement(Value):
    """The notice of receipt; ``missing`` stands before the list of what is missing, ``supply`` after it."""

    opening: str
    opening_message: str
    missing: str
    supply: str
    complete: str
    next: str
    next_message: str


class Completion(Value):
    """The letter that asks for what is missing."""

    opening: str
    questions: str
    how: str
    nothing: str


class NotEligible(Value):
    """The letter that says why a request cannot be taken up."""

    opening: str
    section: str
    closing_words: str


class States(Value):
    """What is wrong with an answer."""

    blank: str
    placeholder: str
    unreadable: str


class Missing(Value):
    """What else may be missing from a request."""

    signature: str
    signature_unclear: str
    signature_changed: str
    date: str
    format: str
    attachments: str
    whole: str


class Troubles(Value):
    """What could not be opened, and what we ask for instead."""

    no_form_found: str
    links: str
    in_body: str
    encrypted: str
    damaged: str
    too_large: str
    empty_file: str
    not_readable: str


class LetterWords(Value):
    """One language's letters. ``open`` and ``grounds`` are by rule, ``questions`` by field key."""

    salutation: str
    closing: str
    help: str
    keep_reference: str
    block: Block
    subject: Subjects
    locked: Locked
    acknowledgement: Acknowledgement
    completion: Completion
    not_eligible: NotEligible
    state: States
    missing: Missing
    trouble: Troubles
    open: dict[str, str]
    grounds: dict[str, str]
    questions: dict[str, str]

    @model_validator(mode="after")
    def _every_question_and_only_known_blanks(self) -> Self:
        if set(self.questions) != set(questions()):
            raise ValueError(f"questions: {sorted(set(self.questions) ^ set(questions()))} missing or too many")
        known = {"reference", "help", "file", "section"}
        for name, text in _texts(self.model_dump()):
            if strange := {blank for _, blank, _, _ in string.Formatter().parse(text) if blank} - known:
                raise ValueError(f"{name}: nothing is known to fill in for {sorted(strange)}")
        return self


class Office(Value):
    """The office's addresses and the zone whose date counts (``pipeline/letters/office.toml``)."""

    requests: str
    help: str
    name: str
    time_zone: str


_Loaded = TypeVar("_Loaded", bound=Value)


@cache
def letter_words(language: str) -> LetterWords:
    """The wordings of a language (ISO 639-1); raises DataError naming file and key."""
    return _load(language, LetterWords)


@cache
def office() -> Office:
    """The office; raises DataError naming file and key."""
    return _load("office", Office)


def _load(name: str, kind: type[_Loaded]) -> _Loaded:
    path = resources.files("pipeline") / "letters" / f"{name}.toml"
    try:
        return kind.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (rtoml.TomlParsingError, ValidationError) as trouble:
        raise DataError(f"pipeline/letters/{name}.toml: {trouble}") from trouble


def _texts(data: dict[str, object], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in data.items():
        if isinstance(value, dict):
            found += _texts(value, f"{before}{key}.")
        elif isinstance(value, str):
            found.append((f"{before}{key}", value))
    return found
