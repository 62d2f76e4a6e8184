"""The content of a constructed form and the wording of its edition, read from TOML and checked."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

Text = str | float | list[str]
CONTRACT_KEYS = (
    "title institution_name institution_acronym institution_type institution_country institution_address "
    "institution_website institution_mandate head_name head_position contact_name contact_position contact_email "
    "contact_phone supporting_entity_name supporting_entity_contact supporting_entity_role declared_theme background "
    "objectives expected_results deliverables target_groups policy_alignment cross_cutting activities expertise_sought "
    "preferred_experience working_languages start_date duration_months other_support previous_cooperation "
    "contributions security_situation attachments_listed event_type event_date event_place contribution_sought "
    "signatory_name signatory_position signature_place signature_date"
).split()
# Answers written as [as printed, value].
PAIRS = {"institution_country", "contact_phone", "start_date", "duration_months", "event_date", "signature_date"}


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Written(Strict):
    """An answer whose value differs from what is printed."""

    raw: str
    value: Text | None = None


class Activity(Strict):
    """A row of the activities table."""

    title: str
    type: str | None = None
    format: str | None = None
    start: str | None = None
    duration: str | None = None
    participants: str | None = None
    location: str | None = None


class Theme(Strict):
    """What the text of the request treats."""

    area: str
    topics: list[str]


class Request(Strict):
    """One invented request and how its form is to be made."""

    id: str
    lang: str
    layout: str
    kind: str = "full"
    output: str = "docx"
    fields: str = "plain"
    signed: bool = True
    serif: bool = False
    shift: int = 0
    unfilled: bool = False
    cover: str = ""
    tips: bool = False
    radio: bool = False
    choice: bool = False
    appearance_only: list[str] = []
    dotted: list[str] = []
    placeholder: list[str] = []
    answers: dict[str, Written | str | float | list[Activity] | list[str | float | None]] = {}
    theme: Theme
    checks: dict[str, str | list[str]] = {}
    not_judged: list[str] = []
    flag: str = ""
    traps: list[str] = []


class Section(Strict):
    """A heading with its questions: field key (or keys joined by +) to label."""

    title: str = ""
    note: str = ""
    labels: dict[str, str]


class Wording(Strict):
    """One edition in one language."""

    edition: str
    title: str
    subtitle: str = ""
    version: str
    notice: list[str] = []
    guidance: str = ""
    required_mark: str = ""
    optional_mark: str = ""
    required: list[str] = []
    optional: list[str] = []
    typed: list[str] = []
    shape: str = ""
    signature: str
    activity: str
    columns: dict[str, str] = {}
    full: list[Section] = []
    simplified: list[Section] = []
    simplified_title: str = ""
    same_line: list[list[str]] = []


class Vocabulary(Strict):
    """The option words of one language."""

    institution_type: dict[str, str]
    declared_theme: dict[str, str]
    event_type: dict[str, str]
    working_languages: dict[str, str]
    formats: dict[str, str]
    placeholder: str
    construction: str
    answer_tip: str


def read(path: Path) -> dict[str, object]:
    """A TOML file; an error names it."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error


def load_request(path: Path) -> Request:
    """A request; answers to unknown questions are refused."""
    request = Request.model_validate(read(path))
    stray = set(request.answers) - set(CONTRACT_KEYS)
    if stray:
        raise ValueError(f"{path}: answers to unknown questions {sorted(stray)}")
    return request


@cache
def load_wording(folder: Path, layout: str, language: str) -> Wording:
    """The edition of a layout in a language, from ``LAYOUT_LANGUAGE.toml``."""
    path = folder / f"{layout}_{language}.toml"
    wording = Wording.model_validate(read(path))
    for section in wording.full + wording.simplified:
        stray = {k for name in section.labels for k in name.split("+")} - set(CONTRACT_KEYS)
        if stray:
            raise ValueError(f"{path}: unknown keys {sorted(stray)}")
    return wording


@cache
def load_vocabulary(folder: Path, language: str) -> Vocabulary:
    """The option words of a language, from ``LANGUAGE.toml``."""
    return Vocabulary.model_validate(read(folder / f"{language}.toml"))
