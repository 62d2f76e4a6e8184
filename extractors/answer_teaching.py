"""What the reader of answers learns from: invented answers to each question in ``answer_examples``, one file a
language, invented requests (``requests``), and the answers in the project's own invented forms (``sample_forms``,
``tests/hard_forms``)."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import rtoml
from pydantic import TypeAdapter, ValidationError

from extractors.answer_model import BESIDE, KIND_OF, kind_of
from pipeline.languages import LANGUAGES
from pipeline.questions import questions
from pipeline.values import Value

EXAMPLES = Path(__file__).parent / "answer_examples"
ROOT = Path(__file__).parent.parent
FORMS = (ROOT / "sample_forms", ROOT / "tests" / "hard_forms")


class Answers(Value):
    """Invented answers to one question, or of one kind."""

    answers: tuple[str, ...]


class Example(NamedTuple):
    """An answer, its language, its kind (a question, or what several questions ask: ``person``) and its form's file."""

    text: str
    language: str
    kind: str
    form: str = ""


_FILE = TypeAdapter(dict[str, Answers])


@cache
def examples() -> tuple[Example, ...]:
    """Every example: first those of the language files, then those of the forms."""
    found = [example for code in LANGUAGES for example in _of_language(code)]
    kinds = {example.kind for example in found}
    found += [example for folder in FORMS for example in _of_forms(folder) if example.kind in kinds]
    return tuple(found)


def _of_language(code: str) -> Iterator[Example]:
    path = EXAMPLES / f"{code}.toml"
    try:
        tables = _FILE.validate_python(rtoml.loads(path.read_text("utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    if strange := set(tables) - set(questions()) - set(KIND_OF.values()) - BESIDE:
        raise ValueError(f"{path.name}: no question of the form: {', '.join(sorted(strange))}")
    for kind, table in tables.items():
        yield from (Example(" ".join(text.split()), code, kind_of(kind)) for text in table.answers)
    for request in rtoml.loads((EXAMPLES / "requests" / path.name).read_text("utf-8")).values():
        yield from (Example(" ".join(text.split()), code, kind_of(key)) for key, text in request.items())


def _of_forms(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.gold.json")):
        gold = json.loads(path.read_text("utf-8"))
        for key, value in gold["fields"].items():
            if isinstance(value, str) and questions()[key].kind in ("text", "line"):
                yield Example(" ".join(value.split()), gold["language"], kind_of(key), path.name)
