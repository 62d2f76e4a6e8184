"""Where things stand in the plots of the figures page; the pictures themselves are SVG in the page's template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.figures import DISPOSITIONS, LEAST, Agreement, Calibration, Part, Week

WIDTH, HEIGHT, FOOT, SIDE = 720, 180, 34, 40
ROW, NAMES, SCALE = 22, 210, 420
SQUARE = 200


@dataclass(frozen=True)
class Bar:
    """A bar, in pixels of its plot."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True)
class WeekPlot:
    """The weeks side by side: a stacked bar of what came in, and beside it what was decided. ``most`` tops the scale;
    ``names`` are the Mondays and where they stand."""

    bars: tuple[Bar, ...]
    names: tuple[tuple[float, str], ...]
    most: int
    width: int = WIDTH
    height: int = HEIGHT
    foot: int = FOOT
    side: int = SIDE


@dataclass(frozen=True)
class Dot:
    """A share with the interval it lies in."""

    name: str
    x: float
    y: float
    low: float
    high: float
    told: str


@dataclass(frozen=True)
class AgreementPlot:
    """A row for each question of which there are enough cases; the others by name."""

    dots: tuple[Dot, ...]
    left_out: tuple[str, ...]
    height: int
    names: int = NAMES
    scale: int = SCALE
    width: int = NAMES + SCALE + 20


@dataclass(frozen=True)
class CalibrationPlot:
    """Said (across) against confirmed (upwards) for one group; no dots where there are too few cases."""

    group: str
    number: int
    error: float
    dots: tuple[Dot, ...]
    square: int = SQUARE


def plot_weeks(weeks: Sequence[Week]) -> WeekPlot:
    """The bars of the weeks over one scale."""
    most = max((max(week.received, week.decided) for week in weeks), default=0)
    step = (WIDTH - SIDE) / max(len(weeks), 1)
    names = tuple((SIDE + place * step + step * 0.42, f"{week.start:%d %b}") for place, week in enumerate(weeks))
    bars = tuple(bar for place, week in enumerate(weeks) for bar in _week(week, SIDE + place * step, step, most or 1))
    return WeekPlot(bars, names, most)


def _week(week: Week, x: float, step: float, most: int) -> Iterator[Bar]:
    top = float(HEIGHT)
    for kind in DISPOSITIONS:
        number = week.came.get(kind, 0)
        height = (HEIGHT - 12) * number / most
        top -= height
        if number:
            yield Bar(kind, x + step * 0.08, top, step * 0.4, height, f"Week of {week.start:%d %B}: {number} {kind}")
    height = (HEIGHT - 12) * week.decided / most
    if week.decided:
        told = f"Week of {week.start:%d %B}: {week.decided} decided"
        yield Bar("decided", x + step * 0.54, HEIGHT - height, step * 0.24, height, told)


def plot_agreement(agreed: Sequence[Agreement]) -> AgreementPlot:
    """The least agreed on first: there the machine must learn."""
    enough = sorted((each for each in agreed if each.all.enough), key=lambda each: each.all.share)
    dots = tuple(
        Dot(each.name, NAMES + SCALE * each.all.share, ROW * place + ROW / 2, *_stretched(each.all), _said(each.all))
        for place, each in enumerate(enough)
    )
    return AgreementPlot(dots, tuple(each.name for each in agreed if not each.all.enough), ROW * len(enough) + 24)


def plot_calibration(calibration: Calibration) -> CalibrationPlot:
    """A dot for every tenth of which there are cases, if the group has enough in all."""
    dots = tuple(
        Dot(
            f"{10 * step.tenth} to {10 * step.tenth + 10} %",
            SQUARE * step.said,
            SQUARE * (1 - step.confirmed.share),
            SQUARE * (1 - step.confirmed.interval[0]),
            SQUARE * (1 - step.confirmed.interval[1]),
            f"said {step.said:.0%}, confirmed {_said(step.confirmed)}",
        )
        for step in calibration.steps
        if calibration.number >= LEAST
    )
    return CalibrationPlot(calibration.group, calibration.number, calibration.error, dots)


def _stretched(part: Part) -> tuple[float, float]:
    low, high = part.interval
    return NAMES + SCALE * low, NAMES + SCALE * high


def _said(part: Part) -> str:
    low, high = part.interval
    return f"{part.share:.0%} ({part.part} of {part.of}; between {low:.0%} and {high:.0%})"
