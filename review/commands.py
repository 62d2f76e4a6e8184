"""The whole command line: what ``flows`` runs, and the desk on top of it. Nothing heavy is imported here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

# Their commands join the others.
import flows.keeping_commands
import flows.night_commands
import flows.post_commands  # noqa: F401
import review.export_commands  # noqa: F401  likewise
from flows.cli import StoreOption, app

accounts = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="People who may use the desk.")
app.add_typer(accounts, name="user")


def main() -> None:
    """The entry point of the command ``socieux``."""
    app()


@app.command()
def desk(
    store: StoreOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: any free port.")] = 8330,
    host: Annotated[str, typer.Option("--host", help="Only this machine unless told otherwise.")] = "127.0.0.1",
    name: Annotated[list[str] | None, typer.Option("--name", help="A host name the desk is reached under.")] = None,
    https: Annotated[
        bool, typer.Option("--https", help="A proxy in front speaks https: cookies for https only.")
    ] = False,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="FILE", envvar="SOCIEUX_DESK_SETTINGS", help="TOML with [sign_on]: single sign-on."
        ),
    ] = None,
) -> None:
    """Open the analysts' desk in a browser: the queue of requests, and each request beside its pages."""
    from review.opening import Address, serve

    with _plain_errors():
        serve(store, Address(host, port, tuple(name or ()), https, settings))


@accounts.command("add")
def add_account(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Annotated[str, typer.Option("--role", help="reader, analyst, lead or admin")] = "analyst",
    full_name: Annotated[str, typer.Option("--full-name")] = "",
    sign_on: Annotated[bool, typer.Option("--sign-on", help="Without a password, for single sign-on.")] = False,
    store: StoreOption = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    from flows.places import open_the_store
    from review.opening import add

    with _plain_errors():
        made = add(open_the_store(store), name, full_name, role, None if sign_on else _password())
        typer.echo(f"{made.name} may use the desk as {made.role}.")


@accounts.command("list")
def list_accounts(store: StoreOption = None) -> None:
    """Who may use the desk."""
    from flows.places import open_the_store
    from review.opening import everybody

    with _plain_errors():
        for user in everybody(open_the_store(store)):
            typer.echo(f"{user.name}\t{user.role}\t{user.full_name}\t{'' if user.active else 'no access'}".rstrip())


@accounts.command("password")
def change_password(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    store: StoreOption = None,
) -> None:
    """Set another password; it is asked for, or read from standard input."""
    from flows.places import open_the_store
    from review.opening import new_password

    with _plain_errors():
        new_password(open_the_store(store), name, _password())
        typer.echo(f"The password of {name} is changed.")


@accounts.command("sign-on")
def drop_password(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    store: StoreOption = None,
) -> None:
    """Let an account have no password: its person comes by the office's single sign-on, under this name."""
    from flows.places import open_the_store
    from review.opening import no_password

    with _plain_errors():
        no_password(open_the_store(store), name)
        typer.echo(f"{name} signs in by single sign-on only.")


def _password() -> str:
    """Never an argument: those stand in the list of processes."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@contextmanager
def _plain_errors() -> Iterator[None]:
    """A store, a port or an account that cannot be used: one sentence and exit status 2."""
    from flows.walking import Misuse
    from pipeline.trouble import StoreTrouble
    from review.accounts import AccountTrouble

    try:
        yield
    except (StoreTrouble, AccountTrouble, Misuse, OSError) as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(2) from trouble


if __name__ == "__main__":
    main()
