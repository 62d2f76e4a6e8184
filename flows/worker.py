"""The inside of a worker process: takes orders over a socket, one at a time, and answers with data, never with objects.

An order is a function of ours and its arguments (pickled by us, so trusted). The answer comes from a process that has
read a stranger's file: it is JSON, and the other side checks it against the function's declared type before use.
"""

import contextlib
import ctypes
import json
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from extractors.isolation import children
from extractors.rooms import empty
from flows.fence import FILE_SIZE, FOLDER_FILES, FOLDER_SIZE, MEMORY, OPEN_FILES

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DONE, RAISED = b"=", b"!"
CPU_SPENT = int(signal.SIGXCPU)
"""The exit status of a worker whose processor time was over."""
CORES, SPARE = 2, 10
"""Processor seconds a file may take for each second of its time (OCR works on two cores), and some on top."""
_LOADED_AHEAD = ("flows.post", "extractors.extraction", "classifiers.assessment")
"""What every form needs; loaded while the other side still looks for the first file."""
_PR_SET_CHILD_SUBREAPER = 36
_NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 2, 4, 8
_LIBC = ctypes.CDLL(None, use_errno=True)


@cache
def answer_type(function: Callable[..., object]) -> "TypeAdapter[object]":
    """How the result of a function is written and read again: by its declared return type."""
    from pydantic import ConfigDict, PydanticUserError, TypeAdapter

    declared = get_type_hints(function).get("return", object) if hasattr(function, "__annotations__") else object
    try:
        return TypeAdapter(declared, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))
    except PydanticUserError:  # A model brings its own configuration.
        return TypeAdapter(declared)


def main(socket: int, own: str = "", *hidden: str) -> None:
    """Serve until the other side hangs up. ``own`` is the folder to make a space of its own of, ``hidden`` are folders
    to put out of sight; both only where the machine gave us a file system view of our own."""
    _limit()
    folder = Path.cwd()
    if own:
        _make_private(own, hidden)
    with Connection(socket) as line:
        line.send_bytes(DONE)
        _load_ahead()
        while True:
            try:
                order = line.recv_bytes()
            except EOFError:
                return
            reply = _serve(order)
            _end_children()
            empty(folder)
            line.send_bytes(reply)


def _serve(order: bytes) -> bytes:
    function, arguments, seconds = pickle.loads(order)
    _allow(seconds)
    try:
        return DONE + answer_type(function).dump_json(function(*arguments))
    except Exception as fault:
        # The kind alone: the message may hold what stands on the form.
        return RAISED + json.dumps(type(fault).__name__).encode()


def _load_ahead() -> None:
    """What cannot be loaded is told when the first order needs it."""
    with contextlib.suppress(Exception):
        for module in _LOADED_AHEAD:
            import_module(module)


def _limit() -> None:
    """What this process may use; applied before it sees the first file."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: FILE_SIZE,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard), min(most, hard)))
    # What our children leave behind becomes our child, so that none can hide from ``_end_children``.
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # Where memory is short the system shall end us, and not the one who keeps the ledger.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    # The first process of a family is not ended by this signal unless it handles it, and Python's own handlers wait
    # until a library gives control back: the C function that ends a process is the handler itself.
    _LIBC.signal(signal.SIGXCPU, ctypes.cast(_LIBC._exit, ctypes.c_void_p))


def _allow(seconds: float | None) -> None:
    """Processor time for one file, beside the clock of the other side: should that one stand still, this ends us."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + CORES * seconds) + SPARE if seconds else resource.RLIM_INFINITY
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or soft <= hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _make_private(own: str, hidden: tuple[str, ...]) -> None:
    """Put a small empty space over our folder, which is gone with us, and an empty one over what is not our business;
    of all processes only our own family stays in sight.

    Where the system refuses after all, the folder stays an ordinary one that the other side empties."""
    flags = _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
    spaces = {own: f"size={FOLDER_SIZE},nr_inodes={FOLDER_FILES}"} | dict.fromkeys(hidden, _NOTHING)
    for place, limits in spaces.items():
        _LIBC.mount(b"tmpfs", os.fsencode(place), b"tmpfs", flags, limits.encode())
    _LIBC.mount(b"proc", b"/proc", b"proc", flags, None)
    os.chdir(own)


_NOTHING = "size=4k,nr_inodes=1,mode=0500"


def _end_children() -> None:
    """End whatever the last file's reading has left running, so that the next finds the room as it was."""
    while True:
        try:
            running = os.waitpid(-1, os.WNOHANG)[0] == 0
        except ChildProcessError:
            return
        if running:
            _kill_children()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, 0)


def _kill_children() -> None:
    """In a family of our own everybody but us; elsewhere those whose parent we are."""
    if os.getpid() == 1:
        os.kill(-1, signal.SIGKILL)
        return
    for child in children(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
