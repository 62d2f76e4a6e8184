"""A gold record: what a careful person says a form holds, kept as ``NAME.gold.json`` beside the form."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from pipeline.records import Area, FieldContent, FormKind, Language, Outcome
from pipeline.trouble import GoldTrouble
from pipeline.values import Value

ENDING = ".gold.json"
Unanswered = Literal["blank", "placeholder", "unreadable"]


class _Told(Value):
    """Gold records are written by many hands: a key we do not know is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class GoldSignature(_Told):
    """The signature block as a person sees it."""

    mark: Literal["present", "absent", "unknown"] = "unknown"
    kind: Literal["ink", "image", "digital", "none", "unknown"] = "unknown"
    digital: Literal["intact", "changed_after_signing", "invalid", "none"] = "none"


class GoldTheme(_Told):
    """What the request is about; several areas: each of them is right."""

    area: Area | list[Area] = "uncertain"
    topics: list[str] = Field(default_factory=list)
    declared: list[str] = Field(default_factory=list)


class Gold(_Told):
    """What is right for one form. A key on neither ``fields`` nor ``states`` is not on the form.

    ``not_judged`` names what nobody has said anything about: field keys, and ``language``, ``form_kind``,
    ``text_origin``, ``disposition``, ``theme.area``, ``theme.topics``, ``signature.mark``, ``signature.kind``,
    ``signature.digital``. What stands there is no measure for anything."""

    file: str
    language: Language
    form_kind: FormKind
    edition: str = "unknown"
    text_origin: str | None
    fields: dict[str, FieldContent]
    states: dict[str, Unanswered] = Field(default_factory=dict)
    signature: GoldSignature
    theme: GoldTheme
    checks: dict[str, Outcome | list[Outcome]] = Field(default_factory=dict)
    disposition: Literal["ready", "flagged", "quarantined"]
    traps: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()

    def judges(self, name: str) -> bool:
        """Whether a person has said anything about a part."""
        return name not in self.not_judged

    @property
    def format(self) -> str:
        """How the words got onto the page, and the kind of file."""
        return f"{self.text_origin}:{self.file.rpartition('.')[2].lower()}"

    @property
    def form(self) -> str:
        """Kind and edition of the form."""
        return f"{self.form_kind}:{self.edition}"


def load_gold(path: Path) -> Gold:
    """The gold record in a file. Raises ``GoldTrouble`` that names file and key."""
    try:
        return Gold.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise GoldTrouble(f"{path}: {key}: {first['msg']}.") from fault
    except (OSError, ValueError) as fault:
        raise GoldTrouble(f"{path} is no gold record ({fault}).") from fault


def gold_files(folder: Path) -> Iterator[Path]:
    """The gold records in a folder and its subfolders, in the order of their names."""
    yield from sorted(path for path in folder.rglob(f"*{ENDING}") if path.is_file())


def as_text(gold: Gold) -> str:
    """The gold record as it is written into its file; what is always judged is not mentioned."""
    told = gold.model_dump(mode="json")
    if not gold.not_judged:
        told.pop("not_judged")
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
