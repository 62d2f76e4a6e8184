"""The keys under which an institution and its likes find each other, so that nothing is compared with everything."""

from collections.abc import Iterator
from hashlib import sha256

from pipeline.institution_matching import TELLS, Institution


def keys_of(institution: Institution) -> tuple[str, ...]:
    """The keys under which others find an institution."""
    place = institution.place
    common = {f"d|{domain}" for domain in institution.domains}
    if place:
        common |= {f"{place}|{key}" for key in _words(institution)}
        return tuple(sorted(common | {f"?|{key}" for key in _whole(institution)}))
    return tuple(sorted(common | {f"!|{key}" for key in _whole(institution)}))


def sought_by(institution: Institution) -> tuple[str, ...]:
    """The keys under which an institution's likes are found; without a country those of all countries."""
    place = institution.place
    common = {f"d|{domain}" for domain in institution.domains}
    whole = tuple(_whole(institution))
    if place:
        return tuple(sorted(common | {f"{place}|{key}" for key in _words(institution)} | {f"!|{key}" for key in whole}))
    return tuple(sorted(common | {f"{sign}|{key}" for sign in "?!" for key in whole}))


def _words(institution: Institution) -> Iterator[str]:
    """A key for every word that tells something, for the acronyms and for what could be one."""
    names = institution.names
    tokens = {token for name in (names.whole, *names.others) for token in name.tokens}
    telling = {token.key for token in tokens if token.weight >= TELLS} or {token.key for token in tokens}
    yield from (f"w|{key[:40]}" for key in sorted(telling)[:30])
    initials = {each for name in (names.whole, *names.others) for each in name.initials}
    yield from (f"a|{each}" for each in sorted(institution.all_acronyms | initials)[:20])


def _whole(institution: Institution) -> Iterator[str]:
    """Keys for names without a country: the meaning of the whole name, whatever the order, and the acronyms."""
    names = institution.names
    for name in (names.whole, *names.others):
        meaning = " ".join(sorted(token.key for token in name.tokens if token.weight >= 0.3))
        yield f"n|{sha256(meaning.encode()).hexdigest()[:16]}"
    yield from (f"a|{each}" for each in sorted(institution.all_acronyms)[:10])
