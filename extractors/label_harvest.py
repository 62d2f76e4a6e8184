"""Labels for the reader of labels from invented forms with known answers: ``python -m extractors.label_harvest``.

Where the answer to a question of ``tests/hard_forms`` was found, the words printed at it ask for it. They are written
to ``label_wordings/printed``, one file a language; the forms are constructions, so are their labels.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from extractors.extraction import extract, survey
from extractors.label_teaching import PRINTED
from extractors.labels import Lexicon, lexicon
from extractors.question_keys import PAIRS
from extractors.reading import read
from pipeline.folding import fold
from pipeline.languages import LANGUAGES
from pipeline.records import FieldReading

FORMS = Path(__file__).parents[1] / "tests" / "hard_forms"
ENDS = (".docx", ".pdf")
KNOWN = 0.9
"""Score from which a text is one of the short labels."""
Label = tuple[str, str, str]
"""Language, key, words."""
Gold = dict[str, dict[str, object]]


def labels_of(form: Path) -> list[Label]:
    """The labels of one form behind which the answer to one of its questions was found."""
    gold = json.loads(form.with_suffix(".gold.json").read_text("utf-8"))
    document = read(form.read_bytes())
    fields = extract(document).fields
    seen = survey(document)
    words = lexicon(seen.language)
    asked = ((_key_of(bid.key, fields, gold), words.bare(bid.label.text).strip(" :.?*")) for bid in seen.found.asked)
    return [(seen.language, key, text) for key, text in asked if key and not _needs_section(text, words)]


def _needs_section(text: str, words: Lexicon) -> bool:
    """True for “Name”: whose is asked its section tells, not its words."""
    return any(hit.group == "short" and hit.score >= KNOWN for hit in words.hits(text))


def _key_of(key: str, fields: Mapping[str, FieldReading], gold: Gold) -> str | None:
    """What a label asks by its answer: the question it was taken for if that was read right, or the only other one with
    this answer."""
    if all(_is_right(each, fields, gold) for each in PAIRS.get(key, (key,))):
        return key
    reading = fields.get(key)
    if reading is None or reading.state != "answered":
        return None
    others = [other for other, value in gold["fields"].items() if _same(reading.value, value)]
    return others[0] if len(others) == 1 else None


def _is_right(key: str, fields: Mapping[str, FieldReading], gold: Gold) -> bool:
    if key not in fields:
        return False
    if fields[key].state == "answered":
        return key in gold["fields"] and _same(fields[key].value, gold["fields"][key])
    return fields[key].state == "blank" == gold["states"].get(key)


def _same(one: object, other: object) -> bool:
    return fold(json.dumps(one, default=str)) == fold(json.dumps(other, default=str))


def write() -> None:
    """Write the files of all languages."""
    forms = sorted(path for path in FORMS.iterdir() if path.suffix in ENDS)
    with ProcessPoolExecutor(2) as workers:
        found = sorted({label for labels in workers.map(labels_of, forms, chunksize=8) for label in labels})
    for code in LANGUAGES:
        rows = [(key, text) for language, key, text in found if language == code and text]
        (PRINTED / f"{code}.toml").write_text("\n".join(_table(rows)) + "\n", "utf-8")
        print(code, len(rows))


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    yield "# Written by `python -m extractors.label_harvest` from tests/hard_forms: invented forms, invented labels."
    for key in dict.fromkeys(key for key, _ in rows):
        texts = list({fold(text): text for own, text in rows if own == key}.values())
        yield f"{json.dumps(key)} = {json.dumps(texts, ensure_ascii=False)}"


if __name__ == "__main__":
    write()
