"""Worker processes: what the second one brings, and how much memory one takes."""

import json
import resource
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.children import measured
from benchmarks.figures import ROUNDS, Figure, OtherLoad, at_least, at_most, only_told, wall
from benchmarks.one_form import TODAY
from benchmarks.samples import samples

TWO_FOR_ONE, MEGABYTES = 1.6, 400.0


def workers(folder: Path) -> Iterator[Figure]:
    """Two workers against one over all forms, starting included and not; the peak memory of a worker that read all."""
    load = OtherLoad()
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, figures in measured("workers", str(folder), "speed").items():
            rounds.setdefault(name, []).extend(figures)
    others = f"other programs kept {load.cores():.2f} cores busy"
    yield at_least("two workers / one, from start to last record", rounds["from start"], TWO_FOR_ONE, "wall", others)
    yield only_told("two workers / one, once they are started", rounds["started"], "wall", others)
    peaks = measured("workers", str(folder), "memory")["megabytes"]
    yield at_most("peak memory of a worker, MB", peaks, MEGABYTES, "memory", "after all forms, in one worker")


def _speed(folder: Path) -> dict[str, list[float]]:
    """One worker's seconds by those of two: the whole run, and a run on workers that have read the forms once."""
    paths = [sample.path for sample in samples(folder)]
    whole = [wall(partial(_run, paths, n)) for n in (1, 2)]
    started = [_started(paths, n) for n in (1, 2)]
    return {"from start": [whole[0] / whole[1]], "started": [started[0] / started[1]]}


def _run(paths: list[Path], number: int) -> None:
    from flows.batch import Batch, process_files

    for _ in process_files(paths, Batch(today=TODAY, workers=number)):
        pass


def _started(paths: list[Path], number: int) -> float:
    """Seconds for all forms by a pool that has seen them already."""
    from flows.workers import open_pool, submit
    from pipeline.records import Arrival

    files = [(path.read_bytes(), Arrival(filename=path.name)) for path in paths]
    with open_pool(number) as pool:

        def all_of_them() -> None:
            for promise in [submit(pool, data, arrival, TODAY, None) for data, arrival in files]:
                promise.result()

        all_of_them()
        return wall(all_of_them)


def _memory(folder: Path) -> dict[str, list[float]]:
    from benchmarks.workers import peak as asked  # by the name under which a worker can import it
    from flows.workers import open_pool, submit
    from pipeline.records import Arrival

    with open_pool(1) as pool:
        for sample in samples(folder):
            submit(pool, sample.path.read_bytes(), Arrival(filename=sample.path.name), TODAY, None).result()
        return {"megabytes": [pool.schedule(asked).result()]}


def peak() -> float:
    """The most memory this process has held so far, in megabytes (1 MB = 1,000,000 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    place, what = Path(sys.argv[1]), sys.argv[2]
    print(json.dumps(_speed(place) if what == "speed" else _memory(place)))
