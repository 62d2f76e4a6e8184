"""The marks of many forms as figures: by language, format and form, by rule and by question."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from pydantic import computed_field

from flows.marking import TICKED, UNANSWERED, Mark, Marked
from pipeline.questions import ValueKind, questions
from pipeline.values import Value

TENTHS = 10
"""Into how many equal steps of probability the calibration is divided."""
_LINES: tuple[ValueKind, ...] = ("line",)
_LONG: tuple[ValueKind, ...] = ("text",)


class Share(Value):
    """So many right, of so many."""

    right: int = 0
    of: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def figure(self) -> float | None:
        """The share; null where there was nothing."""
        return round(self.right / self.of, 4) if self.of else None


class Scores(Value):
    """The figures of a group of forms. ``fields`` of the answers wanted, ``precision`` of the values given, ``f1`` of
    both; ``states`` of every question on the form, ``unanswered`` of those left blank, with the form's prompt, or not
    readable. ``topics_f1``, ``calibration_error`` (ten equal steps) and ``brier`` are null where nothing was judged;
    ``ready_of_wanted``: of the forms that need nobody, how many came out ``ready``; ``silent``: ready, and wrong."""

    files: int
    missing: int
    fields: Share
    facts_and_codes: Share
    lines: Share
    long_texts: Share
    cells: Share
    precision: float | None
    f1: float | None
    states: Share
    unanswered: Share
    invented: int
    ticks: Share
    signature: Share
    marks: Share
    area: Share
    topics_f1: float | None
    checks: Share
    form_facts: Share
    disposition: Share
    ready: int
    ready_of_wanted: Share
    silent: int
    calibration_error: float | None
    brier: float | None
    evidence: Share
    with_probability: Share


class FormScore(Value):
    """What went wrong on one form, in words."""

    file: str
    disposition: str
    silent: bool
    wrong: tuple[str, ...]
    states: tuple[str, ...]
    other: tuple[str, ...]


class Report(Value):
    """The whole measurement."""

    overall: Scores
    by_language: dict[str, Scores]
    by_format: dict[str, Scores]
    by_form: dict[str, Scores]
    by_rule: dict[str, Share]
    by_question: dict[str, Share]
    forms: tuple[FormScore, ...] = ()


def report(marked: Sequence[Marked]) -> Report:
    """Everything that was measured."""
    return Report(
        overall=scores(marked),
        by_language=_grouped(marked, lambda each: each.gold.language),
        by_format=_grouped(marked, lambda each: each.gold.format),
        by_form=_grouped(marked, lambda each: each.gold.form),
        by_rule=_by_name(mark for each in marked for mark in each.checks),
        by_question=_by_name(mark for each in marked for mark in each.fields),
        forms=tuple(_form(each) for each in marked),
    )


def scores(marked: Sequence[Marked]) -> Scores:
    """The figures of a group of forms."""
    fields = [mark for each in marked for mark in each.fields]
    states = [mark for each in marked for mark in each.states]
    signs = [mark for each in marked for mark in each.signature]
    outcomes = [mark for each in marked for mark in each.outcome]
    said = [pair for each in marked for pair in each.said]
    right, given = sum(mark.right for mark in fields), sum(each.given for each in marked)
    precision, recall = (right / given if given else None), (right / len(fields) if fields else None)
    evidence = [each.evidence for each in marked]
    return Scores(
        files=len(marked),
        missing=sum(each.missing for each in marked),
        fields=_share(fields),
        facts_and_codes=_share(mark for mark in fields if _kind(mark) not in (*_LINES, *_LONG, "activities")),
        lines=_share(mark for mark in fields if _kind(mark) in _LINES),
        long_texts=_share(mark for mark in fields if _kind(mark) in _LONG),
        cells=Share(
            right=sum(mark.likeness.cells_right for mark in fields), of=sum(mark.likeness.cells for mark in fields)
        ),
        precision=_rounded(precision),
        f1=_rounded(_mean(precision, recall)),
        states=_share(states),
        unanswered=_share(mark for mark in states if mark.wanted in UNANSWERED),
        invented=sum(len(each.invented) for each in marked),
        ticks=_share(mark for mark in fields if mark.name in TICKED),
        signature=_share(signs),
        marks=_share(mark for mark in signs if mark.name == "signature.mark"),
        area=_share(mark for each in marked for mark in each.area),
        topics_f1=_rounded(_topics_f1(marked)),
        checks=_share(mark for each in marked for mark in each.checks),
        form_facts=_share(mark for each in marked for mark in each.facts),
        disposition=_share(outcomes),
        ready=sum(each.disposition == "ready" for each in marked),
        ready_of_wanted=_share(mark for mark in outcomes if mark.wanted == "ready"),
        silent=sum(each.silent for each in marked),
        calibration_error=_rounded(calibration_error(said)),
        brier=_rounded(sum((sure - right) ** 2 for sure, right in said) / len(said) if said else None),
        evidence=Share(right=sum(good for good, _ in evidence), of=sum(every for _, every in evidence)),
        with_probability=Share(right=sum(each.sure for each in marked), of=sum(every for _, every in evidence)),
    )


def calibration_error(said: Sequence[tuple[float, bool]]) -> float | None:
    """How far the probabilities said lie from what came true, on average over ten equal steps; null without any."""
    steps: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for sure, right in said:
        steps[min(TENTHS - 1, max(0, int(sure * TENTHS)))].append((sure, right))
    gaps = (abs(sum(sure for sure, _ in step) - sum(right for _, right in step)) for step in steps.values())
    return sum(gaps) / len(said) if said else None


def _kind(mark: Mark) -> ValueKind:
    return questions()[mark.name].kind


def _share(marks: Iterable[Mark]) -> Share:
    every = [mark.right for mark in marks]
    return Share(right=sum(every), of=len(every))


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def _mean(precision: float | None, recall: float | None) -> float:
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def _topics_f1(marked: Sequence[Marked]) -> float | None:
    right, many, few = (sum(each.topics[place] for each in marked) for place in range(3))
    return 2 * right / (2 * right + many + few) if right or many or few else None


def _grouped(marked: Sequence[Marked], name: Callable[[Marked], str]) -> dict[str, Scores]:
    groups: dict[str, list[Marked]] = defaultdict(list)
    for each in marked:
        groups[name(each)].append(each)
    return {group: scores(groups[group]) for group in sorted(groups)}


def _by_name(marks: Iterable[Mark]) -> dict[str, Share]:
    groups: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        groups[mark.name].append(mark)
    return {name: _share(groups[name]) for name in sorted(groups)}


def _form(each: Marked) -> FormScore:
    beside = (*each.facts, *each.signature, *each.outcome)
    return FormScore(
        file=each.gold.file,
        disposition=each.disposition,
        silent=each.silent,
        wrong=tuple(mark.sentence for mark in each.wrong),
        states=tuple(mark.sentence for mark in each.states if not mark.right),
        other=tuple(mark.sentence for mark in beside if not mark.right),
    )
