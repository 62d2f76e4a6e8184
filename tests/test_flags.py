"""The list of flag codes is complete and says nothing of codes that are gone, nor of ends that they do not have."""

import ast
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

from classifiers.assessment import ADVISORY
from classifiers.rules import RULES
from pipeline import flag_list
from pipeline.flag_list import End, flag_notes, page, what_to_do
from pipeline.records import Flag
from tests.desk_room import form, open_room

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("extractors", "classifiers", "flows")
"""The rooms that make records; the desk adds no flags of its own."""
ENDS: dict[str, End] = {"blocker": "quarantined", "warning": "flagged", "info": "noted"}
REFUSALS = ("Unreadable", "Refusal")
MAKERS = ("Flag", "Trouble", *REFUSALS)
PASSED_ON = ("code", "name", "*REFUSALS.get(media_type, _NOT_A_DOCUMENT)")
"""Codes that a function was given: where it was called they are seen; ``name`` is a rule's."""
NOT_OF_A_RECORD = ("_park", "park")
"""Calls that say of a mail which never came why it waits."""


class Made(NamedTuple):
    """A code as a call in the source gives it, and what the record would be because of it, where the call says so."""

    code: str
    end: End | None
    place: str


def calls() -> Iterator[tuple[Path, ast.Call, str, int]]:
    """Every call of a maker of flags, or of a function that takes a ``code``, and the place of the code."""
    for path in (path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))):
        tree = ast.parse(path.read_text("utf-8"))
        takers = dict.fromkeys(MAKERS, 0)
        for node in ast.walk(tree):
            names = [each.arg for each in node.args.args] if isinstance(node, ast.FunctionDef) else []
            if isinstance(node, ast.FunctionDef) and "code" in names:
                takers[node.name] = names.index("code") - (names[0] == "self")
        for node in ast.walk(tree):
            named = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and named in takers and named not in NOT_OF_A_RECORD:
                yield path, node, named, takers[named]


@cache
def made() -> tuple[Made, ...]:
    """The codes in the source; one that is neither written there nor passed on fails the test."""
    return tuple(_codes())


def _codes() -> Iterator[Made]:
    for path, call, named, at in calls():
        keywords = {each.arg: each.value for each in call.keywords}
        given = keywords.get("code") or (call.args[at] if len(call.args) > at else None)
        place = f"{path.relative_to(HOUSE)}:{call.lineno}"
        if isinstance(given, ast.Name):
            given = _constants().get(given.id, given)
        if isinstance(given, ast.Constant) and isinstance(given.value, str) and len(given.value) > 2:
            yield Made(given.value, _end(named, call, keywords), place)
        elif named in MAKERS and given is not None:
            told = ast.unparse(given)
            assert told.endswith(".code") or told in PASSED_ON, f"{place}: {told}"


@cache
def _constants() -> dict[str, ast.expr]:
    """What names at the top of the modules stand for."""
    trees = (ast.parse(path.read_text("utf-8")) for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
    assigned = (node for tree in trees for node in tree.body if isinstance(node, ast.Assign))
    named = ((node.targets[0], node.value) for node in assigned)
    return {name.id: value for name, value in named if isinstance(name, ast.Name) and isinstance(value, ast.Constant)}


def _end(named: str, call: ast.Call, keywords: dict[str | None, ast.expr]) -> End | None:
    if named in (*REFUSALS, "_fail"):
        return "quarantined"
    given = keywords.get("severity") or next((arg for arg in call.args[1:2]), None)
    return ENDS.get(given.value) if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def test_every_code_of_the_source_is_documented_with_the_end_it_gives() -> None:
    assert len(made()) > 100
    for each in made():
        assert each.code in flag_notes(), f"{each.place} gives {each.code}, which pipeline/flags.toml does not know"
        if each.end == "quarantined" and each.code in ("empty_form", "hostile"):
            continue  # a blank form is flagged, though nothing is ready about it
        assert each.end is None or each.end in flag_notes()[each.code].ends, each


def test_every_rule_is_documented_and_no_code_that_is_gone() -> None:
    emitted = {each.code for each in made()} | {name for name in RULES if name not in ADVISORY}
    assert {name for name in RULES if name not in ADVISORY} <= set(flag_notes())
    assert set(flag_notes()) == emitted


def test_the_page_is_made_of_the_list() -> None:
    assert (HOUSE / "docs" / "flags.md").read_text("utf-8") == page(), "python -m pipeline.flag_list > docs/flags.md"
    assert "docs/flags.md" in (HOUSE / "README.md").read_text("utf-8")


def test_the_list_speaks_in_sentences() -> None:
    for code, note in flag_notes().items():
        assert note.means.endswith(".") and note.do.endswith("."), code
        assert what_to_do(code) == note.do
    assert what_to_do("a code of long ago") == ""


def test_a_slip_in_the_list_names_file_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"flags.toml: \[crash\] do: "):
        flag_list._note("crash", {"means": "x", "ends": ["quarantined"]})
    with pytest.raises(ValueError, match=r"flags.toml: \[crash\] ends.0: "):
        flag_list._note("crash", {"means": "x", "do": "y", "ends": ["ready"]})


def test_the_desk_says_what_to_do_and_what_is_good_to_know(tmp_path: Path) -> None:
    """A warning of the file with the advice of the list; a note of the machine among the documents."""
    room = open_room(tmp_path)
    record, data = form("en_ghana_pensions.docx")
    said = (
        Flag(code="linked_content", severity="warning", message="The file links to <b>elsewhere</b>."),
        Flag(code="not_scanned", severity="info", message="The file was not scanned for malware."),
    )
    flagged = record.model_copy(update={"flags": (*record.flags, *said), "disposition": "flagged"})
    reference = room.keep(flagged, data)
    shown = room.person("ana").get(f"/desk/requests/{reference}").text
    assert what_to_do("linked_content") in unescape(shown) and "&lt;b&gt;elsewhere" in shown
    assert "Good to know" in shown and "The file was not scanned for malware." in shown
    assert what_to_do("not_scanned") not in shown, "a note needs no person"
    room.desk.drawer.close()
    room.store.close()
