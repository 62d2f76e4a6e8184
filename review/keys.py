"""The keys of the desk: what each does, and which ones a person has put in their place."""

import json
from collections.abc import Mapping

KEYS: dict[str, str] = {
    "n": "next trouble",
    "p": "trouble before",
    "c": "confirm, next trouble",
    "e": "edit the answer, or set the outcome",
    "b": "mark as left blank",
    "u": "mark as not readable",
    "z": "take back your last step",
    "x": "claim or release",
    "d": "decide",
    "g": "trouble list",
    "j": "next request, or next row",
    "k": "request before, or row before",
    "+": "larger pages",
    "-": "smaller pages",
    "r": "turn the pages",
    "1": "first verdict: the same institution, or the same request",
    "2": "second verdict: not the same institution, or a corrected version",
    "3": "third verdict: undecided, or a new request",
    "q": "queue",
    "f": "filters",
    "/": "search",
    "?": "show the keys",
}
"""Each key as the pages name it (``data-key``). ``Enter``, ``Ctrl+Enter`` and ``Esc`` are everybody's and stay."""


class KeyTrouble(ValueError):
    """Keys that cannot be chosen so; the message says why."""


def chosen(held: str) -> dict[str, str]:
    """The keys a person has put in the place of the desk's own, by those; an empty one is switched off."""
    told = json.loads(held) if held else {}
    return {key: str(own) for key, own in told.items() if key in KEYS}


def held_by(wanted: Mapping[str, str]) -> str:
    """What a person typed beside each key, as it is kept: only what differs from the desk's own keys.

    Raises ``KeyTrouble`` for what is no key, or a key for two things."""
    typed = {key: wanted.get(key, key).strip() for key in KEYS}
    for key, own in typed.items():
        if len(own) > 1 or not own.isprintable():
            raise KeyTrouble(f"“{KEYS[key]}” needs one letter, figure or sign; leave it empty to switch the key off.")
    for key, own in typed.items():
        twice = [KEYS[other] for other, same in typed.items() if own and same == own and other != key]
        if twice:
            raise KeyTrouble(f"“{own}” cannot be the key for “{KEYS[key]}” and for “{twice[0]}”.")
    differing = {key: own for key, own in typed.items() if own != key}
    return json.dumps(differing, ensure_ascii=False) if differing else ""
