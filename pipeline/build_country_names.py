"""Makes country_names.json out of our own names and CLDR's (Babel): python -m pipeline.build_country_names."""

import json
import re
from pathlib import Path
from typing import Literal

import rtoml
from pydantic import TypeAdapter

from pipeline.countries import NAMES_FILE, Doubtful, Words, compared, country_list
from pipeline.values import Value
from pipeline.word_forms import adjective_forms, all_forms

SOURCE_FILE = Path(__file__).with_name("country_names.toml")
LOCALES = {"en": "en", "fr": "fr", "es": "es", "pt": "pt", "pt_PT": "pt", "ru": "ru"}
NOT_PLACES = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
Codes = dict[str, tuple[str, ...]]


class OwnNames(Value):
    """country_names.toml as it is written."""

    aliases: dict[Literal["en", "fr", "es", "pt", "ru", "own"], Codes]
    adjectives: dict[Literal["en", "fr", "es", "pt", "ru"], Codes]
    cities: Codes
    abbreviations: dict[str, str]
    doubtful: tuple[Doubtful, ...]
    calling_codes: Codes
    words: dict[str, tuple[str, ...]]
    regions: dict[Literal["names"], tuple[str, ...]]
    belongs_to: dict[str, str]
    outermost: dict[Literal["codes"], tuple[str, ...]]


Table = dict[str, str]


def main() -> None:
    """Write the file that is loaded at run time."""
    NAMES_FILE.write_text(json.dumps(built(), ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def built() -> dict[str, object]:
    """The content of country_names.json."""
    own = OwnNames.model_validate(rtoml.loads(SOURCE_FILE.read_text(encoding="utf-8")))
    words = _compared_words(own.words)
    doubtful = tuple(_compared_doubt(doubt, words) for doubt in own.doubtful)
    regions = {form for name in own.regions["names"] for form in all_forms({compared(name, words)}, _script(name))}
    names = _names(own, words)
    taken = regions | {name for doubt in doubtful for name in doubt.names}
    return {
        "titles": _titles(),
        "names": {name: code for name, code in names.items() if name not in taken},
        "adjectives": _without(_adjectives(own, words), set(names) | taken),
        "cities": _without(_cities(own, words), set(names) | taken),
        "abbreviations": own.abbreviations,
        "iso3": _iso3(),
        "doubtful": [doubt.model_dump(mode="json") for doubt in doubtful],
        "regions": sorted(regions),
        "belongs_to": own.belongs_to,
        "outermost": sorted(own.outermost["codes"]),
        "calling_codes": own.calling_codes,
        "words": {key: sorted(value) for key, value in words.model_dump(by_alias=True).items()},
    }


def _compared_words(raw: dict[str, tuple[str, ...]]) -> Words:
    bare = Words.model_validate({"generic": [], "not": [], "and": [], "small": []})
    plain = {key: {compared(word, bare) for word in value} for key, value in raw.items()}
    plain["generic"] = {form for word in plain["generic"] for form in all_forms({word}, _script(word))}
    return Words.model_validate(plain)


def _compared_doubt(doubt: Doubtful, words: Words) -> Doubtful:
    forms = {form for name in doubt.names for form in all_forms({compared(name, words)}, _script(name))}
    return doubt.model_copy(update={"names": tuple(sorted(forms))})


def _script(name: str) -> str:
    return "ru" if re.search("[а-яё]", name.casefold()) else "en"


def _names(own: OwnNames, words: Words) -> Table:
    """Own names win over the guide's, those over CLDR's; two own meanings of one name are an error in the file."""
    table: Table = {}
    for language, aliases in own.aliases.items():
        for code, names in aliases.items():
            for name in names:
                _enter(table, name, code, words, f"aliases.{language}.{code}", strict=True)
    for place in country_list().place:
        for name in (place.name, *place.guide_names):
            _enter(table, name, place.code, words, "guide", strict=False)
    for code, name in _cldr_names():
        _enter(table, name, code, words, "CLDR", strict=False)
    return _turned_round(table) | table


def _turned_round(table: Table) -> Table:
    """ "Guinea, Equatorial": names of two words in the other order."""
    return {" ".join(reversed(name.split())): code for name, code in table.items() if name.count(" ") == 1}


def _enter(table: Table, name: str, code: str, words: Words, where: str, *, strict: bool) -> None:
    key = compared(name, words)
    forms = all_forms({key, *_saints(key)}, _script(name)) if key else set()
    for form in forms:
        if strict and form == key and table.get(form, code) != code:
            raise ValueError(f"{SOURCE_FILE.name}: {where}: {name!r} already stands for {table[form]}")
        table.setdefault(form, code)


def _saints(key: str) -> set[str]:
    first, _, rest = key.partition(" ")
    others = {"saint": ("st", "s"), "sainte": ("ste", "st"), "st": ("saint",)}.get(first, ())
    return {f"{other} {rest}" for other in others if rest}


def _cldr_names() -> list[tuple[str, str]]:
    """Code and name in five languages: the whole name, then the part before a bracket where it is one of a kind."""
    from babel import Locale

    whole: list[tuple[str, str]] = []
    parts: list[tuple[str, str]] = []
    for locale in LOCALES:
        for code, name in sorted(Locale.parse(locale).territories.items()):
            if not re.fullmatch("[A-Z]{2}", code) or code in NOT_PLACES:
                continue
            spelled = name.replace("о-ва", "острова").replace("о-в", "остров")
            whole += [(code, spelled), (code, name)]
            parts += [(code, part) for part in re.split(r"[()]", spelled)[:1] if part != spelled]
    return whole + parts


def _adjectives(own: OwnNames, words: Words) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for language, table in own.adjectives.items():
        for code, names in table.items():
            for form in {form for name in names for form in adjective_forms(name, language)}:
                found.setdefault(compared(form, words), set()).add(code)
    return found


def _cities(own: OwnNames, words: Words) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, names in own.cities.items():
        for name in names:
            for form in all_forms({compared(name, words)}, _script(name)):
                found.setdefault(form, set()).add(code)
    return found


def _without(table: dict[str, set[str]], taken: set[str]) -> Table:
    """What means one country only and is not the name of another place."""
    return {key: next(iter(codes)) for key, codes in table.items() if key and len(codes) == 1 and key not in taken}


def _titles() -> Table:
    from babel import Locale

    names = Locale.parse("en").territories
    plain = {code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in NOT_PLACES}
    return plain | {place.code: place.name for place in country_list().place if place.code != "BQ"}


def _iso3() -> Table:
    from babel.core import get_global

    aliases = TypeAdapter(dict[str, list[str]]).validate_python(dict(get_global("territory_aliases")))
    current = _titles()
    return {
        long: short[0]
        for long, short in aliases.items()
        if re.fullmatch("[A-Z]{3}", long) and len(short) == 1 and short[0] in current
    } | {"XKX": "XK", "ROM": "RO"}


if __name__ == "__main__":
    main()
