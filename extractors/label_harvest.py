"""Labels for the reader of labels from invented forms with known answers: ``python -m extractors.label_harvest``.

Where a question of ``tests/hard_forms`` was read right, the words printed at its answer ask for it. They are written to
``label_wordings/printed``, one file a language; the forms are constructions, so are their labels.
"""

import json
from collections.abc import Iterator
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


def labels_of(form: Path) -> list[Label]:
    """The labels of one form whose questions were read right."""
    gold = json.loads(form.with_suffix(".gold.json").read_text("utf-8"))
    document = read(form.read_bytes())
    read_right = _read_right(extract(document).fields, gold)
    seen = survey(document)
    words = lexicon(seen.language)
    asked = [bid for bid in seen.found.asked if read_right.issuperset(PAIRS.get(bid.key, (bid.key,)))]
    found = [(seen.language, bid.key, words.bare(bid.label.text).strip(" :.?*")) for bid in asked]
    return [label for label in found if not _needs_section(label[2], words)]


def _needs_section(text: str, words: Lexicon) -> bool:
    """True for “Name”: whose is asked its section tells, not its words."""
    return any(hit.group == "short" and hit.score >= KNOWN for hit in words.hits(text))


def _read_right(fields: dict[str, FieldReading], gold: dict[str, dict[str, object]]) -> set[str]:
    read_right = set[str]()
    for key, value in gold["fields"].items():
        reading = fields.get(key)
        if reading is not None and reading.state == "answered" and _same(reading.value, value):
            read_right.add(key)
    blank = {key for key, state in gold["states"].items() if state == "blank"}
    return read_right | {key for key in blank if key in fields and fields[key].state == "blank"}


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
