"""In what two readings of the same request differ, named by what differs and never by what stands there."""

from collections.abc import Iterator

from pipeline.records import Record


def differences(earlier: Record, later: Record) -> tuple[str, ...]:
    """The parts that say something else: disposition, document, single fields, signature, theme, single checks.

    How sure the machine is, where it read, and how it words a reason do not count."""
    return tuple(_differences(earlier, later))


def _differences(earlier: Record, later: Record) -> Iterator[str]:
    if earlier.disposition != later.disposition:
        yield "disposition"
    if earlier.document.model_dump(exclude={"edition"}) != later.document.model_dump(exclude={"edition"}):
        yield "document"
    for key in sorted({*earlier.fields, *later.fields}):
        before, after = earlier.fields.get(key), later.fields.get(key)
        if (before and (before.state, before.value)) != (after and (after.state, after.value)):
            yield key
    marks = [(each.signature.mark, each.signature.kind, each.signature.digital) for each in (earlier, later)]
    if marks[0] != marks[1]:
        yield "signature"
    if earlier.theme.area != later.theme.area:
        yield "theme"
    before_checks, after_checks = _outcomes(earlier), _outcomes(later)
    yield from (
        rule for rule in sorted({*before_checks, *after_checks}) if before_checks.get(rule) != after_checks.get(rule)
    )


def _outcomes(record: Record) -> dict[str, str]:
    return {check.rule: check.outcome for check in record.eligibility.checks}
