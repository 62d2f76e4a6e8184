"""Words of both scripts in one: Cyrillic as Latin letters, and the many ways of writing that down made one."""

import re
from functools import lru_cache

from pipeline.folding import fold

_LETTERS = {
    **dict(zip("абвгдезиклмнопрстуфыэіїєґў", "abvgdeziklmnoprstufieiieg" + "u", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia"},
    **{"қ": "k", "ғ": "g", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ә": "a", "ҳ": "h", "ҷ": "j", "ј": "j"},
    **{"љ": "lj", "њ": "nj", "ћ": "c", "ђ": "d", "џ": "dz", "ѕ": "dz", "ќ": "k", "ѓ": "g", "ы": "i", "ё": "e"},
    **{"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ə": "a", "ß": "ss"},
}
_TO_LATIN = str.maketrans(_LETTERS)

# One sound, one sign, whoever wrote it: Щербаков, Shcherbakov, Scherbakov; Юсупов, Yusupov, Iusupov, Jusupov.
_SOUNDS = (
    (re.compile(r"shch|sch|sh"), "š"),
    (re.compile(r"tch|ch"), "č"),
    (re.compile(r"t[sz](?=[aeiou])"), "ц"),
    (re.compile(r"zh"), "z"),
    (re.compile(r"kh"), "h"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"ck|c|q"), "k"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"w"), "v"),
    (re.compile(r"[yj]"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)


def latin(text: str) -> str:
    """A text folded and in Latin letters: ``Министерство труда`` -> ``ministerstvo truda``."""
    return fold(text).translate(_TO_LATIN)


@lru_cache(maxsize=50_000)
def sounded(word: str) -> str:
    """A word as it is compared across scripts and spellings; no more than a sign to compare by."""
    told = latin(word)
    for pattern, sign in _SOUNDS:
        told = pattern.sub(sign, told)
    return told
