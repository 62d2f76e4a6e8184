"""The intake as a Prefect flow: many files, one task each, and one failure stops no other.

Names, results and logs hold ids only: what stands on a form stays in the store.
"""

import flows.quiet  # noqa: F401, I001  telemetry is off before Prefect is loaded

import os
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypedDict

from prefect import flow, task, unmapped
from prefect.cache_policies import NO_CACHE

from flows.batch import Batch, process_one
from flows.places import open_the_store
from flows.workers import open_pool
from pipeline.records import Record


class Kept(TypedDict):
    """What a task gives back: ids, never contents."""

    record_id: str
    reference: str | None
    disposition: str


@task(name="take in", cache_policy=NO_CACHE)
def take_in(path: str, process: Callable[[Path], tuple[Record, ...]]) -> list[Kept]:
    """One file becomes its records in the store. Not retried: a broken document stays broken."""
    return [
        Kept(record_id=record.record_id, reference=record.reference, disposition=record.disposition)
        for record in process(Path(path))
    ]


@flow(name="intake")
def intake(paths: Sequence[str], today: date, store: str | None = None) -> list[Kept]:
    """Take in many files; gives the ids of those that ended in a record. A file that did not is a failed task."""
    shelf = open_the_store(store)
    batch = Batch(today=today, open_store=lambda: shelf, workers=len(os.sched_getaffinity(0)))
    with open_pool(batch.workers) as pool:
        process = partial(process_one, pool, batch=batch, shelf=shelf)
        runs = take_in.map(list(paths), unmapped(process))
        results = [run.result(raise_on_failure=False) for run in runs]
    return [kept for result in results if isinstance(result, list) for kept in result]
