"""``socieux desk`` and ``socieux user``: the desk from the command line to the first page."""

import contextlib
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.places import data_folder, open_the_store
from pipeline.raw import is_remote
from pipeline.store import Store
from review.accounts import User, add_user, set_password, use_sign_on, users
from review.desk import Desk
from review.identity_provider import IdentityProvider
from review.sessions import end_all
from review.settings import Settings
from review.sheets import Drawer
from review.sign_on_settings import client_secret, load_desk_file


@dataclass(frozen=True)
class Address:
    """Where the desk is reached. ``names`` are the host names it answers to besides those of this machine; ``settings``
    is the file of its settings, where there is one."""

    host: str = "127.0.0.1"
    port: int = 8330
    names: tuple[str, ...] = ()
    secure: bool = False
    settings: Path | None = None


def open_desk(store: Store, settings: Settings | None = None, provider: IdentityProvider | None = None) -> Desk:
    """The desk on an open store; pictures of pages lie beside the original files."""
    return Desk(store, Drawer(_pictures(store)), settings or Settings(), provider=provider)


def provider_of(settings: Path | None) -> IdentityProvider | None:
    """The provider of single sign-on that a settings file names. Raises ``Misuse``."""
    told = load_desk_file(settings).sign_on if settings else None
    return IdentityProvider(told, client_secret(told)) if told else None


def _pictures(store: Store) -> Path:
    """Beside the original files; at home where those lie in an object store."""
    raw = store.raw_folder
    return (data_folder("") if is_remote(raw) else raw.parent) / "pages"


def serve(store: str | None, address: Address) -> None:
    """Serve the desk until it is stopped. Raises ``StoreTrouble``, ``Misuse``; ``OSError`` if the port is taken."""
    import uvicorn

    from review.app import build

    provider = provider_of(address.settings)
    desk = open_desk(open_the_store(store), Settings(secure=address.secure), provider)
    app = build(desk, ("127.0.0.1", "localhost", "[::1]", address.host, *address.names))
    settings = uvicorn.Config(
        app, host=address.host, port=address.port, log_level="warning", server_header=False, timeout_keep_alive=30
    )
    with contextlib.closing(_listening(address)) as listening:
        port = listening.getsockname()[1]
        print(f"The desk is open at http://{address.host}:{port}/desk (Ctrl+C closes it).", flush=True)
        _say_if_nobody(desk)
        _say_way_back(desk, f"http://{address.host}:{port}")
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


def _say_way_back(desk: Desk, here: str) -> None:
    """What must stand at the provider before anybody can come back from it."""
    if desk.provider:
        back = f"{(desk.provider.settings.address or here).rstrip('/')}/desk/sign-on/back"
        print(f"Single sign-on with {desk.provider.settings.issuer}; the provider must know {back}", flush=True)


def add(store: Store, name: str, full_name: str, role: str, password: str | None) -> User:
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


def no_password(store: Store, name: str) -> None:
    """Let an account have no password, only single sign-on; whoever is signed in under it is out. Raises
    ``AccountTrouble``."""
    with store.engine.execution_options(writes=True).begin() as connection:
        end_all(connection, use_sign_on(connection, name).id, datetime.now(UTC))
