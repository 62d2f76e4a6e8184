"""The questions of the form (``pipeline/form.toml``): key, kind of value, section, guide section."""

from functools import cache
from importlib import resources
from typing import Literal

import rtoml

from pipeline.values import Value

ValueKind = Literal[
    "text",
    "line",
    "choice",
    "choices",
    "country",
    "email",
    "phone",
    "date",
    "months",
    "languages",
    "activities",
    "list",
]


class Question(Value):
    """One question: what kind of value answers it, where it stands, and whether it must be answered by default."""

    kind: ValueKind
    section: str
    guide: str
    place: float
    required: bool = True


@cache
def questions() -> dict[str, Question]:
    """Every field key of the contract with its question, in the contract's order."""
    path = resources.files("pipeline") / "form.toml"
    raw = rtoml.loads(path.read_text("utf-8"))
    return {key: Question.model_validate(block) for key, block in raw.items()}
