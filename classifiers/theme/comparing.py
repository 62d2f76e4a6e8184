"""Ways to judge the theme side by side: `python -m classifiers.theme.comparing [NAME...]` writes the table.

Taught four fifths of the training side, asked the last fifth of it; the cases held back take no part."""

import sys
import time
from collections.abc import Mapping

import numpy as np
import rtoml

from classifiers.theme.cases import read_corpus, texts_of
from classifiers.theme.evaluate import ALONE, measure
from classifiers.theme.model import HERE
from classifiers.theme.rivals import Rival, lemmas, linear, spacy_trial, with_bayes, without
from classifiers.theme.teaching import COMPOSITES, TAUGHT, WIDE, composites_of, folds_of, is_held_back
from classifiers.theme.train import card_for, write_between

RESULTS = HERE / "comparison.toml"
RIVALS: Mapping[str, Rival] = {
    "logistic regression on ideas, couples, stems, pairs, letter groups; clauses (this one)": linear(),
    "the same, clauses not judged by themselves": linear(clauses=False),
    "the same, decay 3e-4": linear(decay=3e-4),
    "the same, without the word lists (ideas)": linear(without("i", "c")),
    "the same, without couples of ideas": linear(without("c")),
    "the same, without letter groups": linear(without("g")),
    "the same, lemmas (simplemma) for stems": linear(lemmas),
    "naive Bayes on the same features": with_bayes,
    "spaCy textcat_multilabel, BOW on ideas and stems, 8 rounds": spacy_trial(8),
    "spaCy textcat_multilabel, BOW on ideas, stems and letter groups, 8 rounds": spacy_trial(8, letters=True),
    "spaCy textcat_multilabel, BOW on its own words, 8 rounds": spacy_trial(8, own=False),
    "spaCy textcat_multilabel, BOW on its own words, 30 rounds": spacy_trial(30, own=False),
    "spaCy textcat_multilabel, ensemble of BOW and CNN, its own words, 4 rounds": spacy_trial(
        4, own=False, ensemble=True
    ),
}
HEAD = (
    "| classifier | area right, all | area right where judged | not judged | out of scope found | topics F1 "
    "| right topic in first three | processor seconds |\n|---|---|---|---|---|---|---|---|\n"
)


def main(wanted: list[str]) -> None:
    """Measure the rivals whose names contain one of the words, or all; the others keep the figures they have."""
    corpora = read_corpus()
    alone = (TAUGHT, WIDE)
    side = [text for text in texts_of(corpora) if not is_held_back(text.group) and not text.group.startswith(alone)]
    folds = folds_of(side, 5)
    cases = [text for text in side if folds[text.group]]
    asked = [text for text in side if not folds[text.group] and text.length in ALONE]
    extra = composites_of(cases, corpora, COMPOSITES, seed=0)
    for name, rival in RIVALS.items():
        if not wanted or any(word in name for word in wanted):
            start = time.process_time()
            judged = rival(cases, extra, asked)
            said = measure(asked, judged, card_for(asked, judged, ""))
            shares = (said.area_accuracy_all, said.area_accuracy, said.abstaining, said.out_of_scope_recall or 0.0)
            row = [*shares, said.topic_f1, said.right_in_three or 0.0, time.process_time() - start]
            known = _known() | {name: [float(np.round(share, 3)) for share in row]}
            print(name, known[name], flush=True)
            RESULTS.write_text(_printed(known), "utf-8")
    known = _known()
    write_between("comparison", HEAD + "".join(_row(name, known[name]) for name in RIVALS if name in known))


def _known() -> dict[str, list[float]]:
    """The figures measured before; another run may have added some meanwhile."""
    return rtoml.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}


def _printed(known: Mapping[str, list[float]]) -> str:
    rows = "".join(f'"{name}" = {row}\n' for name, row in known.items())
    return "# Written by `python -m classifiers.theme.comparing`; the columns are those of its HEAD.\n" + rows


def _row(name: str, row: list[float]) -> str:
    return f"| {name} | " + " | ".join(f"{share:.3f}" for share in row[:-1]) + f" | {row[-1]:.0f} |\n"


if __name__ == "__main__":
    main(sys.argv[1:])
