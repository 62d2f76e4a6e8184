"""The fence round the workers: what it costs on ordinary forms, and whether the parent's memory stays flat."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from benchmarks.children import measured
from benchmarks.figures import Figure, OtherLoad, at_most, only_told, pair, wall
from benchmarks.one_form import TODAY
from benchmarks.samples import Sample, samples

ROUNDS = 7
OVERHEAD, FLAT = 1.10, 1.0
FILES, AHEAD = 2_000, 8
"""So many forms go through one pool while the parent's memory is looked at; so many are in line at a time."""


def sandbox(folder: Path) -> Iterator[Figure]:
    """All forms read behind the fence against the same in this process, both warm; the memory of the parent."""
    load = OtherLoad()
    told = measured("sandbox", str(folder), "speed")
    remark = f"other programs kept {load.cores():.2f} cores busy"
    yield at_most("forms through a fenced worker / in one process", told["fenced"], OVERHEAD, "wall", remark)
    yield only_told("milliseconds for an order that does nothing", told["nothing"], "wall", "a warm worker")
    grown = measured("sandbox", str(folder), "memory")
    remark = f"over {FILES} documents; {grown['peak'][0]:.0f} MB at the most"
    yield at_most("growth of the parent's memory, MB per 1,000 documents", grown["slope"], FLAT, "memory", remark)


def _speed(folder: Path) -> dict[str, list[float]]:
    from flows.process import record_id
    from flows.workers import open_pool, submit, work
    from pipeline.records import Arrival

    files = [(each.path.read_bytes(), Arrival(filename=each.path.name)) for each in samples(folder)]
    with open_pool(1) as pool:

        def fenced() -> None:
            for data, arrival in files:
                submit(pool, data, arrival, TODAY, None).result()

        def here() -> None:
            for data, arrival in files:
                work(data, arrival, TODAY, None)

        fenced()
        here()
        ratios = [pair(fenced, here, turn, wall) for turn in range(ROUNDS)]
        nothing = [wall(lambda: [pool.schedule(record_id, args=(b"x",), timeout=9).result() for _ in range(200)]) * 5]
    return {"fenced": ratios, "nothing": nothing}


def _memory(folder: Path) -> dict[str, list[float]]:
    """The parent's memory after every hundredth document, once the first hundreds are through. One in ten is a form."""
    from flows.workers import open_pool, submit
    from pipeline.records import Arrival, Record

    forms = [each.path.read_bytes() for each in _small(samples(folder))]
    held: list[Future[Record]] = []
    seen: list[tuple[int, float]] = []
    with open_pool(2) as pool:
        for number in range(1, FILES + 1):
            data = forms[number // 10 % len(forms)] if number % 10 == 0 else b"not a form, number %d" % number
            held.append(submit(pool, data, Arrival(filename=f"{number}.pdf"), TODAY, None))
            if len(held) >= AHEAD:
                held.pop(0).result()
            if number % 100 == 0:
                seen.append((number, _megabytes()))
    late = seen[len(seen) // 4 :]
    return {"slope": [_slope(late) * 1000], "peak": [max(size for _, size in seen)]}


def _small(forms: list[Sample]) -> list[Sample]:
    """The quickest forms: the parent sees no difference."""
    return sorted(forms, key=lambda form: form.path.stat().st_size)[:6]


def _megabytes() -> float:
    """What this process holds now, in megabytes (1 MB = 1,000,000 bytes)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6


def _slope(points: list[tuple[int, float]]) -> float:
    """The rise of the straight line that fits best."""
    count = len(points)
    middle = sum(x for x, _ in points) / count
    height = sum(y for _, y in points) / count
    across = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (y - height) for x, y in points) / across


if __name__ == "__main__":
    place, what = Path(sys.argv[1]), sys.argv[2]
    print(json.dumps(_speed(place) if what == "speed" else _memory(place)))
