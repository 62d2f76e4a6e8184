"""What keeps apart a process that opens a stranger's file: what this machine allows, and how such a process is ended.

Linux namespaces are used where the machine allows them (``capabilities``); where it does not, limits remain, and the
killing of the process with everything it started; ``socieux doctor`` says so.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OWN_NETWORK = ("unshare", "--map-root-user", "--net")
OWN_SPACE = (*OWN_NETWORK, "--mount")
OWN_FAMILY = ("unshare", "--pid", "--fork", "--kill-child=KILL")
_DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--no-new-privs")
_FEW_RIGHTS = ("--inh-caps=-all", "--bounding-set=-all,+dac_override,+dac_read_search")
"""Of root's: to read our own files wherever they lie. Not: to look into other processes, to mount, to trace."""
_PR_SET_DUMPABLE = 4
_PLENTY = 100_000
"""More processes than any machine lets a user have: a family is walked no further."""


@dataclass(frozen=True)
class Capabilities:
    """What this machine lets us do: cut the network off, kill whatever a process leaves behind, and give it a folder
    that is a space of its own, with the store out of its sight."""

    no_network: bool
    own_family: bool
    own_folder: bool = False


@cache
def capabilities() -> Capabilities:
    """Tried, not guessed: containers often forbid what their kernel could do."""
    if _works((*OWN_SPACE, *_DIE_WITH_US, *OWN_FAMILY, "mount", "-t", "tmpfs", "tmpfs", "/tmp")):
        return Capabilities(no_network=True, own_family=True, own_folder=True)
    if _works((*OWN_NETWORK, *_DIE_WITH_US, *OWN_FAMILY, "true")):
        return Capabilities(no_network=True, own_family=True)
    return Capabilities(no_network=_works((*OWN_NETWORK, "true")), own_family=False)


def die_with_us() -> tuple[str, ...]:
    """The words that end a program when we end; to be put after a new namespace, which would forget that we are the
    parent. Where no namespace takes root's rights away, they do."""
    if not shutil.which("setpriv"):
        return ()
    return _DIE_WITH_US if capabilities().no_network or os.geteuid() else (*_DIE_WITH_US, *_FEW_RIGHTS)


def keep_to_ourselves() -> None:
    """Nobody who runs under our name may read our memory or our environment, where passwords may stand."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def private_surroundings(folder: Path) -> dict[str, str]:
    """An environment that holds nothing of ours: the folder is home and the place for temporary files."""
    here = str(folder)
    return {"HOME": here, "TMPDIR": here, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def end_family(leader: int) -> None:
    """Kill a process that began a group of its own, the group, and what broke away from it.

    In a family of its own everything ends with its first process; elsewhere children that began a group for themselves
    are found by their parents. Where the leader has been waited for already, only what is left of its group is."""
    away = [] if capabilities().own_family else list(_descendants(leader))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    for process in away:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


def _descendants(process: int) -> Iterator[int]:
    """Children, their children, and so on; each is stopped before its own are listed, so that it makes no more."""
    waiting = children(process)
    for _ in range(_PLENTY):
        if not waiting:
            return
        child = waiting.pop()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGSTOP)
        waiting += children(child)
        yield child


def children(process: int) -> list[int]:
    """The children of a process, whichever of its threads started them; none where it has ended."""
    found: list[int] = []
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, listed.read_text().split())
    return found


def _works(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
