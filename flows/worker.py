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
from multiprocessing.connection import Connection
from pathlib import Path
from typing import get_type_hints

from pydantic import ConfigDict, PydanticUserError, TypeAdapter

from flows.fence import FILE_SIZE, MEMORY, OPEN_FILES

DONE, RAISED = b"=", b"!"
_PR_SET_CHILD_SUBREAPER = 36


@cache
def answer_type(function: Callable[..., object]) -> TypeAdapter[object]:
    """How the result of a function is written and read again: by its declared return type."""
    declared = get_type_hints(function).get("return", object) if hasattr(function, "__annotations__") else object
    try:
        return TypeAdapter(declared, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))
    except PydanticUserError:  # A model brings its own configuration.
        return TypeAdapter(declared)


def main(socket: int) -> None:
    """Serve until the other side hangs up."""
    _limit()
    with Connection(socket) as line:
        line.send_bytes(DONE)
        while True:
            try:
                order = line.recv_bytes()
            except EOFError:
                return
            reply = _serve(order)
            _end_children()
            line.send_bytes(reply)


def _serve(order: bytes) -> bytes:
    function, arguments = pickle.loads(order)
    try:
        return DONE + answer_type(function).dump_json(function(*arguments))
    except Exception as fault:
        # The kind alone: the message may hold what stands on the form.
        return RAISED + json.dumps(type(fault).__name__).encode()


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
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


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
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    for child in listed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
