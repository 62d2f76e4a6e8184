"""A short run of the fuzzer's targets: the same mutants each time (the long run is ``tests.cabinet.fuzz``)."""

import pytest

from tests.cabinet.targets import TARGETS, mutants, seeds, tried

NUMBERS = {"word": 400, "form": 60, "package": 600, "mail": 300}
"""As many as a few seconds allow."""


@pytest.mark.parametrize("target", TARGETS)
def test_no_accident_gives_anything_but_a_document_or_a_refusal(target: str) -> None:
    for data in (*seeds(target), *mutants(target, NUMBERS[target])):
        tried(target, data)
