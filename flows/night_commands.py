"""The commands of the clock: ``socieux nightly``, ``status`` and ``serve``. Nothing heavy is imported here."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import StoreOption, app, plain_errors

if TYPE_CHECKING:
    from flows.mailbox_settings import WatchSettings

SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", envvar="SOCIEUX_SETTINGS", help="The settings of `socieux watch`."),
]


@app.command()
def nightly(settings: SettingsOption = None, store: StoreOption = None) -> None:
    """Do everything outstanding, look over what is kept, write the day's balance and digest; ends by itself.

    Exit status 1 if a step failed or the balance is not exact. It may overlap with anything, another run included."""
    from flows.night_command import run_nightly

    with plain_errors():
        report = run_nightly(store, _told(settings))
    for line in report.lines():
        typer.echo(line)
    raise typer.Exit(0 if report.good else 1)


@app.command()
def digest(
    settings: SettingsOption = None,
    store: StoreOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write there; default: digests/colleagues.")
    ] = None,
) -> None:
    """Say what waits for each colleague at the desk: claimed, assigned, calls with @name, answers to comments.

    Written as a text and as a draft (.eml) for each, anew each time, by the nightly run as well; nothing is sent, and
    nothing from forms or comments stands in it."""
    from flows.night_command import run_digest

    with plain_errors():
        for line in run_digest(store, _told(settings), out):
            typer.echo(line)


@app.command()
def status(settings: SettingsOption = None, store: StoreOption = None) -> None:
    """Say when the last good passes over mailboxes and folders were, and the last good nightly run.

    Exit status 1 if one is too long ago (the settings say how long), or if the balance is not exact."""
    from flows.status_command import show_status

    with plain_errors():
        sound = show_status(store, _told(settings), sys.stdout)
    raise typer.Exit(0 if sound else 1)


@app.command()
def serve(
    settings: SettingsOption = None,
    store: StoreOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of Prefect's server; 0: any free one.")] = 4200,
    ui: Annotated[bool, typer.Option("--ui/--no-ui", help="Prefect's own pages, on this machine only.")] = True,
) -> None:
    """Run everything on this machine by the clock: Prefect's server and the flows, until Ctrl-C or SIGTERM.

    A pass over mailboxes and folders every few minutes, and the nightly run at its hour. For mail within seconds run
    `socieux watch` as well; they do each other no harm."""
    from flows.serving import run_serve

    with plain_errors():
        told = _told(settings)
        raise typer.Exit(run_serve(store, settings, told, port, ui))


def _told(settings: Path | None) -> "WatchSettings":
    from flows.mailbox_settings import WatchSettings, load_settings

    return load_settings(settings) if settings else WatchSettings()
