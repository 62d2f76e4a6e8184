"""Worker processes for strangers' files: each behind a fence, killed as a family when its time is over, and replaced.

One thread of ours tends one worker. Time is measured on the monotonic clock: a change of the clock ends nothing.
"""

import contextlib
import pickle
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from extractors.isolation import capabilities, end_family, keep_to_ourselves
from extractors.rooms import Room, empty, open_room
from flows.fence import WillNotStart as WillNotStart
from flows.fence import fenced, hidden_places, python, surroundings
from flows.worker import CPU_SPENT, DONE, RAISED, answer_type

ROOMS = "socieux-worker-"
"""How the folders of the workers begin."""
FILES_PER_WORKER = 200
"""After so many files a worker is replaced, so that nothing can pile up."""
START = 60.0
"""Seconds a worker may take until it answers for the first time."""
LARGEST_ANSWER = 400_000_000
"""Bytes; a worker that says more is stopped as if it had broken down."""


FLOODED = 74
"""The status told of a worker that we ended because what it said was no answer, or far too long for one."""


class WorkerDied(Exception):
    """The worker ended on this file. ``status`` as in ``subprocess``: negative is the signal that ended it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the worker ended with status {status}")
        self.status = status


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
        if self.line.closed:
            return self.process.returncode
        end_family(self.process.pid)
        status = self.process.wait()
        self.line.close()
        empty(self.folder)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
        return status

    def time_is_over(self) -> None:
        """Called by the clock: mark and kill, unless the answer came first; who waits on the line sees it end."""
        with self.lock:
            if self.busy:
                self.overdue = True
                end_family(self.process.pid)

    def rest(self) -> None:
        """From here on the clock leaves it alone; its number may soon be another process's."""
        with self.lock:
            self.busy = False


@dataclass
class Pool:
    """Workers that take calls in the order given; use it in a ``with`` block, which waits for what is under way."""

    workers: int
    calls_per_worker: int = FILES_PER_WORKER
    _orders: "queue.SimpleQueue[_Order | None]" = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _running: set[int] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _room: Room | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Pool":
        keep_to_ourselves()
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
        if self._room:
            self._room.close()

    def schedule(
        self, function: Callable[..., object], args: Sequence[object] = (), timeout: float | None = None
    ) -> "Future[object]":
        """Call a module's function in a worker, within ``timeout`` seconds from when it is taken up.

        The promise gives what the function's return type declares, or raises ``OutOfTime``, ``WorkerDied`` or
        ``RaisedInside``."""
        promise: Future[object] = Future()
        self._orders.put(_Order(function, tuple(args), timeout, promise))
        return promise

    @property
    def stopping(self) -> bool:
        """True once ``stop`` was called: nothing that is handed in now is taken up."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End every worker at once; what was asked for and not yet answered is cancelled."""
        self._stopping.set()
        self._cancel_waiting()
        for group in tuple(self._running):
            end_family(group)

    def _cancel_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                order = self._orders.get_nowait()
                if order:
                    order.promise.cancel()

    def _hang_up(self) -> None:
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join()
        # What was asked for meanwhile is never taken up; nobody may wait for it in vain.
        self._cancel_waiting()

    def _tend(self) -> None:
        """The life of one place at the bench: a worker, its calls, its successors."""
        worker = self._spare()
        while (order := self._orders.get()) is not None:
            if order.promise.set_running_or_notify_cancel():
                worker = self._served(worker, order)
        self._ended(worker)

    def _served(self, worker: "_Worker | None", order: _Order) -> "_Worker | None":
        """Answer one order; gives the worker if it can serve another."""
        try:
            if worker is None or worker.served >= self.calls_per_worker:
                self._ended(worker)
                worker = None
                worker = self._started()
            answer = _asked(worker, order)
        except RaisedInside as fault:
            order.promise.set_exception(fault)
            return worker
        except BaseException as fault:
            self._ended(worker)
            order.promise.set_exception(fault)
            return None
        order.promise.set_result(answer)
        return worker

    def _spare(self) -> "_Worker | None":
        """A worker that gets ready before there is anything to do; if none can be started, the first order says so."""
        with contextlib.suppress(WillNotStart):
            return self._started()
        return None

    def _started(self) -> "_Worker":
        if self._stopping.is_set():
            raise WillNotStart("The workers were stopped.")
        try:
            with self._opening:
                self._room = self._room or open_room(ROOMS)
            worker = _start(self._room.corner())
        except OSError as fault:
            raise WillNotStart(f"No worker process can be started ({fault.strerror}).") from fault
        self._running.add(worker.process.pid)
        if self._stopping.is_set():
            self._ended(worker)
            raise WillNotStart("The workers were stopped.")
        return worker

    def _ended(self, worker: "_Worker | None") -> None:
        if worker:
            # First forgotten, then ended: once it has ended its number may be another process's.
            self._running.discard(worker.process.pid)
            worker.end()


def _start(folder: Path) -> _Worker:
    """A fresh process in its own group and folder, with our end of the line."""
    ours, theirs = Pipe()
    private = (str(folder), *map(str, hidden_places())) if capabilities().own_folder else ()
    try:
        process = subprocess.Popen(
            fenced(python("flows.worker", str(theirs.fileno()), *private)),
            cwd=folder,
            env=surroundings(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return _Worker(process, ours, folder)


def _asked(worker: _Worker, order: _Order) -> object:
    """Hand the order over and wait for the answer, no longer than its time."""
    if worker.served == 0:
        _wait_for_start(worker)
    worker.served += 1
    reply = _exchange(worker, pickle.dumps((order.function, order.arguments, order.seconds)), order.seconds)
    empty(worker.folder)
    if reply[:1] == RAISED:
        raise RaisedInside(reply[1:].decode("utf-8", "replace").strip('"'))
    return answer_type(order.function).validate_json(reply[1:])


def _wait_for_start(worker: _Worker) -> None:
    try:
        _exchange(worker, b"", START)
    except (OutOfTime, WorkerDied) as fault:
        status = fault.status if isinstance(fault, WorkerDied) else -signal.SIGKILL
        command = " ".join(fenced(python("flows.worker", "0")))
        raise WillNotStart(f"The worker process ends at once (status {status}). Try by hand: {command}") from fault


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
        worker.rest()
        status = _status(worker)
        raise (OutOfTime() if worker.overdue or status == CPU_SPENT else WorkerDied(status)) from fault
    finally:
        clock.cancel()
        worker.rest()
    if worker.overdue:
        raise OutOfTime
    return reply


def _status(worker: _Worker) -> int:
    """How it ended; one that hung up, or said what is no answer, without ending is ended."""
    try:
        return worker.process.wait(2.0)
    except subprocess.TimeoutExpired:
        worker.end()
        return FLOODED
