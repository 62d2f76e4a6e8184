"""Grey print: neither black nor white nor coloured. Forms print their hints and prompts in it."""

from collections.abc import Sequence

_HUELESS, _DARKEST, _LIGHTEST = 0.1, 0.3, 0.82


def is_grey(parts: Sequence[float]) -> bool:
    """True for a colour in parts of red, green and blue, or of grey alone, from 0 for none to 1."""
    return (
        len(parts) in (1, 3)
        and max(parts) - min(parts) <= _HUELESS
        and _DARKEST <= sum(parts) / len(parts) <= _LIGHTEST
    )
