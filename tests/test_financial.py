"""Requests for money, told from mere mentions: sentences in five languages, both sides (data/financial.tsv)."""

import csv
from collections import Counter
from pathlib import Path
from typing import cast

import pytest

from classifiers.money import money_mentions
from classifiers.payers import Stance

TABLE = Path(__file__).with_name("data") / "financial.tsv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def finding(row: dict[str, str]) -> str:
    found = {
        mention.finding for mention in money_mentions(row["sentence"], cast(Stance, row["stance"]), row["language"])
    }
    return "asks" if "asks" in found else "unclear" if found else "none"


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ru"])
def test_at_least_95_in_100_sentences_of_each_language_are_judged_right(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language]
    wrong = [row["sentence"] for row in rows if finding(row) != row["finding"]]
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_both_sides_are_in_the_table() -> None:
    counts = Counter((row["language"], row["finding"] == "none") for row in ROWS)
    assert all(counts[language, side] >= 12 for language in ("en", "fr", "es", "pt", "ru") for side in (True, False))


def test_the_sentence_that_asks_is_quoted_as_written() -> None:
    text = "The Board provides the hall. We ask SOCIEUX+ to buy ten laptops. Two drivers help."
    assert [m.sentence for m in money_mentions(text, "own", "en")] == ["We ask SOCIEUX+ to buy ten laptops."]


def test_a_list_behind_a_colon_is_read_with_its_opening() -> None:
    text = "We request from SOCIEUX+:\n- 20 laptops;\n- 2 vehicles."
    assert money_mentions(text, "own", "en")[0].finding == "asks"


def test_english_answers_on_a_french_form_are_read_as_english() -> None:
    text = "We ask the facility to pay the salaries of the three assistants for the whole of the year."
    assert money_mentions(text, "own", "fr")[0].finding == "asks"


@pytest.mark.parametrize(
    ("language", "text", "finding"),
    [
        ("ru", "Просим SOCIEUX+ закупить для инспекции сорок планшетов.", "asks"),
        ("en", "We ask SOCIEUX+ to buy for the Ministry forty laptops.", "asks"),
        ("fr", "Nous prions SOCIEUX+ de prendre à sa charge les perdiems des participants.", "asks"),
        ("fr", "Nous prions SOCIEUX+ de prendre à sa charge les perdiems des trente formateurs.", "unclear"),
        ("es", "Quisiéramos trabajar con sus equipos.", None),
        ("es", "Pedimos equipos para la oficina.", "asks"),
    ],
)
def test_for_whom_something_is_bought_does_not_pay(language: str, text: str, finding: str | None) -> None:
    found = money_mentions(text, "own", language)
    assert (found[0].finding if found else None) == finding
