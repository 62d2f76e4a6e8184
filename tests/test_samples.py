"""The sample forms: each record is as the gold record beside it says, and the folder holds nothing else."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from flows.process import process_bytes
from pipeline.gold import load_gold as load
from pipeline.records import Arrival, Record
from tests.goldens import differences, is_silent_error

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((ROOT / "sample_forms").glob("*.gold.json"))
HARD = sorted((Path(__file__).parent / "hard_forms").glob("*.gold.json"))
TODAY = date(2026, 11, 22)


def _record(path: Path) -> Record:
    form = path.parent / load(path).file
    return process_bytes(form.read_bytes(), Arrival(filename=form.name), TODAY)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name.removesuffix(".gold.json"))
def test_the_record_of_a_sample_form_is_its_gold_record(path: Path) -> None:
    assert differences(load(path), _record(path)) == []


def test_every_form_has_a_gold_record_and_every_gold_record_a_form() -> None:
    forms = {path.name for path in (ROOT / "sample_forms").iterdir() if not path.name.endswith(".gold.json")}
    assert forms == {load(path).file for path in SAMPLES}


def test_there_are_forms_of_every_language_kind_and_format() -> None:
    golds = [load(path) for path in SAMPLES]
    assert len(golds) >= 20
    assert min(Counter(gold.language for gold in golds).values()) >= 4
    assert len({gold.language for gold in golds}) == 5
    assert {gold.form_kind for gold in golds} == {"full", "simplified"}
    assert {gold.text_origin for gold in golds} >= {"word", "pdf_text", "pdf_form"}


def test_a_gold_record_that_says_something_else_is_noticed() -> None:
    gold, record = load(SAMPLES[0]), _record(SAMPLES[0])
    fields = {key: value for key, value in gold.fields.items() if key != "title"}
    fields["institution_name"] = "Another Institution Altogether"
    checks = gold.checks | {"form_signed": "not_applicable"}
    changed = gold.model_copy(update={"fields": fields, "checks": checks})
    assert len(differences(changed, record)) == len(differences(gold, record)) + 3


def test_hard_forms_are_mostly_read_and_never_silently_wrong() -> None:
    """Odd wordings and layouts, each form its own: more than nine fields in ten are right, and doubt is said."""
    right = fields = silent = 0
    for path in HARD:
        gold, record = load(path), _record(path)
        wrong = {line.split(":")[0] for line in differences(gold, record)}
        fields += len(gold.fields)
        right += sum(key not in wrong for key in gold.fields)
        silent += is_silent_error(gold, record)
    assert right >= 0.93 * fields
    assert silent <= MOST_SILENT


MOST_SILENT = 1
"""Silent errors on the hard forms; it was 5 once. The one left is a place in a narrow column that a line cuts without a
hyphen (fr301: “Antananari vo”)."""
