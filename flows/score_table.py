"""The measurement of ``socieux evaluate forms`` as a table for people."""

from collections.abc import Iterator, Sequence

from flows.scores import Report, Scores, Share

_WIDE = 18


def as_table(measured: Report) -> str:
    """The measurement for people; shares as right / of, and per cent."""
    return "\n".join(_lines(measured)) + "\n"


def _lines(measured: Report) -> Iterator[str]:
    everything = measured.overall
    yield f"{everything.files} form(s), {everything.missing} without a record"
    yield ""
    yield from _overall(everything)
    groups = {"language": measured.by_language, "format": measured.by_format, "form": measured.by_form}
    for title, group in groups.items():
        yield ""
        yield f"{'by ' + title:{_WIDE}}" + "".join(f"{name:>12}" for name in _COLUMNS)
        for name, one in {**group, "all": everything}.items():
            yield f"{name[:_WIDE]:{_WIDE}}" + "".join(f"{_short(one, column):>12}" for column in _COLUMNS)
    for title, shares in (("by rule", measured.by_rule), ("by question", measured.by_question)):
        if shares:
            yield ""
            yield title
            yield from (f"  {name:28} {_told(share)}" for name, share in shares.items())
    yield from _wrong(measured)


def _overall(all_forms: Scores) -> Iterator[str]:
    shares: Sequence[tuple[str, Share]] = (
        ("fields", all_forms.fields),
        ("  facts and codes", all_forms.facts_and_codes),
        ("  lines", all_forms.lines),
        ("  long texts", all_forms.long_texts),
        ("  cells of tables", all_forms.cells),
        ("states", all_forms.states),
        ("  of the unanswered", all_forms.unanswered),
        ("ticks", all_forms.ticks),
        ("signature", all_forms.signature),
        ("  mark there or not", all_forms.marks),
        ("area", all_forms.area),
        ("checks", all_forms.checks),
        ("language, kind, text", all_forms.form_facts),
        ("disposition", all_forms.disposition),
        ("ready of those to be", all_forms.ready_of_wanted),
        ("evidence", all_forms.evidence),
    )
    yield from (f"{name:22} {_told(share)}" for name, share in shares)
    yield f"{'values invented':22} {all_forms.invented}"
    yield f"{'precision, F1':22} {_figure(all_forms.precision)}, {_figure(all_forms.f1)}"
    yield f"{'topics F1':22} {_figure(all_forms.topics_f1)}"
    yield f"{'silent errors':22} {all_forms.silent} of {all_forms.ready} ready"
    yield f"{'calibration error':22} {_figure(all_forms.calibration_error)}   Brier {_figure(all_forms.brier)}"


_COLUMNS = (
    "files",
    "fields",
    "states",
    "ticks",
    "signature",
    "checks",
    "area",
    "topics F1",
    "ready",
    "silent",
    "calibration",
)


def _short(one: Scores, column: str) -> str:
    """A cell of the table: a share as per cent, a number as it is."""
    numbers = {"files": one.files, "ready": one.ready, "silent": one.silent}
    if column in numbers:
        return str(numbers[column])
    figures = {"topics F1": one.topics_f1, "calibration": one.calibration_error}
    return _figure(figures[column]) if column in figures else _per_cent(getattr(one, column))


def _told(share: Share) -> str:
    return f"{share.right:5} / {share.of:<5} {_per_cent(share):>7}"


def _per_cent(share: Share) -> str:
    return "-" if not share.of else f"{100 * share.right / share.of:.1f} %"


def _figure(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


def _wrong(measured: Report) -> Iterator[str]:
    for form in measured.forms:
        said = (*form.wrong, *form.states, *form.other)
        if said or form.silent:
            yield ""
            yield f"{form.file} [{form.disposition}]{'  SILENT ERROR' if form.silent else ''}"
            yield from (f"  {sentence[:400]}" for sentence in said)
