"""The house keeps its own rules: imports point down, modules are named for what they do, functions stay small."""

import ast
import re
import sys
from pathlib import Path

import pytest

from pipeline.references import read_reference

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("pipeline", "extractors", "classifiers", "flows", "review")
MAY_IMPORT = {
    "pipeline": set[str](),
    "extractors": {"pipeline"},
    "classifiers": {"pipeline"},
    "flows": {"pipeline", "extractors", "classifiers"},
    "review": {"pipeline", "extractors", "classifiers", "flows"},
}
"""Which rooms a room may import besides itself. Extractors and classifiers do not know each other."""

LIBRARIES = set(
    """alembic babel docx email fastapi fsspec lxml pdfminer pdfplumber phonenumbers pikepdf pil pillow prefect
    psycopg py3langid pydantic pypdfium2 rapidfuzz rich spacy sqlalchemy typer xlsxwriter tesserocr imapclient
    jinja2""".split()
)
SHAPELESS = {"utils", "util", "helpers", "helper", "base", "manager", "core", "common", "misc"}
LONGEST_FUNCTION, LONGEST_MODULE = 45, 420
SLOW = set("spacy prefect sqlalchemy pdfplumber docx lxml pydantic alembic rich numpy".split())

MODULES = [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]
IDS = [str(path.relative_to(HOUSE)) for path in MODULES]


def imports(tree: ast.AST) -> set[str]:
    """The first names of everything a module imports, also inside functions."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports say the whole name"
            found.add((node.module or "").partition(".")[0])
    return found


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_imports_point_down_only(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0]
    rooms = imports(parsed(path)) & {*ROOMS, "tests"}
    assert rooms <= MAY_IMPORT[room] | {room}


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_modules_are_named_for_what_they_do(path: Path) -> None:
    assert path.stem not in LIBRARIES | SHAPELESS
    assert path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_functions_and_modules_stay_small_and_say_what_they_do(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    tree = parsed(path)
    assert not text.strip() or ast.get_docstring(tree), "the module says what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_prefect_appears_in_flows_only() -> None:
    users = {path.relative_to(HOUSE).parts[0] for path in MODULES if "prefect" in imports(parsed(path))}
    assert users <= {"flows"}


def test_telemetry_is_off_before_prefect_is_loaded() -> None:
    for path in MODULES:
        text = path.read_text("utf-8")
        if "from prefect" in text and path.parent.name == "flows" and path.stem != "doctor":
            assert text.index("import flows.quiet") < text.index("from prefect"), path


def test_the_command_line_loads_nothing_slow() -> None:
    top = [node for node in parsed(HOUSE / "flows" / "cli.py").body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not imports(ast.Module(top, [])) & {*SLOW, *ROOMS}


def test_the_readme_speaks_of_what_is_there() -> None:
    readme, makefile = ((HOUSE / name).read_text("utf-8") for name in ("README.md", "Makefile"))
    for target in re.findall(r"^    make (\w+)", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for path in re.findall(r"`((?:pipeline|extractors|classifiers|flows|review|tests)/[a-z_/.]+)`", readme):
        assert (HOUSE / path).exists(), path
    for reference in re.findall(r"`(\w{4}-\w{4})`", readme):
        assert read_reference(reference) == reference


def test_no_lock_file_names_a_host() -> None:
    text = (HOUSE / "requirements.lock").read_text("utf-8")
    assert "://" not in text and "--index-url" not in text and "--find-links" not in text
    assert "==999.9.9" not in text
    assert not (HOUSE / "uv.lock").exists()
