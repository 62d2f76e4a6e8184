"""The forms a place name or its adjective takes in a sentence: Russian cases, gender and number elsewhere."""

from itertools import chain

Cases = tuple[str, str, str, str, str]
"""Genitive, dative, accusative, instrumental, prepositional."""

# Ending in the nominative, endings in the five cases; the first that fits counts. What fits none is not declined.
_CASES: tuple[tuple[str, Cases], ...] = (
    ("ская", ("ской", "ской", "скую", "ской", "ской")),
    ("ая", ("ой", "ой", "ую", "ой", "ой")),
    ("ий", ("ого", "ому", "ий", "им", "ом")),
    ("ый", ("ого", "ому", "ый", "ым", "ом")),
    ("ое", ("ого", "ому", "ое", "им", "ом")),
    ("ие", ("их", "им", "ие", "ими", "их")),
    ("ые", ("ых", "ым", "ые", "ыми", "ых")),
    ("ия", ("ии", "ии", "ию", "ией", "ии")),
    ("ья", ("ьи", "ье", "ью", "ьей", "ье")),
    ("ка", ("ки", "ке", "ку", "кой", "ке")),
    ("га", ("ги", "ге", "гу", "гой", "ге")),
    ("ха", ("хи", "хе", "ху", "хой", "хе")),
    ("ша", ("ши", "ше", "шу", "шей", "ше")),
    ("ца", ("цы", "це", "цу", "цей", "це")),
    ("острова", ("островов", "островам", "острова", "островами", "островах")),
    ("территории", ("территорий", "территориям", "территории", "территориями", "территориях")),
    ("земли", ("земель", "землям", "земли", "землями", "землях")),
    ("гренадины", ("гренадин", "гренадинам", "гренадины", "гренадинами", "гренадинах")),
    ("филиппины", ("филиппин", "филиппинам", "филиппины", "филиппинами", "филиппинах")),
    ("антилы", ("антил", "антилам", "антилы", "антилами", "антилах")),
    ("балканы", ("балкан", "балканам", "балканы", "балканами", "балканах")),
    ("карибы", ("кариб", "карибам", "карибы", "карибами", "карибах")),
    ("ы", ("ов", "ам", "ы", "ами", "ах")),
    ("а", ("ы", "е", "у", "ой", "е")),
    ("я", ("и", "е", "ю", "ей", "е")),
    ("ство", ("ства", "ству", "ство", "ством", "стве")),
    ("ель", ("еля", "елю", "ель", "елем", "еле")),
    ("нь", ("ня", "ню", "нь", "нем", "не")),
    ("ль", ("ля", "лю", "ль", "лем", "ле")),
    ("сь", ("си", "си", "сь", "сью", "си")),
    ("ай", ("ая", "аю", "ай", "аем", "ае")),
    ("ей", ("ея", "ею", "ей", "еем", "ее")),
)
_ADJECTIVE_ENDINGS = (
    "ий",
    "ый",
    "ая",
    "ое",
    "ие",
    "ые",
    "ой",
    "ую",
    "ого",
    "ому",
    "им",
    "ым",
    "ом",
    "их",
    "ых",
    "ими",
    "ыми",
)
_HARD_END = "бвгджзклмнпрстфхцчш"


def russian_cases(word: str) -> Cases:
    """The cases of a single Russian word given in the nominative."""
    for ending, cases in _CASES:
        if len(word) > max(2, len(ending) - 1) and word.endswith(ending):
            stem = word[: -len(ending)]
            return (stem + cases[0], stem + cases[1], stem + cases[2], stem + cases[3], stem + cases[4])
    if len(word) > 2 and word[-1] in _HARD_END:
        return (word + "а", word + "у", word, word + "ом", word + "е")
    return (word, word, word, word, word)


def russian_name(name: str) -> set[str]:
    """A compared Russian name in all cases: all words declined, only or all but the first or the last."""
    words = name.split()
    found = {name}
    for case in zip(*map(russian_cases, words), strict=True):
        found |= {" ".join(case), " ".join([case[0], *words[1:]]), " ".join([*words[:-1], case[-1]])}
        found |= {" ".join([*case[:-1], words[-1]]), " ".join([words[0], *case[1:]])}
    return found


def russian_adjective(word: str) -> set[str]:
    """All genders, numbers and cases of an adjective in -ий or -ый."""
    return {word[:-2] + ending for ending in _ADJECTIVE_ENDINGS}


def french_adjective(word: str) -> set[str]:
    """Masculine, feminine and plural."""
    feminine = word + "ne" if word.endswith(("ien", "éen")) else word if word.endswith("e") else word + "e"
    special = {"turc": "turque", "grec": "grecque", "letton": "lettonne"}
    feminine = special.get(word, feminine)
    return {word, feminine, word + ("" if word.endswith("s") else "s"), feminine + "s"}


def iberian_adjective(word: str) -> set[str]:
    """Masculine, feminine and plural in Spanish or Portuguese."""
    if word.endswith("o") and not word.endswith("ão"):
        return {word, word[:-1] + "a", word + "s", word[:-1] + "as"}
    if word.endswith("ão"):
        return {word, word[:-1], word[:-2] + "ões", word[:-2] + "ãos", word[:-1] + "s"}
    if word.endswith(("és", "ês", "án", "ol")):
        return {word, word + "a", word + "es", word + "as"}
    return {word, word + "s", word + "es"}


def adjective_forms(word: str, language: str) -> set[str]:
    """The forms of an adjective given in the masculine singular."""
    if language == "ru":
        return russian_adjective(word.casefold())
    if language == "fr":
        return french_adjective(word)
    return iberian_adjective(word) if language in ("es", "pt") else {word, word + "s"}


def all_forms(names: set[str], language: str) -> set[str]:
    """Compared names with their cases, where the language has cases."""
    return set(chain.from_iterable(map(russian_name, names))) if language == "ru" else names
