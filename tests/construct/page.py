"""The parts of a page that every layout speaks and every writer draws."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Words:
    """A run of printed words."""

    text: str
    bold: bool = False
    italic: bool = False
    size: float = 0
    colour: str = ""


@dataclass(frozen=True)
class Tick:
    """A tick box and the option it stands for; ``group`` is the field key."""

    group: str
    option: str
    on: bool
    text: str


@dataclass(frozen=True)
class Answer:
    """What the requester wrote, on the line of its question; ``state`` as in the contract."""

    key: str
    text: str
    state: str = "answered"


@dataclass(frozen=True)
class Picture:
    """The drawn signature."""

    path: Path


Inline = Words | Tick | Answer | Picture


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``style`` is title, subtitle, heading, label, body, note or small; ``indent`` in cm."""

    items: list[Inline]
    style: str = "body"
    indent: float = 0
    align: str = "left"


@dataclass(frozen=True)
class AnswerBlock:
    """A long answer of one or more paragraphs, standing for itself."""

    key: str
    text: str
    state: str = "answered"
    indent: float = 0


@dataclass(frozen=True)
class Cell:
    """One cell; ``span`` counts grid columns."""

    blocks: list["Block"]
    span: int = 1
    shade: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells; ``widths`` in cm; without ``ruled`` no lines are drawn."""

    rows: list[list[Cell]]
    widths: list[float]
    ruled: bool = True


@dataclass(frozen=True)
class Box:
    """A text box (in Word a drawn shape, in PDF a frame)."""

    blocks: list["Block"]
    width: float = 16.5
    height: float = 2.2


@dataclass(frozen=True)
class NewPage:
    """A page break."""


Block = Paragraph | AnswerBlock | Table | Box | NewPage


@dataclass(frozen=True)
class Sheet:
    """A whole form, ready to be written."""

    blocks: list[Block]
    header: str
    footer: str
    title: str
    language: str
    serif: bool = False
    options: dict[str, bool] = field(default_factory=dict)


def line(text: str, style: str = "body", bold: bool = False, italic: bool = False, align: str = "left") -> Paragraph:
    """A paragraph of plain words."""
    return Paragraph([Words(text, bold=bold, italic=italic)], style=style, align=align)
