"""What an answer looks like, and how well that suits a question: an address holds digits, a person a few capitals."""

import re
from functools import lru_cache

from extractors.amounts import read_months
from extractors.answer_model import weight_of
from extractors.dates import read_date
from extractors.options import TYPED, is_option, option_of
from extractors.persons import looks_like_post, split_person
from extractors.question_keys import PAIRS
from extractors.tongues import read_tongues
from pipeline.document import TICKED, UNTICKED
from pipeline.languages import says_nothing
from pipeline.questions import questions

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]", re.I)
_PHONE = re.compile(r"(?<![^\W\d_])(?<![^\W\d_][-/])(?:\+|00|\()?\d[\d\s()./-]{5,}\d")
CODE = re.compile(r"[^\W\d_]{2,}[-/]\d|\d[-/][^\W\d_]")
"""``IHSS-2026-0144``: the number of a file, and no telephone."""
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\b(?:\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)\b")
"""Figures that are a day and no telephone number."""
_SITE = re.compile(r"\b(?:www\.|https?://)|\b[\w-]+\.(?:gov|gob|gouv|org|com|net|go|int)\b", re.I)
_TICKS = f"{TICKED}{UNTICKED}"
_USUAL_WORDS = {
    "background": (12, 2000),
    "target_groups": (1, 60),
    "deliverables": (1, 90),
    "preferred_experience": (1, 70),
}
"""Between how many words an answer to the question usually has."""
WITNESS = 0.12
"""How much an answer in running words may speak for or against a question."""
CHOICES = ("institution_type", "declared_theme", "event_type", "working_languages")

TOLD, FEWEST_BOXES = 0.8, 2
"""How well options in boxes, so many at least, must fit a choice on average to tell that it is asked."""
NAMED = 0.9
"""How well a typed text must fit an option to name it surely."""

POSTS = frozenset({"head_position", "contact_position", "signatory_position"})
NAMES = frozenset({"head_name", "contact_name", "signatory_name"})


@lru_cache(maxsize=20_000)
def look_bonus(key: str, look: str, language: str) -> float:
    """Between -0.4 and +0.2: how well what stands where the answer would be suits the question ``key``."""
    look = look.strip()
    if key in PAIRS and split_person(look)[1]:
        return WITNESS * weight_of(key, look, language)
    question = questions().get(key)
    if question is None or not look:
        return 0.0
    if look[0] in _TICKS or f" {UNTICKED}" in look or f" {TICKED}" in look:
        return _boxes(key, look, language)
    if key in CHOICES:
        return _typed_option(key, look, language)
    count, email, phone = _contacts_in(look)
    if question.kind == "email":
        return 0.15 if email else -0.25 if _is_wordy(look) else -0.1
    if question.kind == "phone" and CODE.search(look):
        return -0.3
    if question.kind == "phone":
        return 0.12 if phone else -0.25 if _is_wordy(look) else -0.1
    if key == "institution_website":
        return _site(look, email, says_nothing(look, language))
    if (email or phone) and count < 8 and key not in ("supporting_entity_contact", "contact_name"):
        return -0.2
    if (email or phone) and count <= 3 and key == "contact_name":
        return -0.3
    if key == "institution_acronym" and (_is_phrase(look) or is_named_in_full(look)):
        return -0.3
    return _by_kind(key, question.kind, look, count, language)


def _site(look: str, email: bool, silent: bool) -> float:
    if silent or _SITE.search(look) and not email:
        return 0.0 if silent else 0.12
    return -0.3 if _is_wordy(look) and "." not in look else -0.08


@lru_cache(maxsize=5_000)
def _contacts_in(look: str) -> tuple[int, bool, bool]:
    """The number of words, and whether an e-mail address or a telephone number stands among them."""
    count = len(look.split())
    return count, bool(_EMAIL.search(look)), count < 12 and bool(_PHONE.search(_DATE.sub("", look)))


def _is_wordy(look: str) -> bool:
    """True for words without a figure or an address among them."""
    return sum(map(str.isalpha, look)) > 3 and not any(c.isdigit() or c == "@" for c in look)


def holds_both(look: str) -> bool:
    """True if an e-mail address and a telephone number stand there."""
    _, email, phone = _contacts_in(look)
    return email and phone


def _is_phrase(look: str) -> bool:
    """True for running words: an acronym is one word, or a few in capitals."""
    words = look.split()
    return len(words) >= 4 and sum(word.isupper() for word in words) < len(words) / 2


def is_named_in_full(look: str) -> bool:
    """True for several words none of which has two capitals: “Mr John Banda” is no acronym."""
    words = look.split()
    return len(words) > 1 and not any(sum(map(str.isupper, word)) > 1 for word in words)


def is_initials(look: str) -> bool:
    """True for one word with several capitals and no more, as acronyms have: ``MoLSA``, ``UNTA-CS``, ``DOLE RO8``."""
    words = look.split()
    short = len(words) == 1 or len(words) == 2 and len(words[1]) <= 3
    return short and len(look) <= 12 and sum(map(str.isupper, words[0])) > 1 and look[0].isalpha()


def spells(acronym: str, name: str) -> bool:
    """True if the capitals of an acronym begin words of the name, in order: ``MoLSA``, Ministry of Labour and Social
    Affairs."""
    capitals = [letter for letter in acronym if letter.isupper()]
    firsts = iter(word[0].upper() for word in re.findall(r"[^\W\d_]+", name))
    return len(capitals) > 1 and all(letter in firsts for letter in capitals)


def _by_kind(key: str, kind: str, look: str, count: int, language: str) -> float:
    digits = _DIGIT.search(look) is not None
    if kind == "date":
        return 0.08 if count < 15 and read_date(look, language) else -0.15 if _is_wordy(look) else -0.08
    if kind == "months":
        return 0.08 if count < 10 and read_months(look, language) is not None else -0.08
    if kind == "country":
        return 0.0 if count <= 9 and not digits else -0.15
    witness = WITNESS * weight_of(key, look, language) if kind in ("line", "text", "list") else 0.0
    if kind == "line" and key in POSTS | NAMES and looks_like_post(look, language):
        return 0.12 if key in POSTS else -0.3
    if kind == "line":
        if key.endswith(("_name", "_position", "_place")) and (digits and key != "event_place" or count > 14):
            return min(witness, -0.1 if key.startswith(("institution", "supporting")) else -0.12)
        return -0.2 if count > 40 else witness
    if kind != "text":
        return witness
    if count <= 4 and read_date(look, language):
        return -0.4
    if key in _USUAL_WORDS and not _USUAL_WORDS[key][0] <= count <= _USUAL_WORDS[key][1]:
        return witness - 0.1
    return witness + (0.03 if count >= 12 else -0.06 if count <= 4 else 0.0)


def _typed_option(key: str, look: str, language: str) -> float:
    """A typed answer to a choice question names one of its options."""
    if len(look.split()) > 15:
        return -0.15
    if key == "working_languages":
        return 0.15 if read_tongues(look, language) else -0.12
    option, score = option_of(look, key, language)
    if option in (None, "other") or score < TYPED:
        return -0.12
    return -0.2 if score < NAMED and looks_like_post(look, language) else 0.15


def names_option(key: str, look: str, language: str) -> bool:
    """True if an option stands there in its own words, or boxes with the options of the question."""
    if look[:1] in _TICKS or f" {UNTICKED}" in look or f" {TICKED}" in look:
        return _boxes(key, look, language) > 0
    option, score = option_of(look, key, language)
    return option is not None and score >= NAMED


def are_boxes_of(key: str, look: str, language: str) -> bool:
    """True for boxes to tick with the options of the question."""
    return look != "" and look[0] in _TICKS and look_bonus(key, look, language) > 0


@lru_cache(maxsize=5_000)
def told_by_boxes(look: str, language: str) -> str | None:
    """The choice whose options stand there in boxes, whatever the words above them; None where none fits clearly."""
    options = _options_in(look)
    if look[:1] not in _TICKS or len(options) < FEWEST_BOXES:
        return None
    fits = {key: sum(option_of(each, key, language)[1] for each in options) / len(options) for key in CHOICES}
    best, second = sorted(fits.values())[:-3:-1]
    return max(fits, key=lambda key: fits[key]) if best >= TOLD and best > second else None


def _options_in(look: str) -> list[str]:
    return [part.strip() for part in re.split(f"[{_TICKS}]", look) if part.strip()][:6]


def _boxes(key: str, look: str, language: str) -> float:
    """Boxes to tick: the options say which question it is."""
    if key not in CHOICES:
        return -0.3
    options = _options_in(look)
    known = sum(is_option(part, key, language) for part in options)
    return 0.2 if known >= max(1, len(options) // 2) else -0.1 if known else -0.3
