"""The command line. Nothing heavy is imported here: ``socieux --help`` answers at once."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

# Plain help: the decorated one costs a quarter of a second at every start.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Request forms become records an analyst can trust.",
)
forms = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Editions of the request form.")
app.add_typer(forms, name="forms")

StoreOption = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="Database: a SQLite file or a URL such as postgresql://…")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write here instead of to standard output.")]


class Subject(StrEnum):
    """What ``socieux judge`` can judge."""

    country = "country"
    institution = "institution"
    theme = "theme"


class Measured(StrEnum):
    """What ``socieux evaluate`` can measure."""

    theme = "theme"
    forms = "forms"


def main() -> None:
    """The entry point of the command ``socieux``."""
    app()


@app.command()
def process(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.")],
    no_store: Annotated[bool, typer.Option("--no-store", help="Leave the database alone.")] = False,
    store: StoreOption = None,
    table: Annotated[bool, typer.Option("--table", help="Show a table for people as well.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Files at once; default: one per core.")] = None,
    out: OutOption = None,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day.")] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="Passwords for locked files, one a line; - to be asked.")
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option("--certificates", help="Certificates of authorities trusted for signatures.")
    ] = None,
) -> None:
    """Turn request forms into records, one JSON line each on standard output.

    Exit status: 0 every input was readable, 1 at least one was quarantined, 2 the command was misused."""
    from flows.keyring import open_keyring
    from flows.running import Order, run

    day, use_store = today.date() if today else None, not no_store
    with plain_errors():
        keyring = open_keyring(password_file, certificates)
        order = Order(tuple(paths), out, table, jobs, day, store, use_store, keyring)
        raise typer.Exit(run(order))


@app.command()
def judge(subject: Annotated[Subject, typer.Argument(help="What the lines are.")]) -> None:
    """Judge lines of {"id", "text"} from standard input; one JSON line out for each. Exit status 1 after a bad line."""
    from flows.judging import judge_lines

    failed = False
    for line, good in judge_lines(subject.value, sys.stdin.buffer):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        failed = failed or not good
    raise typer.Exit(1 if failed else 0)


@app.command()
def evaluate(
    subject: Annotated[Measured, typer.Argument(help="What to measure.")],
    folder: Annotated[
        Path | None, typer.Argument(metavar="GOLD_DIR", help="For forms: the forms, NAME.gold.json beside each.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For forms: everything measured, as JSON.")] = False,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Files at once; default: one per core.")] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="Passwords for locked files, one a line; - to be asked.")
    ] = None,
) -> None:
    """Print how well the theme, or whole forms, are read.

    theme: on cases held back from training, by language, length and topic; teaches a model without those cases first,
    which takes about a minute. forms: reads every form in GOLD_DIR and compares it with its gold record (docs/gold.md).

    Exit status: 0 measured; 1 forms: a silent error (a record that says ready and is wrong), or a form without a
    record; 2 the command was misused."""
    if subject is Measured.theme:
        from flows.judging import evaluate_theme

        typer.echo(evaluate_theme(), nl=False)
        return
    from flows.evaluate_forms import evaluate_forms, sound
    from flows.keyring import open_keyring
    from flows.score_table import as_table
    from flows.walking import Misuse

    with plain_errors():
        if folder is None:
            raise Misuse("Name the folder: socieux evaluate forms GOLD_DIR.")
        keyring = open_keyring(password_file, None)
        measured = evaluate_forms(folder, today.date() if today else None, jobs, keyring)
    typer.echo(measured.model_dump_json(indent=1) if as_json else as_table(measured), nl=as_json)
    raise typer.Exit(0 if sound(measured) else 1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    import json

    from pipeline.records import schema as record_schema

    typer.echo(json.dumps(record_schema(), indent=2))


@app.command()
def show(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE|FILE", help="A request's reference, or a form.")],
    store: StoreOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="For a form: the folder for its page pictures.")] = None,
) -> None:
    """Print the newest record behind a reference; or draw the pages of a form with boxes round what was read."""
    from flows.places import open_the_store

    if Path(reference).is_file():
        _show_pages(Path(reference), out or Path.cwd())
        return
    with plain_errors():
        record = open_the_store(store).find(reference)
    if record is None:
        typer.echo(f"No request has the reference {reference}; one character may be wrong.", err=True)
        raise typer.Exit(1)
    write_out(record.model_dump_json(indent=2).encode("utf-8") + b"\n", None)


def _show_pages(form: Path, out: Path) -> None:
    from datetime import date

    from flows.pictures import draw_pages

    with plain_errors():
        for picture in draw_pages(form, out, date.today()):
            typer.echo(picture)


@app.command()
def doctor(store: StoreOption = None) -> None:
    """Say what is installed, what is missing, and the command that installs it. Exit status 1 if anything needed is."""
    from flows.doctor import examine

    findings = examine(store)
    for finding in findings:
        typer.echo(finding.line())
    raise typer.Exit(1 if any(finding.state == "missing" for finding in findings) else 0)


@forms.command()
def learn(
    blanks: Annotated[list[Path], typer.Argument(metavar="BLANK...", help="Blank forms, Word or PDF.")],
    out: Annotated[Path, typer.Option("--out", help="The data file to write; for several forms, their folder.")],
    edition: Annotated[
        str | None, typer.Option("--edition", help="The edition's name; without it, the file's.")
    ] = None,
) -> None:
    """Make an edition's data file from its blank form, so that its own words are never taken for answers."""
    from flows.learning import learn_forms

    with plain_errors():
        for written in learn_forms(blanks, out, edition):
            typer.echo(f"Written: {written}. Read it over and put it into pipeline/editions/.", err=True)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Misuse, a store or a file that cannot be used: one sentence and exit status 2. Anything else is a bug."""
    from flows.fence import WillNotStart
    from flows.walking import Misuse
    from pipeline.trouble import StoreTrouble, Unreadable

    try:
        yield
    except (Misuse, StoreTrouble, Unreadable, WillNotStart) as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(2) from trouble


def write_out(data: bytes, out: Path | None) -> None:
    """Write to a file, or to standard output."""
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
