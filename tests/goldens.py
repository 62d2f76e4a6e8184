"""Compares a record with the gold record beside a form, more strictly than `socieux evaluate forms` does."""

from rapidfuzz.fuzz import ratio

from flows.likeness import Likeness, bare
from flows.marking import Marked, mark
from pipeline.gold import Gold
from pipeline.questions import ValueKind
from pipeline.records import Activity, FieldContent, Record

ALIKE = 97.0
"""Likeness in per cent from which two texts count as the same: punctuation and spaces do not matter."""


def differences(gold: Gold, record: Record) -> list[str]:
    """Every difference between gold and record; an empty list if there is none."""
    marked = marked_strictly(gold, record)
    beside = (*marked.states, *marked.facts, *marked.signature, *marked.outcome)
    return [each.sentence for each in (*marked.wrong, *beside) if not each.right]


def is_silent_error(gold: Gold, record: Record) -> bool:
    """True for a record that says ``ready`` while something in it is wrong, or a person is needed."""
    marked = marked_strictly(gold, record)
    beside = (*marked.facts, *marked.signature)
    return marked.silent or (record.disposition == "ready" and not all(each.right for each in beside))


def marked_strictly(gold: Gold, record: Record) -> Marked:
    """Marked so that every text, however long, and every cell must be the same but for a slip."""
    return mark(gold, record, _same)


def _same(kind: ValueKind, wanted: FieldContent, given: FieldContent) -> Likeness:
    if kind in ("choices", "languages"):
        return Likeness(sorted(map(str, _parts(wanted))) == sorted(map(str, _parts(given))))
    if isinstance(wanted, list):
        these, those = _parts(wanted), _parts(given)
        return Likeness(len(these) == len(those) and all(map(_alike, these, those)))
    return Likeness(_alike(wanted, given))


def _parts(value: FieldContent) -> list[str | Activity]:
    return list(value) if isinstance(value, list) else []


def _alike(wanted: object, given: object) -> bool:
    if isinstance(wanted, Activity) and isinstance(given, Activity):
        return all(_alike(getattr(wanted, cell), getattr(given, cell)) for cell in Activity.model_fields)
    if isinstance(wanted, str) and isinstance(given, str):
        return ratio(bare(wanted), bare(given)) >= ALIKE
    return wanted == given
