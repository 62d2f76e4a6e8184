"""The thematic area of a request: loading the model, and each judgement, beside a bare spaCy ``textcat_multilabel``.

The requests are put together from the corpus at the length of a request; the rival is untrained, which costs the same.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.children import measured
from benchmarks.figures import ROUNDS, Figure, at_most, busy, only_told, pair

LOADING, JUDGING, REQUESTS = 0.5, 15.0, 60


def theme(_: Path) -> Iterator[Figure]:
    """Five processes, each meeting its requests for the first time."""
    rounds: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        for name, figures in measured("theme", str(turn)).items():
            rounds.setdefault(name, []).extend(figures)
    words = f"requests of {min(rounds['words']):.0f} to {max(rounds['words']):.0f} words on average"
    yield at_most("theme: loading the model, seconds", rounds["loading"], LOADING, "cpu", "numpy already there")
    yield at_most("theme: one request, milliseconds", rounds["judging"], JUDGING, "cpu", words)
    yield only_told("theme: one request / bare spaCy textcat_multilabel", rounds["ratio"], "cpu", "BOW, 33 labels")


def _measure(turn: int) -> dict[str, list[float]]:
    from classifiers.theme.cases import read_corpus, texts_of
    from classifiers.theme.teaching import composites_of

    corpora = read_corpus()
    requests = [text.text for text in composites_of(texts_of(corpora), corpora, REQUESTS + 10, seed=900 + turn)]
    from classifiers.theme import judge_theme_text

    start = time.process_time()
    judge_theme_text("")
    loading = time.process_time() - start
    rival = _rival()
    for text in requests[:10]:
        judge_theme_text(text)
        rival(text)
    asked = requests[10:]
    judging = busy(lambda: [judge_theme_text(text) for text in asked]) / len(asked) * 1000
    ratio = pair(
        lambda: [judge_theme_text(text) for text in asked], lambda: [rival(text) for text in asked], turn, busy
    )
    length = sum(len(text.split()) for text in requests) / len(requests)
    return {"loading": [loading], "judging": [judging], "ratio": [ratio], "words": [length]}


def _rival() -> Callable[[str], object]:
    import spacy
    from spacy.training import Example

    from classifiers.theme.measures import QUESTIONS

    nlp = spacy.blank("xx")
    nlp.add_pipe("textcat_multilabel", config={"model": BAG})
    cats = dict.fromkeys(QUESTIONS, 0.0)
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("-"), {"cats": cats})])
    return nlp


BAG = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "length": 262144,
    "ngram_size": 1,
    "no_output_layer": False,
}

if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
