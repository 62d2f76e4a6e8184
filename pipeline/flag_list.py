"""The documented list of flag codes (``pipeline/flags.toml``): what each means, what to do, how the record ends.

``python -m pipeline.flag_list`` prints it as a page; ``docs/flags.md`` is that page."""

import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Literal

import rtoml
from pydantic import Field, ValidationError

from pipeline.values import Value

FILE = "flags.toml"
End = Literal["quarantined", "flagged", "noted"]
"""``quarantined``: nothing was read; ``flagged``: a person must look; ``noted``: no reason against ``ready``."""


class FlagNote(Value):
    """One code: what it ``means``, what a person is to ``do``, and in which ways a record ``ends`` because of it."""

    means: str = Field(min_length=1)
    do: str = Field(min_length=1)
    ends: tuple[End, ...] = Field(min_length=1)


@cache
def flag_notes() -> dict[str, FlagNote]:
    """Every documented code with its note, in the order of the file. Raises ``ValueError`` naming file and code."""
    raw = rtoml.loads((resources.files("pipeline") / FILE).read_text("utf-8"))
    return {code: _note(code, block) for code, block in raw.items()}


def _note(code: str, block: object) -> FlagNote:
    try:
        return FlagNote.model_validate(block)
    except ValidationError as trouble:
        first = trouble.errors()[0]
        raise ValueError(f"{FILE}: [{code}] {'.'.join(map(str, first['loc']))}: {first['msg']}") from trouble


def what_to_do(code: str) -> str:
    """What a person does about a flag; empty for a code of an older version that is no longer on the list."""
    note = flag_notes().get(code)
    return note.do if note else ""


def page() -> str:
    """The whole list for people, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# What the flags mean",
        "",
        "Every code that can stand in `flags[].code` of a record. *quarantined*: nothing was read, a person sees the",
        "original and the reason; *flagged*: it was read, and a person must look; *noted*: good to know, and no reason",
        "against `ready`. The flag's own message says what was found in this file.",
        "",
        "This page is made of `pipeline/flags.toml` by `python -m pipeline.flag_list`.",
        "",
        "| code | what it means | what to do | the record is |",
        "|---|---|---|---|",
    )
    for code, note in flag_notes().items():
        yield f"| `{code}` | {note.means} | {note.do} | {' or '.join(note.ends)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
