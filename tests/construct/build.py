"""Builds the constructed forms and their gold records.

    python -m tests.construct.build OUT [--source FOLDER] [--list] [ID ...]

FOLDER holds ``requests`` and ``wordings`` (default: those beside this file). ID is the start of a form's id. Forms that
are printed from Word need LibreOffice (soffice).
"""

import argparse
import json
import subprocess
import tempfile
import zlib
from pathlib import Path

from tests.construct.form import Form
from tests.construct.gold import file_name, gold_record
from tests.construct.layouts import LAYOUTS
from tests.construct.page import Sheet
from tests.construct.request import Request, load_request, load_vocabulary, load_wording
from tests.construct.scribble import draw_signature
from tests.construct.write_fields import Manner, write_fields
from tests.construct.write_pdf import write_pdf
from tests.construct.write_word import write_word

HERE = Path(__file__).parent
COUNTRIES = {
    "en": ["Albania", "Ghana", "Jamaica", "Jordan", "Nepal", "Rwanda"],
    "fr": ["Bénin", "Cameroun", "Madagascar", "Maroc", "Sénégal", "Tunisie"],
    "es": ["Colombia", "Ecuador", "El Salvador", "Honduras", "Paraguay", "Perú"],
    "pt": ["Angola", "Brasil", "Cabo Verde", "Guiné-Bissau", "Moçambique", "Timor-Leste"],
    "ru": ["Армения", "Казахстан", "Кыргызстан", "Молдова", "Таджикистан", "Узбекистан"],
}


def make_form(request: Request, source: Path, pictures: Path | None) -> Form:
    """A request in the wording of its edition, with a signature drawn where it is signed."""
    seed = zlib.crc32(request.id.encode())
    picture = draw_signature(pictures / f"{request.id}.png", seed) if request.signed and pictures else None
    wordings = source / "wordings"
    wording = load_wording(wordings, request.layout, request.lang)
    return Form(request, wording, load_vocabulary(wordings, request.lang), picture)


def make_sheet(form: Form) -> Sheet:
    """The form as page parts; the footer says that it is a construction."""
    wording = form.wording
    shape = form.request.layout[0]
    simple = form.request.kind == "simplified"
    return Sheet(
        blocks=LAYOUTS[shape](form),
        header=f"SOCIEUX+    {wording.version}",
        footer=form.words.construction,
        title=wording.simplified_title if simple else wording.title,
        language=form.request.lang,
        serif=form.request.serif,
    )


def tool_tips(form: Form) -> dict[str, str]:
    """The label of each question as its tool tip."""
    if not form.request.tips:
        return {}
    return {name: text for section in form.sections for name, text in section.labels.items()}


def write(form: Form, folder: Path) -> Path:
    """Writes the form's file into ``folder``; a form to be printed from Word is left as Word."""
    request, sheet = form.request, make_sheet(form)
    path = folder / file_name(form)
    if request.output == "pdf":
        write_pdf(sheet, path)
    elif request.output == "acroform":
        countries = tuple(COUNTRIES[request.lang]) if request.choice else ()
        only = tuple(request.appearance_only)
        write_fields(sheet, path, Manner(tool_tips(form), request.radio, request.choice, only, countries))
    else:
        path = path.with_suffix(".docx")
        write_word(sheet, path, request.fields, COUNTRIES[request.lang])
    return path


def print_word(files: list[Path], out: Path) -> None:
    """Prints Word files as PDF with LibreOffice."""
    if files:
        command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(out), *map(str, files)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)


def build(requests: list[Request], source: Path, out: Path) -> None:
    """Writes forms and gold records."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        printed = []
        for request in requests:
            form = make_form(request, source, Path(scratch))
            gold = json.dumps(gold_record(form), ensure_ascii=False, indent=1)
            (out / f"{request.id}.gold.json").write_text(gold + "\n", "utf-8")
            path = write(form, Path(scratch) if request.output == "printed" else out)
            if request.output == "printed":
                printed.append(path)
        print_word(printed, out)


def listed(requests: list[Request], source: Path) -> None:
    """Prints a line for each form: layout, format, disposition, traps."""
    for request in requests:
        record = gold_record(form := make_form(request, source, None))
        checks = record["checks"] if isinstance(record["checks"], dict) else {}
        off = [f"{k} {v}" for k, v in checks.items() if v not in ("met", "not_applicable")]
        made = request.output + ("" if request.fields == "plain" else f" {request.fields}")
        name = request.answers.get("institution_name", "(unfilled)")
        name = name if isinstance(name, str) else "(written otherwise)"
        notes = "; ".join([*request.traps, *off])
        shape = f"{request.layout} {request.kind}"
        print(" | ".join([file_name(form), shape, made, name, str(record["disposition"]), notes]))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--source", type=Path, default=HERE)
    parser.add_argument("--list", action="store_true", help="print the list of forms instead")
    args = parser.parse_args()
    requests = [load_request(p) for p in sorted((args.source / "requests").glob("*.toml"))]
    requests = [r for r in requests if not args.ids or any(r.id.startswith(i) for i in args.ids)]
    if args.list:
        listed(requests, args.source)
    else:
        build(requests, args.source, args.out)


if __name__ == "__main__":
    main()
