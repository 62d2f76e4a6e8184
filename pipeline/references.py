"""References that applicants can type on any keyboard: no character looks like one of the other script.

Drawn from letters and digits without a twin in Cyrillic (so no A B C E H K M O P T X Y, no I J S, no 0 3 4 6 8) nor
among themselves (1 and I, 2 and Z, U and V). The thirteen that remain make a check character modulo a prime, which
catches every single wrong character and every two that changed places.
"""

import secrets

ALPHABET = "2579DFGLNQRVW"
LENGTH = 7

# What the same keys give on a Russian keyboard left switched on.
_RUSSIAN_KEYS = str.maketrans("ВАПДТЙКМЦ", "DFGLNQRVW")


def new_reference() -> str:
    """A new reference such as ``DFGL-2579``: seven drawn characters and the check character."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return _written(drawn + check_character(drawn))


def check_character(drawn: str) -> str:
    """The character that makes the weighted sum a multiple of thirteen."""
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(drawn, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def read_reference(typed: str) -> str | None:
    """The reference a person typed, in its proper form; null if it is none or has a slip in it."""
    letters = "".join(typed.upper().translate(_RUSSIAN_KEYS).replace("-", " ").split())
    if len(letters) != LENGTH + 1 or any(letter not in ALPHABET for letter in letters):
        return None
    return _written(letters) if check_character(letters[:-1]) == letters[-1] else None


def _written(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:]}"
