"""Other ways to judge the theme, tried for comparison only: spaCy, naive Bayes, votes of sentences, lemmas."""

import random
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np

from classifiers.theme.cases import Text
from classifiers.theme.features import WORD, Features, features_of
from classifiers.theme.fitting import fit
from classifiers.theme.model import QUESTIONS, blended
from classifiers.theme.sentences import sentences_of
from classifiers.theme.teaching import LEAST_GROUPS, answers_of
from classifiers.theme.vectors import Numbers, Vocabulary, vocabulary_of

CONFIG = Path(__file__).parent / "rival.cfg"
Seer = Callable[[str], Features]
Rival = Callable[[Sequence[Text], Sequence[Text], Sequence[Text]], Numbers]
"""(cases, requests put together from them, texts to judge) -> raw figures (texts x questions)."""


def linear(seer: Seer = features_of, decay: float = 3e-4, rounds: int = 80, voting: bool = False) -> Rival:
    """The present classifier with other features, another decay, or an area voted for by the sentences."""

    def figures(cases: Sequence[Text], extra: Sequence[Text], asked: Sequence[Text]) -> Numbers:
        taught = [*cases, *extra]
        vocabulary = _vocabulary(cases, seer)
        rows = vocabulary.matrix([seer(text.text) for text in taught])
        weights, leanings = fit(rows, answers_of(taught), decay, rounds)
        return np.stack([_judged(text.text, seer, vocabulary, weights, leanings, voting) for text in asked])

    return figures


def _vocabulary(cases: Sequence[Text], seer: Seer) -> Vocabulary:
    return vocabulary_of([(text.group, seer(text.text)) for text in cases], LEAST_GROUPS)


def _judged(text: str, seer: Seer, known: Vocabulary, weights: Numbers, leanings: Numbers, voting: bool) -> Numbers:
    parts = [text, *(quote for _, quote in sentences_of(text))]
    whole, *sentences = known.matrix([seer(part) for part in parts]) @ weights + leanings
    figures = blended(whole, sentences)
    if voting and sentences:
        figures[-2:] = (whole[-2:] + np.max(sentences, axis=0)[-2:]) / 2
    return figures


def without(*kinds: str) -> Seer:
    """What is seen, with some kinds of features left out ("i" ideas, "s" stems, "p" pairs, "g" letter groups)."""
    return lambda text: {name: count for name, count in features_of(text).items() if name[0] not in kinds}


def lemmas(text: str) -> Features:
    """What is seen, with lemmas (simplemma, an optional package) instead of stems cut to six letters."""
    lemmatize: Callable[..., str] = import_module("simplemma").lemmatize
    languages = ("ru",) if any("а" <= letter <= "я" for letter in text.lower()) else ("en", "es", "fr", "pt")
    seen = {name: count for name, count in features_of(text).items() if name[0] != "s"}
    for word in WORD.findall(text.lower()):
        if len(word) > 2:
            name = f"s:{lemmatize(word, lang=languages)}"
            seen[name] = seen.get(name, 0.0) + 1
    return seen


def with_bayes(cases: Sequence[Text], extra: Sequence[Text], asked: Sequence[Text]) -> Numbers:
    """The present classifier and naive Bayes on the same features, half and half."""
    vocabulary = _vocabulary(cases, features_of)
    rows = np.minimum(vocabulary.matrix([features_of(text.text) for text in [*cases, *extra]]), 1)
    answers = answers_of([*cases, *extra])
    yes, no = answers.T @ rows + 0.05, (1 - answers).T @ rows + 0.05
    weights = np.log(yes / yes.sum(axis=1, keepdims=True)) - np.log(no / no.sum(axis=1, keepdims=True))
    bayes = vocabulary.matrix([features_of(text.text) for text in asked]) @ weights.T
    plain = linear()(cases, extra, asked)
    return np.asarray(plain / plain.std(axis=0) + (bayes - bayes.mean(axis=0)) / bayes.std(axis=0), np.float32)


def spacy_trial(rounds: int, own: bool = True, letters: bool = False, ensemble: bool = False) -> Rival:
    """spaCy's ``textcat_multilabel``, on its own words or on what ``features.py`` sees."""

    def figures(cases: Sequence[Text], extra: Sequence[Text], asked: Sequence[Text]) -> Numbers:
        from spacy.tokens import Doc
        from spacy.training import Example
        from spacy.util import load_config, load_model_from_config
        from thinc.api import fix_random_seed

        config = load_config(CONFIG, overrides={} if ensemble else _bag(own and not letters))
        if ensemble:
            config["components"]["textcat_multilabel"].pop("model")
        fix_random_seed(config["training"]["seed"])
        nlp = load_model_from_config(config, auto_fill=True)

        def doc(text: str) -> Doc:
            return Doc(nlp.vocab, words=_tokens(text, letters) or ["-"]) if own else nlp.make_doc(text)

        taught = [*cases, *extra]
        golds = [dict(zip(QUESTIONS, map(float, row), strict=True)) for row in answers_of(taught)]
        examples = [Example.from_dict(doc(t.text), {"cats": gold}) for t, gold in zip(taught, golds, strict=True)]
        optimizer = nlp.initialize(lambda: examples)
        dealer = random.Random(1)
        for _ in range(rounds):
            dealer.shuffle(examples)
            for start in range(0, len(examples), 64):
                nlp.update(examples[start : start + 64], sgd=optimizer, drop=0.1)
        said = nlp.pipe([doc(text.text) for text in asked])
        shares = np.array([[one.cats[name] for name in QUESTIONS] for one in said]).clip(1e-6, 1 - 1e-6)
        return np.asarray(np.log(shares / (1 - shares)), np.float32)

    return figures


def _bag(pairs: bool) -> dict[str, int]:
    return {"components.textcat_multilabel.model.ngram_size": 2 if pairs else 1}


def _tokens(text: str, letters: bool) -> list[str]:
    kinds = "isg" if letters else "is"
    return [name for name, count in features_of(text).items() if name[0] in kinds for _ in range(int(count))]
