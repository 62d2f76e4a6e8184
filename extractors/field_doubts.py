"""What single answers show that a person should look at, once all are read: names that are none, questions left open
that nobody leaves open, days that cannot be."""

import re
from collections.abc import Iterator, Mapping

from extractors.labels import lexicon
from extractors.persons import looks_like_person, looks_like_post, split_person
from pipeline.languages import LANGUAGES, says_nothing
from pipeline.records import FieldReading, Flag

Readings = Mapping[str, FieldReading]

_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,60})[)\]]")
_MARKED = re.compile(r"[^\W\d_]\s?\*\)?\s*:?\s*(?:\n|$)")
_DASHES = re.compile(r"\s[–—-]\s")
_SMALL_WORD = re.compile(r"(?<![\w'’-])[a-zà-ÿа-яё]{4,}")
NAMES = ("head_name", "contact_name", "signatory_name")
POSTS = ("head_position", "contact_position", "signatory_position")
ALWAYS_SAID = ("institution_name", "title")


def field_doubts(readings: Readings, language: str) -> Iterator[Flag]:
    """A warning for each doubt, by what was read alone."""
    yield from _days(readings)
    yield from _entity(readings, language)
    yield from _remarks(readings, language)
    yield from _open(readings)
    yield from _town(readings)
    for key in NAMES:
        yield from _person(readings, key)
    for key in POSTS:
        yield from _post(readings, key, language)


def warning(code: str, key: str, message: str) -> Flag:
    """A warning on the field ``key``."""
    return Flag(code=code, severity="warning", message=message, field=key)


def _said(readings: Readings, key: str) -> str:
    """The value of a field if it is text, else an empty string."""
    value = readings[key].value if key in readings else None
    return value if isinstance(value, str) else ""


def _days(readings: Readings) -> Iterator[Flag]:
    """What is to begin was not begun a year before the request was signed: another day was taken for it."""
    signed = _said(readings, "signature_date")
    for key in ("start_date", "event_date"):
        day = _said(readings, key)
        if day and signed and int(day[:4]) < int(signed[:4]) - 1:
            message = f"{day} was read as {key.replace('_', ' ')}, long before the request was signed; please look."
            yield warning("doubtful_question", key, message)


def _entity(readings: Readings, language: str) -> Iterator[Flag]:
    """Whom to call at a supporting entity, or what it does, is told of one that has a name."""
    named = "supporting_entity_name" in readings and readings["supporting_entity_name"].state == "answered"
    for key in () if named else ("supporting_entity_contact", "supporting_entity_role"):
        told = _said(readings, key)
        if told and not says_nothing(told, language):
            message = f"“{told[:60]}” tells of a supporting entity whose name was not found; please look."
            yield warning("doubtful_question", key, message)


def _remarks(readings: Readings, language: str) -> Iterator[Flag]:
    """No answer says that it must be given: “full name (compulsory)”, “optional: www.…” and a line within it that ends
    so or in an asterisk are the form's."""
    words = lexicon(language if language in LANGUAGES else "en")
    for key in readings:
        said = _said(readings, key)
        ends = [said.partition(":")[0].strip(" –—-()[]"), _DASHES.split(said)[-1], *_BRACKET.findall(said)]
        if any(map(words.is_remark, ends)) or _MARKED.search(said):
            message = f"“{said[-80:]}” was read as an answer and seems to be a label's end; please look."
            yield warning("maybe_hint", key, message)


def _town(readings: Readings) -> Iterator[Flag]:
    """A town is written with capitals: other words beside it may be the sentence it was signed in."""
    said = _said(readings, "signature_place")
    if _SMALL_WORD.search(said):
        message = f"“{said[:80]}” was read as the place of signing and seems to hold more than a town; please look."
        yield warning("doubtful_question", "signature_place", message)


def _open(readings: Readings) -> Iterator[Flag]:
    """Nobody asks without a name and a title: where one seems left open, its answer stands elsewhere."""
    for key in ALWAYS_SAID:
        if key in readings and readings[key].state in ("blank", "placeholder"):
            message = f"No answer was found for {key.replace('_', ' ')}, which nobody leaves open; please look."
            yield warning("doubtful_question", key, message)


def _post(readings: Readings, key: str, language: str) -> Iterator[Flag]:
    """A post with a name before it (“Ms X, Director”) answers two questions, where no other answers the one for it."""
    name, more = split_person(_said(readings, key))
    person = looks_like_person(name) and not looks_like_post(name, language)
    asked = bool(_said(readings, key.replace("_position", "_name")))
    if more is not None and not asked and person and looks_like_post(more, language):
        message = f"“{name[:60]}” stands before the post in {key.replace('_', ' ')}; please see whose name it is."
        yield warning("more_than_a_name", key, message)


def _person(readings: Readings, key: str) -> Iterator[Flag]:
    """A name with more behind it ("Ms X, Director") may hold an answer that no question asked for."""
    name, more = split_person(_said(readings, key))
    figures = any(sign.isdigit() or sign in ":：" for sign in name)
    if name and (figures or not any(map(str.isupper, name))):
        message = f"“{name[:60]}” was read as {key.replace('_', ' ')}, but is no name; please look."
        yield warning("not_a_name", key, message)
    if more is not None and looks_like_person(name):
        message = f"“{more[:60]}” stands behind the name in {key.replace('_', ' ')}; please see whose post it is."
        yield warning("more_than_a_name", key, message)
