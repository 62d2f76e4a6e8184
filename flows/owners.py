"""Who holds a lease: a process, told apart from every other on every machine, and whether it still lives."""

import os
import socket
import threading
from functools import cache
from pathlib import Path

from pipeline.ledger import Ledger
from pipeline.ledger_signs import give_up_lease, lease_holder, take_lease


def this_owner(what: str) -> str:
    """The name under which this thread of this process holds leases: machine, process and its start, and ``what``."""
    return f"{machine()}{os.getpid()}.{_started(os.getpid())}/{what}.{threading.get_native_id()}"


@cache
def machine() -> str:
    """What the names of all owners on this machine begin with, and of no other: a container counts as one, and so does
    the machine after a restart."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
    family = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    return f"{socket.gethostname()[:80]}/{boot}/{family}/"


def hold_lease(ledger: Ledger, name: str, owner: str) -> bool:
    """Take or renew the lease on work of one process at a time; false if somebody else is at it. What a dead process
    of this machine held need not lapse first."""
    if take_lease(ledger, name, owner):
        return True
    holder = lease_holder(ledger, name)
    if holder is None or not dead_owners((holder,)):
        return False
    give_up_lease(ledger, name, holder)
    return take_lease(ledger, name, owner)


def dead_owners(owners: tuple[str, ...]) -> tuple[str, ...]:
    """Those of this machine whose process no longer lives. Of other machines nothing is known."""
    return tuple(owner for owner in owners if owner.startswith(machine()) and not _lives(owner))


def _lives(owner: str) -> bool:
    process, _, _ = owner.removeprefix(machine()).partition("/")
    number, _, started = process.partition(".")
    return number.isdigit() and _started(int(number)) == started


def _started(process: int) -> str:
    """When a process began, in ticks of the machine: the same number is never the same process again. Empty if it has
    ended, also where nobody has taken notice of its end."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if told[0] in ("Z", "X") else told[19]
