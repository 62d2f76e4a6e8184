"""The guide's rules as dated data: section, edition and numbers of each, checked when loaded."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

import rtoml
from pydantic import Field, TypeAdapter, ValidationError

from pipeline.languages import DataError
from pipeline.values import Value

T = TypeVar("T")

RULES_FILE = Path(__file__).with_name("rules.toml")
RUBRIC_FILE = Path(__file__).with_name("rubric.toml")


class Rule(Value):
    """One rule in one edition of the guide, in force from ``from_day``. Lengths are days unless named ``months``."""

    section: str
    edition: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    from_day: date = Field(alias="from")
    min: int | None = None
    max: int | None = None
    months: int | None = None
    months_tolerated: int | None = None
    confident: float = 1.0
    met: tuple[str, ...] = ()
    needs_judgement: tuple[str, ...] = ()
    not_met: tuple[str, ...] = ()
    word: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def limit(self) -> int:
        """The largest number the rule allows; raises DataError where the data name none."""
        if self.max is None:
            raise DataError(f"{RULES_FILE.name}: the rule of section {self.section} needs the key max")
        return self.max


class RubricQuestion(Value):
    """One question of the guide's rubric: the answers that speak to it as a whole, those searched for cue words."""

    section: str
    asks: str
    answers: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    member_states: bool = False
    partner_countries: bool = False


@cache
def _editions() -> dict[str, list[Rule]]:
    return _load(RULES_FILE, TypeAdapter(dict[str, list[Rule]]))


@cache
def rubric_questions() -> dict[str, RubricQuestion]:
    """The sixteen questions of 2.2.1 to 2.2.3 by key, in the guide's order. Raises DataError naming file and key."""
    return _load(RUBRIC_FILE, TypeAdapter(dict[str, RubricQuestion]))


def _load(file: Path, shape: TypeAdapter[T]) -> T:
    try:
        return shape.validate_python(rtoml.loads(file.read_text("utf-8")))
    except (rtoml.TomlParsingError, ValidationError) as trouble:
        raise DataError(f"pipeline/{file.name}: {trouble}") from trouble


def rule(name: str, on: date) -> Rule:
    """The rule as in force on a day (before its first day: its first edition). Raises DataError if there is none."""
    editions = sorted(_editions().get(name, []), key=lambda entry: entry.from_day)
    if not editions:
        raise DataError(f"pipeline/{RULES_FILE.name}: {name}: no such rule")
    in_force = [entry for entry in editions if entry.from_day <= on]
    return in_force[-1] if in_force else editions[0]


def rules_edition(on: date) -> str:
    """The newest edition among the rules in force on a day, as the record names it (``made_with.rules``)."""
    return max(rule(name, on).edition for name in _editions())
