"""Where things lie on this machine: the home of the store, its database, its original files."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.store import Store


def home() -> Path:
    """``$SOCIEUX_HOME``, or the folder ``var`` of the checkout; the same from whatever folder the command is called."""
    set_by_hand = os.environ.get("SOCIEUX_HOME")
    if set_by_hand:
        return Path(set_by_hand)
    checkout = Path(__file__).resolve().parent.parent
    installed_elsewhere = not (checkout / "pyproject.toml").exists()
    return Path.home() / ".local" / "share" / "socieux" if installed_elsewhere else checkout / "var"


def store_url(asked: str | None) -> str:
    """The database asked for, else ``$SOCIEUX_STORE``, else a SQLite file at home."""
    return asked or os.environ.get("SOCIEUX_STORE") or str(home() / "socieux.db")


def raw_folder(url: str) -> Path:
    """The original files: ``$SOCIEUX_RAW`` (a shared folder, or ``s3://bucket/prefix``), else in the data folder."""
    asked = os.environ.get("SOCIEUX_RAW")
    return Path(asked) if asked else data_folder(url) / "raw"


def data_folder(url: str) -> Path:
    """Where originals, drafts and digests lie: beside a SQLite file, and at home with any other database."""
    path = url.removeprefix("sqlite:///")
    return home() if "://" in path or not path else Path(path).resolve().parent


def open_the_store(asked: str | None) -> "Store":
    """The store asked for, opened; its tables are made or brought up to date. Raises ``StoreTrouble``."""
    from pipeline.store import open_store

    url = store_url(asked)
    return open_store(url, raw_folder(url))
