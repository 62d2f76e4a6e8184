"""Known editions of the form (``pipeline/editions/*.toml``): what each prints, made by ``socieux forms learn``."""

from functools import cache
from importlib import resources
from typing import Literal

import rtoml
from pydantic import ValidationError

from pipeline.languages import DataError
from pipeline.values import Value


class EditionQuestion(Value):
    """A question as one edition prints it; ``key`` is a field key, ``signature``, or empty where a person must say."""

    key: str
    text: str
    required: bool


class Edition(Value):
    """One edition of the form in one language: its questions in order, and everything else it prints."""

    edition: str
    language: str
    kind: Literal["full", "simplified", "unknown"]
    questions: tuple[EditionQuestion, ...]
    skeleton: tuple[str, ...]


@cache
def editions() -> tuple[Edition, ...]:
    """All editions the software knows; raises DataError naming the file."""
    folder = resources.files("pipeline") / "editions"
    found = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name) if folder.is_dir() else []:
        if path.name.endswith(".toml"):
            try:
                found.append(Edition.model_validate(rtoml.loads(path.read_text("utf-8"))))
            except (rtoml.TomlParsingError, ValidationError) as trouble:
                raise DataError(f"pipeline/editions/{path.name}: {trouble}") from trouble
    return tuple(found)
