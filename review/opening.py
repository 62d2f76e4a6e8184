"""``socieux desk`` and ``socieux user``: the desk from the command line to the first page."""

import contextlib
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.places import data_folder, open_the_store
from pipeline.raw import is_remote
from pipeline.store import Store
from review.accounts import User, add_user, set_password, users
from review.desk import Desk
from review.settings import Settings
from review.sheets import Drawer


@dataclass(frozen=True)
class Address:
    """Where the desk is reached. ``names`` are the host names it answers to besides those of this machine."""

    host: str = "127.0.0.1"
    port: int = 8330
    names: tuple[str, ...] = ()
    secure: bool = False


def open_desk(store: Store, settings: Settings | None = None) -> Desk:
    """The desk on an open store; pictures of pages lie beside the original files."""
    return Desk(store, Drawer(_pictures(store)), settings or Settings())


def _pictures(store: Store) -> Path:
    """Beside the original files; at home where those lie in an object store."""
    raw = store.raw_folder
    return (data_folder("") if is_remote(raw) else raw.parent) / "pages"


def serve(store: str | None, address: Address) -> None:
    """Serve the desk until it is stopped. Raises ``StoreTrouble``; ``OSError`` if the port is taken."""
    import uvicorn

    from review.app import build

    desk = open_desk(open_the_store(store), Settings(secure=address.secure))
    app = build(desk, ("127.0.0.1", "localhost", "[::1]", address.host, *address.names))
    settings = uvicorn.Config(
        app, host=address.host, port=address.port, log_level="warning", server_header=False, timeout_keep_alive=30
    )
    with contextlib.closing(_listening(address)) as listening:
        port = listening.getsockname()[1]
        print(f"The desk is open at http://{address.host}:{port}/desk (Ctrl+C closes it).", flush=True)
        _say_if_nobody(desk)
        uvicorn.Server(settings).run(sockets=[listening])


def _listening(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address.host, address.port))
    except OSError:
        listening.close()
        raise
    return listening


def _say_if_nobody(desk: Desk) -> None:
    with desk.reading() as connection:
        nobody = not users(connection)
    if nobody:
        print("Nobody has an account yet:  socieux user add NAME --role admin", flush=True)


def add(store: Store, name: str, full_name: str, role: str, password: str) -> User:
    """A new account. Raises ``AccountTrouble``."""
    with store.engine.execution_options(writes=True).begin() as connection:
        return add_user(connection, name, full_name, role, password, datetime.now(UTC))


def everybody(store: Store) -> list[User]:
    """All accounts."""
    with store.engine.connect() as connection:
        return users(connection)


def new_password(store: Store, name: str, password: str) -> None:
    """Another password. Raises ``AccountTrouble``."""
    with store.engine.execution_options(writes=True).begin() as connection:
        set_password(connection, name, password)
