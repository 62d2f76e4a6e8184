"""Worker processes for strangers' files: each behind a fence, killed as a family when its time is over, and replaced.

One thread of ours tends one worker. Time is measured on the monotonic clock: a change of the clock ends nothing.
"""

import contextlib
import os
import pickle
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from flows.fence import fenced, python, surroundings
from flows.worker import DONE, RAISED, answer_type

FILES_PER_WORKER = 200
"""After so many files a worker is replaced, so that nothing can pile up."""
START = 60.0
"""Seconds a worker may take until it answers for the first time."""
LARGEST_ANSWER = 400_000_000
"""Bytes; a worker that says more is stopped as if it had broken down."""


class WorkerDied(Exception):
    """The worker ended on this file. ``status`` as in ``subprocess``: negative is the signal that ended it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the worker ended with status {status}")
        self.status = status


class WillNotStart(Exception):
    """No worker can be started: this is our trouble, not the file's."""

    def __init__(self, status: int) -> None:
        command = " ".join(fenced(python("flows.worker", "0")))
        super().__init__(f"The worker process ends at once (status {status}). Try by hand: {command}")


class OutOfTime(Exception):
    """The worker was stopped because the file's time was over."""


class RaisedInside(Exception):
    """The function raised; the text is the kind of the error."""


@dataclass(frozen=True)
class _Order:
    """One call on its way to a worker."""

    function: Callable[..., object]
    arguments: tuple[object, ...]
    seconds: float | None
    promise: "Future[object]"


@dataclass
class _Worker:
    """A running worker process, its line and its private folder."""

    process: "subprocess.Popen[bytes]"
    line: Connection
    folder: Path
    served: int = 0
    busy: bool = False
    overdue: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def end(self) -> int:
        """Kill it with all that it started, and remove its folder. Gives its exit status."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        status = self.process.wait()
        self.line.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status

    def time_is_over(self) -> None:
        """Called by the clock: mark and kill, unless the answer came first; who waits on the line sees it end."""
        with self.lock:
            if not self.busy:
                return
            self.overdue = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Pool:
    """Workers that take calls in the order given; use it in a ``with`` block, which waits for what is under way."""

    workers: int
    calls_per_worker: int = FILES_PER_WORKER
    _orders: "queue.SimpleQueue[_Order | None]" = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _running: set[int] = field(default_factory=set)
    _stopping: bool = False

    def __enter__(self) -> "Pool":
        for number in range(self.workers):
            thread = threading.Thread(target=self._tend, name=f"worker {number + 1}", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _fault: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is not None:
            self.stop()
        self._hang_up()

    def schedule(
        self, function: Callable[..., object], args: Sequence[object] = (), timeout: float | None = None
    ) -> "Future[object]":
        """Call a module's function in a worker, within ``timeout`` seconds from when it is taken up.

        The promise gives what the function's return type declares, or raises ``OutOfTime``, ``WorkerDied`` or
        ``RaisedInside``."""
        promise: Future[object] = Future()
        self._orders.put(_Order(function, tuple(args), timeout, promise))
        return promise

    def stop(self) -> None:
        """End every worker at once; what was asked for and not yet answered is cancelled."""
        self._stopping = True
        with contextlib.suppress(queue.Empty):
            while True:
                order = self._orders.get_nowait()
                if order:
                    order.promise.cancel()
        for group in tuple(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _hang_up(self) -> None:
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join()

    def _tend(self) -> None:
        """The life of one place at the bench: a worker, its calls, its successors."""
        worker = self._started()
        while (order := self._orders.get()) is not None:
            if not order.promise.set_running_or_notify_cancel():
                continue
            if worker is None or worker.served >= self.calls_per_worker:
                self._ended(worker)
                worker = self._started()
            if not self._served(worker, order):
                self._ended(worker)
                worker = None
        self._ended(worker)

    def _served(self, worker: "_Worker | None", order: _Order) -> bool:
        """Answer one order; false if the worker did not survive it."""
        try:
            if worker is None:
                raise WillNotStart(-1)
            order.promise.set_result(_asked(worker, order))
        except RaisedInside as fault:
            order.promise.set_exception(fault)
        except (OutOfTime, WorkerDied) as fault:
            order.promise.set_exception(fault)
            return False
        except BaseException as fault:
            order.promise.set_exception(fault)
            return False
        return True

    def _started(self) -> "_Worker | None":
        if self._stopping:
            return None
        worker = _start()
        self._running.add(worker.process.pid)
        return worker

    def _ended(self, worker: "_Worker | None") -> None:
        if worker:
            worker.end()
            self._running.discard(worker.process.pid)


def _start() -> _Worker:
    """A fresh process in its own group and folder, with our end of the line."""
    folder = Path(tempfile.mkdtemp(prefix="socieux-worker-"))
    ours, theirs = Pipe()
    process = subprocess.Popen(
        fenced(python("flows.worker", str(theirs.fileno()))),
        cwd=folder,
        env=surroundings(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()
    return _Worker(process, ours, folder)


def _asked(worker: _Worker, order: _Order) -> object:
    """Hand the order over and wait for the answer, no longer than its time."""
    if worker.served == 0:
        _wait_for_start(worker)
    worker.served += 1
    reply = _exchange(worker, pickle.dumps((order.function, order.arguments)), order.seconds)
    _empty(worker.folder)
    if reply[:1] == RAISED:
        raise RaisedInside(reply[1:].decode("utf-8", "replace").strip('"'))
    return answer_type(order.function).validate_json(reply[1:])


def _wait_for_start(worker: _Worker) -> None:
    try:
        _exchange(worker, b"", START)
    except (OutOfTime, WorkerDied) as fault:
        raise WillNotStart(fault.status if isinstance(fault, WorkerDied) else -signal.SIGKILL) from fault


def _exchange(worker: _Worker, order: bytes, seconds: float | None) -> bytes:
    """Send (if there is something to send) and receive. The clock kills the worker, which ends the waiting."""
    worker.busy = True
    clock = threading.Timer(seconds or 0, worker.time_is_over)
    clock.daemon = True
    if seconds is not None:
        clock.start()
    try:
        if order:
            worker.line.send_bytes(order)
        reply = worker.line.recv_bytes(LARGEST_ANSWER)
        if reply[:1] not in (DONE, RAISED):
            raise OSError("not an answer")
    except (EOFError, OSError) as fault:
        raise (OutOfTime() if worker.overdue else WorkerDied(_status(worker))) from fault
    finally:
        clock.cancel()
        with worker.lock:
            worker.busy = False
    if worker.overdue:
        raise OutOfTime
    return reply


def _status(worker: _Worker) -> int:
    """How it ended; one that hung up without ending is ended."""
    try:
        return worker.process.wait(2.0)
    except subprocess.TimeoutExpired:
        return worker.end()


def _empty(folder: Path) -> None:
    """Nothing of one file is left for the next."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)
