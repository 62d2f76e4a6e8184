"""Tick boxes of a PDF page: as characters, as symbols of picture fonts, typed in brackets, or drawn."""

import re
from functools import cache

TickReading = tuple[bool, bool]
"""(ticked, sure); not sure: also used as bullets, a tick only where its counterpart occurs too."""

_ON, _OFF = (True, True), (False, True)
_SIGNS: dict[str, TickReading] = {
    **dict.fromkeys("☒☑✓✔✗✘🗹🗷🗵✅☓❎⊠🗸", _ON),
    **dict.fromkeys("☐□▢❑❒❏❐◻⬜⃞", _OFF),
    **dict.fromkeys("■◼⬛●◉⦿🔘", (True, False)),
    **dict.fromkeys("○◯❍", (False, False)),
}
# Picture fonts by code: what the code shows, from the fonts' published tables.
_FONTS: dict[str, dict[str, TickReading]] = {
    "wingdings2": {**dict.fromkeys("RSTQPOVWU", _ON), **dict.fromkeys("£*¢", _OFF), "\x98": (True, False)},
    "wingdings": {
        **dict.fromkeys("xþýüû\xd6", _ON),
        **dict.fromkeys("o¨qrp\x6f", _OFF),
        "n": (True, False),
        "¡": (False, False),
        "¤": (True, False),
        "l": (True, False),
    },
    "webdings": {**dict.fromkeys("ar", _ON), "c": _OFF, "g": (True, False)},
    "dingbats": {
        **dict.fromkeys("345678", _ON),
        **dict.fromkeys("opqr", _OFF),
        "n": (True, False),
        "l": (True, False),
        "m": (False, False),
    },
}


@cache
def _font_table(font: str) -> dict[str, TickReading] | None:
    name = re.sub(r"[^a-z0-9]", "", font.split("+", 1)[-1].lower())
    for key, table in _FONTS.items():
        if key in name:
            return table
    return None


def tick_of_glyph(text: str, font: str) -> TickReading | None:
    """What a character shows if it is a tick box or a tick, by itself or in a picture font; else None."""
    table = _font_table(font)
    if table is not None and text.startswith("(cid:"):
        text = chr(int(re.sub(r"\D", "", text) or 0))
    if len(text) != 1:
        return None
    sign = _SIGNS.get(text) if text > "\u2000" else None
    if sign is not None:
        return sign
    if table is None and not "\uf020" <= text <= "\uf0ff":
        return None
    code = chr(ord(text) - 0xF000) if "\uf020" <= text <= "\uf0ff" else text
    return (table if table is not None else _FONTS["wingdings"]).get(code)


def is_picture_font(font: str) -> bool:
    """True for fonts whose letters are pictures: what is no tick there is a bullet."""
    return _font_table(font) is not None
