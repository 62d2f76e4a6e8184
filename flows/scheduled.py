"""What the clock starts, as Prefect flows: ``watch``, ``ingest`` and ``nightly``.

Whether something is done is the ledger's to say, never Prefect's: every run does everything outstanding, so that a run
that is late, doubled or lost does no harm. Names, parameters, results and logs hold ids and our own sentences only.
Tasks are retried where the trouble may pass (line, disk, database), never for a document; how long a document may be
read is the workers' to limit, since only a process can be stopped.

Where things are is told by the environment: ``SOCIEUX_STORE``, ``SOCIEUX_RAW``, ``SOCIEUX_HOME`` and
``SOCIEUX_SETTINGS``; a parameter would be kept by Prefect, and a database's address may hold a password.
"""

import flows.quiet  # noqa: F401, I001  telemetry is off before Prefect is loaded

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypedDict

from prefect import flow, get_run_logger, task, unmapped
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.drafting import drafting_of
from flows.mailbox_settings import WatchSettings, load_settings
from flows.night import Night, Work, looks
from flows.night_command import opened_night, run_nightly
from flows.plain_faults import Lasting, Passing, plainly
from flows.working_off import WorkingOff
from pipeline import ledger_work

RETRIES, PAUSES = 2, [10.0, 60.0]
"""Tries more, and the seconds before them, where the trouble may pass."""
IN_HAND = 3
"""Messages in hand at once."""


class Done(TypedDict):
    """What became of a message: its number in the ledger, its state, and the requests in it."""

    message: int
    state: str
    records: list[str]


def settings() -> WatchSettings:
    """Those of ``$SOCIEUX_SETTINGS``; without them there is nothing to look at, but still work to be done."""
    named = os.environ.get("SOCIEUX_SETTINGS")
    return load_settings(Path(named)) if named else WatchSettings()


def _named(what: str) -> Callable[[], str]:
    """A name that tells people when the run began, by the office's clock."""
    return lambda: f"{what} {datetime.now(settings().night.zone):%Y-%m-%d %H:%M:%S}"


def _may_pass(_task: object, _run: object, state: "State[object]") -> bool:
    return isinstance(state.result(raise_on_failure=False), Passing)


@task(
    name="step",
    task_run_name="{name}",
    cache_policy=NO_CACHE,
    retries=RETRIES,
    retry_delay_seconds=PAUSES,
    retry_condition_fn=_may_pass,
)
def carry_out(name: str, work: Work) -> str:
    """A pass over a mailbox or folder, or a step of the night; what was done, in a sentence of ours."""
    said = plainly(work)
    get_run_logger().info("%s: %s", name, said)
    return said


@task(
    name="read",
    task_run_name="message {number}",
    cache_policy=NO_CACHE,
    retries=RETRIES,
    retry_delay_seconds=PAUSES,
    retry_condition_fn=_may_pass,
)
def read(number: int, bring_to_its_end: Callable[[int], Done | None]) -> Done | None:
    """One message from claim to finish; null if somebody else took it. A document that fails is quarantined by its
    own rules and is no failure of this task; what is retried is a database that could not be reached."""
    done = plainly(partial(bring_to_its_end, number))
    if done:
        get_run_logger().info("message %s: %s, %s request(s)", number, done["state"], len(done["records"]))
    return done


@flow(name="watch", flow_run_name=_named("watch"), task_runner=ThreadPoolTaskRunner(max_workers=IN_HAND))  # type: ignore[arg-type]
def watch() -> list[Done]:
    """One pass over every mailbox and folder, then everything that is due is read."""
    with opened_night(None, settings()) as night:
        failed = _look(night)
        done = _read_due(night)
    if failed:
        raise Lasting(f"No whole pass over {', '.join(failed)}.")
    return done


@flow(name="ingest", flow_run_name=_named("ingest"), task_runner=ThreadPoolTaskRunner(max_workers=IN_HAND))  # type: ignore[arg-type]
def ingest() -> list[Done]:
    """Read everything that is due in the ledger, whoever took it in; any number of machines may do so at once."""
    with opened_night(None, settings()) as night:
        return _read_due(night)


@flow(name="nightly", flow_run_name=_named("nightly"))
def nightly() -> list[str]:
    """The nightly run, a task for each step."""
    report = run_nightly(None, settings(), carry_out)
    if not report.good:
        raise Lasting("Not everything was done; the digest says what.")
    return list(report.lines())


def _look(night: Night) -> list[str]:
    """The names of the passes that failed."""
    names, works = [name for name, _ in looks(night)], [work for _, work in looks(night)]
    runs = carry_out.map(names, works) if names else []
    results = [run.result(raise_on_failure=False) for run in runs]
    return [name for name, result in zip(names, results, strict=True) if not isinstance(result, str)]


def _read_due(night: Night) -> list[Done]:
    """Every message that is due, a task each, until none is due: one whose reader died is due again at once."""
    done: list[Done] = []
    if not ledger_work.anything_due(night.ledger):
        return done
    drafting = drafting_of(night.settings, night.ledger, night.store, night.folder)
    with night.open_reader() as reader:
        work = WorkingOff(night.ledger, night.store, reader, finished=drafting.after)
        with work.keeping():
            while numbers := ledger_work.due(night.ledger):
                runs = read.map(list(numbers), unmapped(partial(_brought_to_its_end, night, work)))
                results = [run.result(raise_on_failure=False) for run in runs]
                taken = [each for each in results if isinstance(each, dict)]
                done += taken
                if not taken:
                    break
    return done


def _brought_to_its_end(night: Night, work: WorkingOff, number: int) -> Done | None:
    if not work.take(number):
        return None
    message = night.ledger.message(number)
    records = dict.fromkeys(part.record_id for part in night.ledger.parts(number) if part.record_id)
    return Done(message=number, state=message.state if message else "gone", records=list(records))
