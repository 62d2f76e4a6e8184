"""``socieux serve``: Prefect's server and one process of flows on this machine, started together, stopped together.

The server keeps its own database (SQLite in the data folder unless ``PREFECT_SERVER_DATABASE_CONNECTION_URL`` says
otherwise). What is done stands in our ledger: if all of Prefect's memory is lost, nothing is.
"""

import flows.quiet  # noqa: F401, I001  telemetry is off before Prefect is loaded

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from flows.mailbox_settings import WatchSettings
from flows.places import data_folder, open_the_store, store_url
from flows.walking import Misuse
from pipeline.trouble import StoreTrouble

if TYPE_CHECKING:
    from prefect.events.actions import ChangeFlowRunState

HOST = "127.0.0.1"
READY_WITHIN = 120.0
"""Seconds the server may take; on a busy machine it needed twenty."""
PATIENCE = 25.0
"""Seconds a process may take to end before it is ended: a flow run finishes what it has in hand."""
SILENT = 30
"""Seconds between signs of life of a flow run; after three that are missing, Prefect calls it crashed."""
AT_ONCE = 2
"""Flow runs at once: a pass, and the night beside it."""


def run_serve(store: str | None, file: Path | None, settings: WatchSettings, port: int, ui: bool) -> int:
    """Serve until SIGTERM or Ctrl-C (then 0), or until one of the two processes ends by itself (then 1, for whoever
    supervises us to start anew). Raises ``Misuse`` if the port is taken, ``StoreTrouble``."""
    open_the_store(store).close()
    port = _free_port(port)
    surroundings = _surroundings(store, file, port)
    stop = threading.Event()
    with _signals(stop):
        flag = "--ui" if ui else "--no-ui"
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port), flag]
        with _process(command, surroundings) as server:
            if not _answers(server, port, stop):
                if stop.is_set():
                    return 0
                raise StoreTrouble("Prefect's server did not start; its own words stand above.")
            _say(f"Prefect's server answers at http://{HOST}:{port}. Nightly run at {settings.night.at}.")
            with _process([sys.executable, "-m", "flows.serving"], surroundings) as runs:
                return _watched(stop, server, runs)


def main() -> None:
    """The process of the flows: it waits for the server to say which is due. Called by ``run_serve``."""
    from prefect import serve
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows import scheduled

    told = scheduled.settings()
    crash_silent_runs()
    by_name = EntrypointType.MODULE_PATH
    hour = Cron(told.night.cron, timezone=told.night.time_zone)
    deployments = (
        scheduled.watch.to_deployment("look", cron=f"*/{told.look_every} * * * *", entrypoint_type=by_name),
        scheduled.ingest.to_deployment("read", entrypoint_type=by_name),
        scheduled.nightly.to_deployment("night", schedule=hour, entrypoint_type=by_name),
    )
    serve(*(each for each in deployments if isinstance(each, RunnerDeployment)), limit=AT_ONCE)


def crash_silent_runs() -> None:
    """Have the server call a run crashed whose process was killed; otherwise it is "Running" for ever."""
    from datetime import timedelta

    from prefect.automations import Automation
    from prefect.events.schemas.automations import EventTrigger, Posture

    name = "socieux: runs that fell silent"
    with suppress(ValueError):
        if Automation.read(name=name):
            return
    ends = {f"prefect.flow-run.{state}" for state in ("heartbeat", "Completed", "Failed", "Cancelled", "Crashed")}
    Automation(
        name=name,
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect=ends,
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=3 * SILENT),
        ),
        actions=[_crashed()],
    ).create()


def _crashed() -> "ChangeFlowRunState":
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState

    said = "Its process fell silent; the next run goes on."
    return ChangeFlowRunState(name="Crashed", state=StateType.CRASHED, message=said, force=False)


def _surroundings(store: str | None, file: Path | None, port: int) -> dict[str, str]:
    """What both processes are told. What somebody has set already stays."""
    url = store_url(store)
    ours = {"PREFECT_API_URL": f"http://{HOST}:{port}/api", "SOCIEUX_STORE": url}
    if file is not None:
        ours["SOCIEUX_SETTINGS"] = str(file.resolve())
    usual = {
        "PREFECT_HOME": str(data_folder(url) / "prefect"),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(SILENT),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_CLI_PROMPT": "false",
    }
    Path(os.environ.get("PREFECT_HOME") or usual["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    return usual | dict(os.environ) | ours


def _free_port(asked: int) -> int:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, asked))
        except OSError as fault:
            raise Misuse(f"Port {asked} is taken: another `socieux serve`? Give another --port.") from fault
        return int(tried.getsockname()[1])


@contextmanager
def _process(command: list[str], surroundings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a session of its own, so that Ctrl-C reaches only us and the order of the end is ours."""
    process = subprocess.Popen(
        command, env=surroundings, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_ends_with_us
    )
    try:
        yield process
    finally:
        _end(process)


def _ends_with_us() -> None:
    """In the new process: the system shall ask it to end when we are gone, also after a ``kill -9`` of us."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask twice, for a worker that waits for a dead server hears only the second time; then end the whole family."""
    for patience in (PATIENCE, 5.0):
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answers(server: "subprocess.Popen[bytes]", port: int, stop: threading.Event) -> bool:
    until = time.monotonic() + READY_WITHIN
    while server.poll() is None and not stop.wait(0.3) and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    return False


def _watched(stop: threading.Event, *processes: "subprocess.Popen[bytes]") -> int:
    while not stop.wait(0.5):
        if any(process.poll() is not None for process in processes):
            _say("One of Prefect's processes ended by itself; the other is stopped too.")
            return 1
    _say("Stopping: what is in hand is finished first.")
    return 0


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {each: signal.signal(each, on_signal) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
