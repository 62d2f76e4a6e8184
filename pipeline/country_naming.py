"""Which place of the world an answer names, ambiguous names decided by what else the form says."""

import re

from pipeline.countries import Doubtful, country_names
from pipeline.place_finder import Hit, Reading, cities_and_adjectives, read
from pipeline.values import Value


class CountryHints(Value):
    """What else the form says, for names that fit two countries: all optional, as written on the form."""

    phone: str | None = None
    address: str | None = None
    email: str | None = None
    website: str | None = None
    institution: str | None = None


class Finding(Value):
    """A code, or none, with why it was settled so, and the words it rests on."""

    code: str | None = None
    why: str = ""
    quote: str = ""


def name_country(text: str, hints: CountryHints | None = None) -> Finding:
    """The country that the answer to a country question names. ``hints`` decide only between the meanings of an
    ambiguous name; they never overrule a clear one."""
    reading = read(text)
    hits = [hit for hit in reading.hits if not hit.negated]
    finding = _settled(hits, reading, hints or CountryHints())
    return finding.model_copy(update={"quote": reading.quote(hits)})


def _settled(hits: list[Hit], reading: Reading, hints: CountryHints) -> Finding:
    places = [hit for hit in hits if hit.kind != "region"]
    if not places:
        return Finding(why=_no_country(hits, reading))
    doubts = [hit for hit in places if hit.kind == "doubtful"]
    codes = list(dict.fromkeys(_usual_code(hit) for hit in places if _usual_code(hit)))
    if len(codes) > 1:
        codes = _without_sovereigns(codes)
    if len(codes) > 1:
        return Finding(
            why=f"More than one country is named ({titles_of(codes)}); the form must say which one is meant."
        )
    if doubts:
        return _doubt_settled(doubts[0], codes, hits, reading, hints)
    return Finding(code=codes[0], why=_how_read(places[0]))


def _doubt(hit: Hit) -> Doubtful:
    return country_names().doubtful[int(hit.means)]


def _usual_code(hit: Hit) -> str:
    return hit.means if hit.kind != "doubtful" else _doubt(hit).usual or ""


def _no_country(hits: list[Hit], reading: Reading) -> str:
    if hits:
        return "A region or a group of countries is named, not a country."
    return "No country is recognised in the answer." if reading.words else "The answer holds no name of a country."


def _without_sovereigns(codes: list[str]) -> list[str]:
    """Aruba (Netherlands) is Aruba."""
    owners = {country_names().belongs_to.get(code) for code in codes}
    return [code for code in codes if code not in owners]


def _doubt_settled(hit: Hit, codes: list[str], hits: list[Hit], reading: Reading, hints: CountryHints) -> Finding:
    """An ambiguous name: another name beside it decides, then the further clues; else the usual meaning or nobody."""
    doubt = _doubt(hit)
    if doubt.usual is None and codes:
        return _clarified(doubt, codes[0], hits)
    pointed = _pointed(doubt, reading, hints)
    title = titles_of(doubt.candidates)
    if doubt.usual is not None and set(pointed) <= {doubt.usual}:
        return Finding(code=doubt.usual)
    if len(pointed) == 1 and doubt.usual is None:
        ((code, clue),) = pointed.items()
        return Finding(code=code, why=f"The name alone is ambiguous ({title}); decided by {clue}.")
    if pointed:
        return Finding(
            why=f"The name is ambiguous ({title}): {doubt.why}, and {titles_of(pointed)} is suggested by "
            f"{' and '.join(dict.fromkeys(pointed.values()))}; a person must decide."
        )
    return Finding(why=f"The name is ambiguous ({title}): {doubt.why}.")


def _clarified(doubt: Doubtful, code: str, hits: list[Hit]) -> Finding:
    """ "Congo (RDC)" is one country, "Congo and RDC" or "Congo, Rwanda" two."""
    if code not in doubt.candidates or any(hit.joined for hit in hits[1:]):
        return Finding(why=f"More than one country is named, one of them ambiguous ({titles_of(doubt.candidates)}).")
    return Finding(code=code)


def _pointed(doubt: Doubtful, reading: Reading, hints: CountryHints) -> dict[str, str]:
    """Candidates that the clues point to, each with the clue in words."""
    clues: dict[str, str] = {}
    for code in cities_and_adjectives(reading) | _codes_written(reading, doubt):
        clues.setdefault(code, "the words beside it")
    for code in _by_phone(hints.phone, doubt):
        clues.setdefault(code, f"the telephone number ({hints.phone})")
    for part, name in ((hints.address, "the address"), (hints.institution, "the name of the institution")):
        for code in _by_text(part or ""):
            clues.setdefault(code, name)
    for code in _by_ending(f"{hints.email or ''} {hints.website or ''}"):
        clues.setdefault(code, f"the internet ending .{code.lower()}")
    return {code: clue for code, clue in clues.items() if code in doubt.candidates}


def _codes_written(reading: Reading, doubt: Doubtful) -> set[str]:
    iso3 = country_names().iso3
    capitals = {word.written for word in reading.words if word.written.isupper()}
    return {iso3.get(written, written) for written in capitals} & set(doubt.candidates)


def _by_phone(phone: str | None, doubt: Doubtful) -> list[str]:
    """The longest calling code that begins the number; numbers without + or 00 tell nothing."""
    digits = re.sub(r"[^\d+]", "", phone or "")
    if not digits.startswith(("+", "00")):
        return []
    number = digits.lstrip("+").removeprefix("00")
    fits = [
        (len(prefix), code)
        for code, prefixes in country_names().calling_codes.items()
        for prefix in prefixes
        if number.startswith(prefix)
    ]
    return [code for length, code in fits if length == max(fits)[0]]


def _by_text(text: str) -> set[str]:
    reading = read(text) if text else None
    if reading is None:
        return set()
    return {hit.means for hit in reading.hits if hit.kind in ("place", "code")} | cities_and_adjectives(reading)


def _by_ending(addresses: str) -> set[str]:
    return {ending.upper() for ending in re.findall(r"\.([a-z]{2})(?=[\s/,;:>]|$)", addresses.casefold())}


def _how_read(hit: Hit) -> str:
    return {
        "misspelt": "The name is misspelt; read as the nearest name.",
        "city": "Only a city is named.",
        "adjective": "The country is named by its adjective.",
    }.get(hit.kind, "")


def titles_of(codes: tuple[str, ...] | list[str] | dict[str, str]) -> str:
    """The names of places, in English, one after the other."""
    return ", ".join(country_names().titles.get(code, code) for code in codes)
