"""The fence round a worker process: no network, no secrets, little memory, and nothing of it outlives us.

What the machine allows of it is asked in ``extractors.isolation``.
"""

import errno
import os
import shutil
import sys
import tempfile
from pathlib import Path

from extractors.isolation import OWN_FAMILY, OWN_NETWORK, OWN_SPACE, capabilities, die_with_us, private_surroundings
from flows.places import home

HOUSE = Path(__file__).resolve().parent.parent
MEMORY = 3_000_000_000
"""Bytes of address space a worker may ask for; the libraries map far more than they use."""
FILE_SIZE = 500_000_000
"""Bytes a file may have that a worker writes."""
FOLDER_SIZE, FOLDER_FILES = 600_000_000, 20_000
"""Bytes and files that a worker's private folder may hold, where the folder is a space of its own."""
OPEN_FILES = 512

_FEW_CHILDREN = ("prlimit", "--nproc=512")
"""Counted for the worker's own user namespace only; outside of one it would count everything the user runs."""


class WillNotStart(OSError):
    """No worker can be started: this is our trouble, not the file's, and may be over in a while."""

    def __init__(self, said: str) -> None:
        super().__init__(errno.EAGAIN, said)

    def __str__(self) -> str:
        return str(self.strerror)


def fenced(command: list[str]) -> list[str]:
    """The command behind the fence. The order matters: a new user namespace would forget that we are the parent."""
    can = capabilities()
    space = OWN_SPACE if can.own_folder else OWN_NETWORK
    return [
        *(space if can.no_network else ()),
        *die_with_us(),
        *(_FEW_CHILDREN if can.no_network and shutil.which("prlimit") else ()),
        *(OWN_FAMILY if can.own_family else ()),
        *command,
    ]


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a worker: nothing of our own but where the program and the OCR data lie."""
    kept = {name: value for name in ("PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV") if (value := os.environ.get(name))}
    ours = {"OMP_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(HOUSE)}
    return kept | ours | private_surroundings(folder)


def hidden_places() -> tuple[Path, ...]:
    """What a worker need not see: the home of the store, unless the program or the temporary files lie in it."""
    store = home().resolve()
    needed = (HOUSE, Path(sys.prefix), Path(sys.base_prefix), Path(tempfile.gettempdir()))
    if not store.is_dir() or any(each.resolve().is_relative_to(store) for each in needed):
        return ()
    return (store,)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in a fresh interpreter."""
    return [sys.executable, "-m", module, *arguments]
