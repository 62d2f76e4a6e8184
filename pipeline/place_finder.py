"""Finds the names of places in a short text: whole words, longest name first, then slips of the pen."""

from functools import cache
from typing import Literal, NamedTuple

from pipeline.countries import CountryNames, Word, cleaned, country_names, words_of

Kind = Literal["place", "doubtful", "region", "adjective", "city", "code", "misspelt"]
LONGEST_NAME = 9  # words, small ones not counted
FUZZY_WORDS = 8  # beyond this a text is no country field, and likeness proves nothing
ALLOWED_FROM = (5, 8, 20)  # from this many letters on one, two, three letters may be wrong


class Hit(NamedTuple):
    """A name found: ``means`` is the code of a place, or the number of a doubtful name, or "" for a region."""

    kind: Kind
    means: str
    first: int
    last: int
    negated: bool
    joined: bool


class Reading(NamedTuple):
    """A text taken apart: its words and the names found in them, in the order of the text."""

    text: str
    words: list[Word]
    hits: list[Hit]

    def quote(self, hits: list[Hit]) -> str:
        """The words of the text that the hits stand on."""
        return " … ".join(self.text[self.words[hit.first].start : self.words[hit.last].end] for hit in hits)

    def leftover(self) -> list[int]:
        """The words that belong to no name and say something."""
        used = {number for hit in self.hits for number in range(hit.first, hit.last + 1)}
        generic = country_names().words.generic
        telling = [n for n, word in enumerate(self.words) if word.key not in generic and word.key.isalpha()]
        return [n for n in telling if n not in used]


def read(text: str) -> Reading:
    """The names in a text: places, doubtful names, regions and codes; failing these adjectives, slips, cities."""
    plain = cleaned(text)
    words = words_of(plain, country_names().words)
    reading = Reading(plain, words, _exact(words, plain))
    if not reading.hits:
        return reading._replace(hits=_weaker(reading))
    return reading._replace(hits=_mended(reading))


def cities_and_adjectives(reading: Reading) -> set[str]:
    """Codes that the cities and adjectives of the text point to, for deciding a doubtful name."""
    names = country_names()
    used = {number for hit in reading.hits for number in range(hit.first, hit.last + 1) if hit.kind != "city"}
    words = [word for number, word in enumerate(reading.words) if number not in used]
    scan = [*_scan(words, names.cities, "city"), *_scan(words, names.adjectives, "adjective")]
    return {hit.means for hit in scan if not hit.negated}


def _exact(words: list[Word], text: str) -> list[Hit]:
    names = country_names()
    hits = _scan(words, _strong_names(), "place")
    used = {number for hit in hits for number in range(hit.first, hit.last + 1)}
    marks = [(n, names.abbreviations.get(word.written)) for n, word in enumerate(words) if n not in used]
    hits += [Hit("code", code, n, n, words[n].negated, words[n].joined) for n, code in marks if code]
    return sorted(hits or _iso_codes(words, text), key=lambda hit: hit.first)


@cache
def _strong_names() -> dict[str, str]:
    """Names of places, doubtful names ("?3") and regions ("") in one table."""
    names = country_names()
    doubts = {name: f"?{n}" for n, doubt in enumerate(names.doubtful) for name in doubt.names}
    return names.names | doubts | dict.fromkeys(names.regions, "")


def _scan(words: list[Word], table: dict[str, str], kind: Kind) -> list[Hit]:
    """From the left, at every word the longest name that begins there."""
    hits: list[Hit] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + LONGEST_NAME), start, -1):
            means = table.get(" ".join(word.key for word in words[start:end]))
            if means is not None:
                hits.append(_hit(kind, means, words, start, end - 1))
                start = end - 1
                break
        start += 1
    return hits


def _hit(kind: Kind, means: str, words: list[Word], first: int, last: int) -> Hit:
    sort: Kind = "doubtful" if means.startswith("?") else "region" if not means else kind
    return Hit(sort, means.lstrip("?"), first, last, words[first].negated, words[first].joined)


def _iso_codes(words: list[Word], text: str) -> list[Hit]:
    """ISO codes: three letters in capitals, or a whole answer; two letters only as a whole answer in capitals."""
    names = country_names()
    if len(words) == 1:
        return _whole_answer(words[0], names)
    capitals_tell = not text.isupper() or len(words) < 3
    found = [(n, names.iso3.get(word.written)) for n, word in enumerate(words) if capitals_tell]
    return [Hit("code", code, n, n, words[n].negated, words[n].joined) for n, code in found if code]


def _whole_answer(word: Word, names: CountryNames) -> list[Hit]:
    written = word.written.upper()
    short = word.written if word.written in names.titles and word.written not in ("NA", "NO") else None
    code = names.abbreviations.get(written) or names.iso3.get(written) or short
    return [Hit("code", code, 0, 0, False, False)] if code else []


def _weaker(reading: Reading) -> list[Hit]:
    names = country_names()
    adjectives = _scan(reading.words, names.adjectives, "adjective")
    slips = [] if adjectives else _misspelt(reading.words, set(range(len(reading.words))))
    return adjectives or slips or _scan(reading.words, names.cities, "city")


def _mended(reading: Reading) -> list[Hit]:
    """ "Guinee Equatorial", "South Soudan": a longer name written with a slip beats the short one inside it."""
    left = set(reading.leftover())
    if not left or len(left) > 3:
        return reading.hits
    longer = [hit for hit in _misspelt(reading.words, left) if hit.last > hit.first]
    if not longer:
        return reading.hits
    covered = {number for hit in longer for number in range(hit.first, hit.last + 1)}
    kept = [hit for hit in reading.hits if not covered & set(range(hit.first, hit.last + 1))]
    return sorted(kept + longer, key=lambda hit: hit.first)


def _misspelt(words: list[Word], needed: set[int]) -> list[Hit]:
    """The one name most like a stretch of the text that holds a needed word; nothing if two names are as near."""
    if not 0 < len(words) <= FUZZY_WORDS:
        return []
    near: list[tuple[int, int, str, int, int]] = []
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + 6) + 1):
            if needed & set(range(start, end)):
                stretch = " ".join(word.key for word in words[start:end])
                near += [(distance, start - end, means, start, end - 1) for distance, means in _nearest(stretch)]
    best = sorted(near)[:2]
    if not best or (len(best) == 2 and best[0][:2] == best[1][:2] and best[0][2] != best[1][2]):
        return []
    return [_hit("misspelt", best[0][2], words, best[0][3], best[0][4])]


@cache
def _joined_names() -> dict[str, dict[str, str]]:
    """The strong names without blanks, by first letter's script: "cyrillic" or "latin"."""
    tables: dict[str, dict[str, str]] = {"latin": {}, "cyrillic": {}}
    for name, means in _strong_names().items():
        tables["latin" if name.isascii() else "cyrillic"].setdefault(name.replace(" ", ""), means)
    return tables


@cache
def _by_length(script: str) -> dict[int, list[str]]:
    lengths: dict[int, list[str]] = {}
    for name in _joined_names()[script]:
        lengths.setdefault(len(name), []).append(name)
    return lengths


def _nearest(stretch: str) -> list[tuple[int, str]]:
    """Distance and meaning of the names nearest to a stretch; see ``ALLOWED_FROM``."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    query = stretch.replace(" ", "")
    script = "latin" if query.isascii() else "cyrillic"
    exact = _joined_names()[script].get(query)
    if exact is not None:
        return [(0, exact)]
    allowed = sum(len(query) >= size for size in ALLOWED_FROM)
    if not allowed or stretch in country_names().words.generic:
        return []
    lengths = _by_length(script)
    choices = [name for size in range(len(query) - allowed, len(query) + allowed + 1) for name in lengths.get(size, ())]
    found = process.extract(query, choices, scorer=OSA.distance, score_cutoff=allowed, limit=5)
    return sorted({(int(distance), _joined_names()[script][name]) for name, distance, _ in found})
