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


class Format(StrEnum):
    """What ``socieux export`` can write."""

    jsonl = "jsonl"
    csv = "csv"
    xlsx = "xlsx"


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
    with _plain_errors():
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
def evaluate(subject: Annotated[Measured, typer.Argument(help="What to measure.")]) -> None:
    """Print how well the theme is judged on cases held back from training: by language, length and topic.

    Teaches a model without those cases first, which takes about a minute."""
    from flows.judging import evaluate_theme

    typer.echo(evaluate_theme(), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    import json

    from pipeline.records import schema as record_schema

    typer.echo(json.dumps(record_schema(), indent=2))


@app.command()
def export(
    to: Annotated[Format, typer.Option("--to", help="jsonl, csv or xlsx")] = Format.jsonl,
    store: StoreOption = None,
    out: OutOption = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="NAME|MAIL", help="Instead: all that is kept about a person, JSON."),
    ] = None,
) -> None:
    """Write the newest record of every request in the store; or everything that is kept about one person."""
    from flows.places import open_the_store
    from pipeline.outputs import OUTPUTS

    with _plain_errors():
        if person is not None:
            from flows.privacy_command import person as about

            _write(b"".join(about(store, person)), out)
            return
        _write(OUTPUTS[to.value](open_the_store(store).records()), out)


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
    with _plain_errors():
        record = open_the_store(store).find(reference)
    if record is None:
        typer.echo(f"No request has the reference {reference}; one character may be wrong.", err=True)
        raise typer.Exit(1)
    _write(record.model_dump_json(indent=2).encode("utf-8") + b"\n", None)


def _show_pages(form: Path, out: Path) -> None:
    from datetime import date

    from flows.pictures import draw_pages

    with _plain_errors():
        for picture in draw_pages(form, out, date.today()):
            typer.echo(picture)


@app.command()
def watch(
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", help="TOML with [[mailboxes]] and [[folders]].")
    ] = None,
    folder: Annotated[list[Path] | None, typer.Option("--folder", help="Watch this folder; may be repeated.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Watch the mailbox on this server, over TLS.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="The mailbox's user; $SOCIEUX_MAIL_PASSWORD.")] = None,
    work_only: Annotated[bool, typer.Option("--work-only", help="Only work off what others take in.")] = False,
    once: Annotated[bool, typer.Option("--once", help="One pass over everything, then end.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Files at once; default: one per core.")] = 0,
    store: StoreOption = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="Passwords for locked files, one a line.")
    ] = None,
) -> None:
    """Watch mailboxes and folders: everything that comes in goes into the ledger and becomes records.

    Ends in order on SIGTERM or Ctrl-C. Nothing is lost however it ends; the next start goes on."""
    from flows.keyring import open_keyring
    from flows.places import data_folder, open_the_store, store_url
    from flows.watch_command import gather_settings, run_watch

    with _plain_errors():
        gathered = gather_settings(settings, folder or [], host, user, work_only, workers)
        keyring = open_keyring(password_file or gathered.password_file, None)
        run_watch(open_the_store(store), gathered, keyring, once, data_folder(store_url(store)))


@app.command()
def door(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8010,
    largest: Annotated[float, typer.Option("--largest", min=0.1, help="Megabytes an upload may have.")] = 50,
    store: StoreOption = None,
) -> None:
    """Take uploads in at POST /api/requests; the token stands in $SOCIEUX_DOOR_TOKEN. `socieux watch` reads them."""
    from flows.door_command import run_door

    with _plain_errors():
        run_door(store, host, port, largest)


@app.command()
def ledger(
    rows: Annotated[bool, typer.Option("--rows", help="Every message, with its files.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="What waits or was quarantined.")] = False,
    again: Annotated[
        int | None, typer.Option("--try-again", metavar="ID", help="Read this message anew, whatever became of it.")
    ] = None,
    fetch: Annotated[
        int | None, typer.Option("--fetch", metavar="ID", help="Fetch this parked mail, whatever its size.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Show the balance: everything seen = ready + flagged + quarantined + ignored + waiting. Exit status 1 if it is
    not exact, or the ledger, the store and the disk do not agree."""
    from flows.ledger_command import show_ledger, take_up_again

    with _plain_errors():
        if again is not None or fetch is not None:
            typer.echo(take_up_again(store, again, fetch), err=True)
            return
        sound = show_ledger(store, sys.stdout, rows, waiting)
    raise typer.Exit(0 if sound else 1)


@app.command()
def purge(
    reference: Annotated[str | None, typer.Option("--reference", help="One request.")] = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", min=0, metavar="DAYS", help="All that have not moved for so long.")
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="With --older-than: decided, ready, flagged, quarantined, ignored."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many.")] = False,
    store: StoreOption = None,
) -> None:
    """Forget what requests say about persons, and remove their files; what is needed to account for them stays."""
    from flows.privacy_command import Purge
    from flows.privacy_command import purge as forget

    with _plain_errors():
        typer.echo(forget(store, Purge(reference, older_than, tuple(state or ()), dry_run)))


@app.command()
def backup(out: Annotated[Path, typer.Argument(metavar="FILE")], store: StoreOption = None) -> None:
    """Write the store, database and original files, into one file; everything may run meanwhile."""
    from flows.backup import back_up

    with _plain_errors():
        typer.echo(f"{out}: the database and {back_up(store, out)} original file(s).")


@app.command()
def restore(file: Annotated[Path, typer.Argument(metavar="FILE")], store: StoreOption = None) -> None:
    """Put a backup into a place where there is no store yet."""
    from flows.backup import restore as put_back

    with _plain_errors():
        typer.echo(f"Restored: the database and {put_back(file, store)} original file(s).")


@app.command()
def check(store: StoreOption = None) -> None:
    """Compare every original file with its hash. Exit status 1 if one was changed or is missing."""
    from flows.privacy_command import check as look

    with _plain_errors():
        found = look(store)
    for sentence in found:
        typer.echo(sentence, err=True)
    typer.echo("All originals are as they were kept." if not found else f"{len(found)} original(s) are not.")
    raise typer.Exit(1 if found else 0)


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

    with _plain_errors():
        for written in learn_forms(blanks, out, edition):
            typer.echo(f"Written: {written}. Read it over and put it into pipeline/editions/.", err=True)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Misuse, a store or a file that cannot be used: one sentence and exit status 2. Anything else is a bug."""
    from flows.fence import WillNotStart
    from flows.walking import Misuse
    from pipeline.document import Unreadable
    from pipeline.trouble import StoreTrouble

    try:
        yield
    except (Misuse, StoreTrouble, Unreadable, WillNotStart) as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(2) from trouble


def _write(data: bytes, out: Path | None) -> None:
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
