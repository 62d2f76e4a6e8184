"""Words as the desk searches them: folded over case, accents and scripts, so that ``министерство`` finds
``Ministerstvo`` and the other way round."""

from functools import cache

from babel import Locale

from pipeline.folding import fold
from pipeline.languages import LANGUAGES
from pipeline.records import Activity, FieldContent, Record

MOST_WORDS = 5_000
"""Different words kept of one request; a form has some hundreds."""
LONGEST_WORD = 40
_NO_COUNTRIES = ("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ")

_LATIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэіїєґ", "abvgdeziiklmnoprstufyeiieg", strict=True)),
        **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia"},
        **{"қ": "k", "ғ": "g", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ә": "a", "ў": "u", "ҳ": "h"},
    }
)


def searched(text: str) -> list[str]:
    """The words of a text as they are searched."""
    return [word[:LONGEST_WORD] for word in fold(text).translate(_LATIN).split()]


def words_of(record: Record) -> str:
    """Every word of a request once, a blank before each."""
    texts = [record.reference or "", record.source.filename, record.source.sender or "", record.record_id]
    texts += [text for reading in record.fields.values() for text in (*_texts(reading.value), reading.raw or "")]
    country = record.fields.get("institution_country")
    texts += country_names(country.value) if country and isinstance(country.value, str) else []
    found = dict.fromkeys(word for text in texts for word in searched(text))
    return "".join(f" {word}" for word in list(found)[:MOST_WORDS])


def _texts(value: FieldContent) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    cells = [part.model_dump(exclude_none=True).values() if isinstance(part, Activity) else (part,) for part in value]
    return [text for texts in cells for text in texts]


@cache
def country_names(code: str) -> list[str]:
    """The names of a country in the five languages, English first; only its code where nobody names it."""
    names = [Locale.parse(language).territories.get(code) for language in LANGUAGES]
    return list(dict.fromkeys(name for name in names if name)) or [code]


@cache
def country_choices() -> tuple[tuple[str, str], ...]:
    """Every country: its code, its names in the five languages in one line; sorted by the English name."""
    english = {str(code): str(name) for code, name in Locale.parse("en").territories.items()}
    codes = [code for code in english if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES]
    return tuple((code, " · ".join(country_names(code))) for code in sorted(codes, key=english.__getitem__))
