"""The fence round a worker process: no network, no secrets, little memory, and nothing of it outlives us.

Linux namespaces are used where the machine allows them (``capabilities``); where it does not, limits and the killing of
the process group remain, and ``socieux doctor`` says so.
"""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flows.places import home

HOUSE = Path(__file__).resolve().parent.parent
MEMORY = 3_000_000_000
"""Bytes of address space a worker may ask for; the libraries map far more than they use."""
FILE_SIZE = 500_000_000
"""Bytes a file may have that a worker writes."""
FOLDER_SIZE, FOLDER_FILES = 600_000_000, 20_000
"""Bytes and files that a worker's private folder may hold, where the folder is a space of its own."""
OPEN_FILES = 512

_OWN_NETWORK = ("unshare", "--map-root-user", "--net")
_OWN_SPACE = ("unshare", "--map-root-user", "--net", "--mount")
_OWN_FAMILY = ("unshare", "--pid", "--fork", "--kill-child=KILL")
_FEW_CHILDREN = ("prlimit", "--nproc=512")
"""Counted for the worker's own user namespace only; outside of one it would count everything the user runs."""
_DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--no-new-privs")


class WillNotStart(OSError):
    """No worker can be started: this is our trouble, not the file's, and may be over in a while."""

    def __init__(self, said: str) -> None:
        super().__init__(errno.EAGAIN, said)

    def __str__(self) -> str:
        return str(self.strerror)


@dataclass(frozen=True)
class Capabilities:
    """What this machine lets us do: cut the network off, kill whatever a worker leaves behind, and give it a folder
    that is a space of its own, with the store out of its sight."""

    no_network: bool
    own_family: bool
    own_folder: bool = False


@cache
def capabilities() -> Capabilities:
    """Tried, not guessed: containers often forbid what their kernel could do."""
    if _works((*_OWN_SPACE, *_DIE_WITH_US, *_OWN_FAMILY, "mount", "-t", "tmpfs", "tmpfs", "/tmp")):
        return Capabilities(no_network=True, own_family=True, own_folder=True)
    if _works((*_OWN_NETWORK, *_DIE_WITH_US, *_OWN_FAMILY, "true")):
        return Capabilities(no_network=True, own_family=True)
    return Capabilities(no_network=_works((*_OWN_NETWORK, "true")), own_family=False)


def fenced(command: list[str]) -> list[str]:
    """The command behind the fence. The order matters: a new user namespace would forget that we are the parent."""
    can = capabilities()
    die_with_us = _DIE_WITH_US if shutil.which("setpriv") else ()
    space = _OWN_SPACE if can.own_folder else _OWN_NETWORK
    return [
        *(space if can.no_network else ()),
        *die_with_us,
        *(_FEW_CHILDREN if can.no_network and shutil.which("prlimit") else ()),
        *(_OWN_FAMILY if can.own_family else ()),
        *command,
    ]


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a worker: nothing of our own but where the program and the OCR data lie."""
    kept = {name: value for name in ("PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV") if (value := os.environ.get(name))}
    here = str(folder)
    told = {"HOME": here, "TMPDIR": here, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(HOUSE)}
    return {"OMP_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1"} | kept | told


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


def _works(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
