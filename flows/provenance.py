"""What made a record: the software, the data files it judged by, its models."""

import hashlib
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import rtoml

from pipeline.records import MadeWith
from pipeline.rules import rules_edition

_ROOMS = ("pipeline", "extractors", "classifiers")


@cache
def made_with(today: date) -> MadeWith:
    """The software's version, the rules in force on the day with a mark of all data files, the models by their hash."""
    return MadeWith(software=software(), rules=f"{rules_edition(today)}+{_data_mark()}", models=_models())


def software() -> str:
    """The software with its version."""
    try:
        return f"socieux-intake {version('socieux-intake')}"
    except PackageNotFoundError:
        return "socieux-intake (not installed)"


def _data_mark() -> str:
    """Twelve digits that change whenever a label, list, rule or threshold changes."""
    digest = hashlib.sha256()
    for path in _data_files("*.toml"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _models() -> dict[str, str]:
    """A trained model lies in a folder of its name, with a card ``model.toml`` that holds its hash."""
    cards = {path.parent.name: rtoml.loads(path.read_text("utf-8")) for path in _data_files("model.toml")}
    return {name: str(card["sha256"])[:12] for name, card in cards.items()}


def _data_files(pattern: str) -> list[Path]:
    house = Path(__file__).resolve().parent.parent
    return sorted(path for room in _ROOMS for path in (house / room).rglob(pattern))
