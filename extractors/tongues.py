"""Names of languages in a text, as ISO 639-1 codes; the names in the five languages come from CLDR (Babel)."""

import re
from functools import cache
from importlib import resources

import rtoml

from pipeline.folding import fold
from pipeline.languages import LANGUAGES
from pipeline.values import Value

_WORD = re.compile(r"[^\W\d_]{4,}")
_JOINTS = ("and", "or", "et", "ou", "y", "e", "o", "и", "или")
_CLAUSE_END = re.compile(r"[;,.()\n]|\s[–—-]\s")
SENTENCE = 4
"""Words beside the name of a language from which on a clause tells something about it."""
LONGEST_LIST = 8
"""Words in an answer that is a list of languages and no sentence about them."""


class TongueNames(Value):
    """Names of languages beside those of CLDR (``tongues.toml``): with their codes, and those that have none."""

    without_code: tuple[str, ...]
    codes: dict[str, str]


@cache
def _also() -> TongueNames:
    path = resources.files("extractors") / "tongues.toml"
    return TongueNames.model_validate(rtoml.loads(path.read_text("utf-8")))


@cache
def _names(language: str) -> dict[str, str]:
    from babel import Locale

    names = {fold(name): code for name, code in _also().codes.items()}
    for code in dict.fromkeys([language, "en"]):
        if code in LANGUAGES:
            for tongue, name in Locale.parse(code).languages.items():
                if len(tongue) == 2 and " " not in fold(name):
                    names.setdefault(fold(name), tongue)
    return names


def read_tongues(text: str, language: str) -> list[str]:
    """The codes of all languages named in ``text``, in order; languages without a two-letter code are left out."""
    names = _names(language)
    found: list[str] = []
    for match in _WORD.finditer(fold(text)):
        code = names.get(match[0]) or _by_stem(match[0], names)
        if code and code not in found:
            found.append(code)
    return found


def unread_tongues(text: str, language: str) -> tuple[str, ...]:
    """The parts of a short list of languages in which none is named: “Kriolu” in “Portuguese and Kriolu”."""
    if len(text.split()) > LONGEST_LIST:
        return ()
    joints = "|".join(re.escape(word) for word in _JOINTS)
    parts = [part.strip(" .()") for part in re.split(rf"[,;/\n]|\s(?:{joints})\s", text)]
    known = _long_names(language)
    return tuple(
        part
        for part in parts
        if _WORD.search(fold(part)) and not read_tongues(part, language) and known.isdisjoint(fold(part).split())
    )


def tongues_in_passing(text: str, language: str) -> tuple[str, ...]:
    """The clauses that tell something about a language, where another clause only names one: “we provide
    interpretation from Mongolian” behind “English”. Nobody can tell whether it is to be worked in."""
    clauses = [part.strip() for part in _CLAUSE_END.split(text)]
    naming = {part: read_tongues(part, language) for part in clauses if part}
    named = {part: tongues for part, tongues in naming.items() if tongues}
    others = {part: len(part.split()) - len(tongues) for part, tongues in named.items()}
    if not any(count <= 1 for count in others.values()):
        return ()
    return tuple(part for part, count in others.items() if count >= SENTENCE)


@cache
def _long_names(language: str) -> frozenset[str]:
    """The names of all languages, those without a two-letter code (Tetum) too: the record leaves them out."""
    from babel import Locale

    codes = [code for code in dict.fromkeys([language, "en"]) if code in LANGUAGES]
    known = {fold(name) for code in codes for name in Locale.parse(code).languages.values()}
    return frozenset(known | {word for name in _also().without_code for word in fold(name).split()})


def _by_stem(word: str, names: dict[str, str]) -> str | None:
    """Russian adjectives are declined (русском, английского); Romance ones have genders (anglaise, inglesa)."""
    if len(word) < 6:
        return None
    for name, code in names.items():
        if len(name) >= 6 and abs(len(name) - len(word)) <= 2 and name[:-2] == word[: len(name) - 2]:
            return code
    return None
