"""``socieux export``: records for other programs, what is kept about a person, and gold records from corrections.

Here and not among the commands below, because corrections are the desk's. Nothing heavy is imported."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import OutOption, StoreOption, app, write_out

if TYPE_CHECKING:
    from review.corrections import Written

FORMATS = ("jsonl", "csv", "xlsx")


@app.command()
def export(
    to: Annotated[
        str, typer.Option("--to", metavar="FORMAT|FOLDER", help="jsonl, csv or xlsx; with --corrections a new folder.")
    ] = "jsonl",
    store: StoreOption = None,
    out: OutOption = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="NAME|MAIL", help="Instead: all that is kept about a person, JSON."),
    ] = None,
    corrections: Annotated[
        bool,
        typer.Option("--corrections", help="Instead: gold records from what persons confirmed, forms beside them."),
    ] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="With --corrections: only forms of which every answer was confirmed.")
    ] = False,
) -> None:
    """Write the newest record of every request in the store; or everything that is kept about one person; or gold
    records from corrections.

    --corrections writes REFERENCE.gold.json and the original form for each request that a person has decided; only
    what persons confirmed, corrected or set counts, the rest is named under not_judged. `socieux evaluate forms
    FOLDER` measures with it. THESE ARE REAL REQUESTS with names, addresses and telephone numbers: keep the folder as
    you keep the store, never put it among the sample forms or into a repository, and remove it when you are done;
    `socieux purge` does not reach it."""
    with _plain_errors():
        if corrections:
            written = _corrections(store, to, out, complete)
            for line in _told(written):
                typer.echo(line, err=True)
            return
        if person is not None:
            from flows.privacy_command import person as about

            write_out(b"".join(about(store, person)), out)
            return
        write_out(_records(store, to), out)


def _records(store: str | None, to: str) -> bytes:
    from flows.places import open_the_store
    from flows.walking import Misuse
    from pipeline.outputs import OUTPUTS

    if to not in FORMATS:
        raise Misuse(f"--to is {', '.join(FORMATS)}; a folder only with --corrections.")
    return OUTPUTS[to](open_the_store(store).records())


def _corrections(store: str | None, to: str, out: Path | None, complete: bool) -> "Written":
    from datetime import UTC, datetime

    from flows.places import open_the_store
    from flows.walking import Misuse
    from review.corrections import note_export, write_corrections

    folder = out or (Path(to) if to not in FORMATS else None)
    if folder is None:
        raise Misuse("Name a new folder: socieux export --corrections --to FOLDER.")
    opened, now = open_the_store(store), datetime.now(UTC)
    try:
        written = write_corrections(opened, folder, now.astimezone().date(), complete)
        note_export(opened, written, now)
        return written
    finally:
        opened.close()


def _told(written: "Written") -> Iterator[str]:
    yield (
        f"{written.files} gold record(s) written, {written.complete} of them complete: {written.answers} answer(s) and "
        f"{written.rules} rule(s) on a person's word."
    )
    for reason, number in written.left_out.most_common():
        yield f"{number} left out: {reason}."
    if written.files:
        yield "These are real requests: keep the folder as you keep the store, and remove it when you are done."


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Misuse, a store or a folder that cannot be used: one sentence and exit status 2."""
    from flows.walking import Misuse
    from pipeline.trouble import StoreTrouble

    try:
        yield
    except (Misuse, StoreTrouble, OSError) as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(2) from trouble
