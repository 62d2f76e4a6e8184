"""``socieux forms learn``: blank forms become the data files of their editions, for a person to read over."""

import json
from collections.abc import Iterator
from pathlib import Path

from extractors.editions import learn
from extractors.reading import read
from flows.walking import Misuse, load
from pipeline.editions import Edition


def learn_forms(blanks: list[Path], out: Path, edition_name: str | None = None) -> list[Path]:
    """Write one data file per blank form; gives the files. ``out`` is a file for one form, a folder for several;
    without an ``edition_name`` the edition is called like its file.

    Raises ``Misuse`` for a wrong ``out`` and ``Unreadable`` for a form that cannot be read."""
    if len(blanks) > 1 and out.suffix == ".toml":
        raise Misuse("Several forms need a folder for --out: each edition has a file of its own.")
    folder = len(blanks) > 1 or out.is_dir()
    written = []
    for blank in blanks:
        place = out / f"{blank.stem}.toml" if folder else out
        edition = learn(read(load(blank, named=True)), edition_name or place.stem)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(as_toml(edition), "utf-8")
        written.append(place)
    return written


def as_toml(edition: Edition) -> str:
    """The data file of an edition."""
    return "\n".join([*_head(edition), *_questions(edition)]) + "\n"


def _head(edition: Edition) -> Iterator[str]:
    yield "# An edition of the form, learnt from the blank one. Read the questions over: a key left empty was not told."
    yield f"edition = {_quoted(edition.edition)}"
    yield f"language = {_quoted(edition.language)}"
    yield f"kind = {_quoted(edition.kind)}"
    yield "skeleton = ["
    yield from (f"    {_quoted(line)}," for line in edition.skeleton)
    yield "]"
    if not edition.questions:
        yield "questions = []"


def _questions(edition: Edition) -> Iterator[str]:
    for question in edition.questions:
        yield ""
        yield "[[questions]]"
        yield f"key = {_quoted(question.key)}"
        yield f"text = {_quoted(question.text)}"
        yield f"required = {str(question.required).lower()}"


def _quoted(text: str) -> str:
    """A TOML string; JSON's is the same but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
