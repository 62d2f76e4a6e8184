"""The commands of what comes in: ``socieux watch``, ``door`` and ``ledger``. Nothing heavy is imported here."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import StoreOption, app, plain_errors


@app.command()
def watch(
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="FILE", envvar="SOCIEUX_SETTINGS", help="TOML with [[mailboxes]] and [[folders]]."
        ),
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

    with plain_errors():
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

    with plain_errors():
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

    with plain_errors():
        if again is not None or fetch is not None:
            typer.echo(take_up_again(store, again, fetch), err=True)
            return
        sound = show_ledger(store, sys.stdout, rows, waiting)
    raise typer.Exit(0 if sound else 1)
