"""The commands of what is kept: ``socieux purge``, ``backup``, ``restore`` and ``check``. Nothing heavy is imported
here."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli import StoreOption, app, plain_errors


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

    with plain_errors():
        typer.echo(forget(store, Purge(reference, older_than, tuple(state or ()), dry_run)))


@app.command()
def backup(out: Annotated[Path, typer.Argument(metavar="FILE")], store: StoreOption = None) -> None:
    """Write the store, database and original files, into one file; everything may run meanwhile."""
    from flows.backup import back_up

    with plain_errors():
        typer.echo(f"{out}: the database and {back_up(store, out)} original file(s).")


@app.command()
def restore(file: Annotated[Path, typer.Argument(metavar="FILE")], store: StoreOption = None) -> None:
    """Put a backup into a place where there is no store yet."""
    from flows.backup import restore as put_back

    with plain_errors():
        typer.echo(f"Restored: the database and {put_back(file, store)} original file(s).")


@app.command()
def check(store: StoreOption = None) -> None:
    """Compare every original file with its hash. Exit status 1 if one was changed or is missing."""
    from flows.privacy_command import check as look

    with plain_errors():
        found = look(store)
    for sentence in found:
        typer.echo(sentence, err=True)
    typer.echo("All originals are as they were kept." if not found else f"{len(found)} original(s) are not.")
    raise typer.Exit(1 if found else 0)
