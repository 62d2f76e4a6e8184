"""What a benchmark gives: a figure, its target, and whether it was met; and how pairs are measured."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROUNDS = 5
Bound = str
"""``most`` (the figure may be at most the target), ``least``, or ``none`` (there is no target)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a ratio (or megabytes), its target, the clock it was taken with, the rounds behind it."""

    name: str
    value: float
    bound: Bound
    target: float | None
    clock: str
    rounds: tuple[float, ...] = ()
    remark: str = ""

    @property
    def met(self) -> bool | None:
        """True or false by the target; None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.bound == "most" else self.value >= self.target


def at_most(name: str, rounds: Sequence[float], target: float, clock: str, remark: str = "") -> Figure:
    """A figure whose median must not be above the target."""
    return Figure(name, median(rounds), "most", target, clock, tuple(rounds), remark)


def at_least(name: str, rounds: Sequence[float], target: float, clock: str, remark: str = "") -> Figure:
    """A figure whose median must not be below the target."""
    return Figure(name, median(rounds), "least", target, clock, tuple(rounds), remark)


def only_told(name: str, rounds: Sequence[float], clock: str, remark: str = "") -> Figure:
    """A figure without a target."""
    return Figure(name, median(rounds), "none", None, clock, tuple(rounds), remark)


def wall(work: Callable[[], object]) -> float:
    """Seconds on the clock that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def busy(work: Callable[[], object]) -> float:
    """Seconds of processor time this process spends on ``work``: others on the machine count for little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def pair(ours: Callable[[], object], theirs: Callable[[], object], turn: int, clock: Callable[..., float]) -> float:
    """The ratio of two pieces of work done one after the other; which comes first changes with ``turn``."""
    if turn % 2:
        below = clock(theirs)
        return clock(ours) / below
    above = clock(ours)
    return above / clock(theirs)


class OtherLoad:
    """How many cores other programs kept busy while something was measured: a clock on the wall is honest near 0."""

    def __init__(self) -> None:
        self._before, self._start = _busy_seconds(), time.perf_counter()

    def cores(self) -> float:
        """Cores kept busy by others since this was made; this process and its finished children do not count."""
        machine, own = (now - then for now, then in zip(_busy_seconds(), self._before, strict=True))
        return max(0.0, round((machine - own) / max(time.perf_counter() - self._start, 0.01), 2))


def _busy_seconds() -> tuple[float, float]:
    """Processor seconds of the whole machine, and of this process with its finished children."""
    ticks = [int(n) for n in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]]
    machine = (sum(ticks) - ticks[3] - ticks[4]) / 100
    own = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        own += used.ru_utime + used.ru_stime
    return machine, own
