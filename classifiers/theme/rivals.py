"""Other ways to judge the theme, tried for comparison only: spaCy, naive Bayes, lemmas."""

import random
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np

from classifiers.theme.cases import Text
from classifiers.theme.features import WORD, Features, features_of
from classifiers.theme.fitting import DECAY, fit
from classifiers.theme.measures import QUESTIONS, Measures
from classifiers.theme.offices import without_offices
from classifiers.theme.sentences import clauses_of, sentences_of
from classifiers.theme.teaching import LEAST_GROUPS, answers_of
from classifiers.theme.vectors import Numbers, Vocabulary, vocabulary_of

CONFIG = Path(__file__).parent / "rival.cfg"
Seer = Callable[[str], Features]
Rival = Callable[[Sequence[Text], Sequence[Text], Sequence[Text]], list[Measures]]
"""(cases, requests put together from them, texts to judge) -> their measures."""


def linear(seer: Seer = features_of, decay: float = DECAY, clauses: bool = True) -> Rival:
    """The present classifier with other features, another decay, or without judging the clauses."""

    def judged(cases: Sequence[Text], extra: Sequence[Text], asked: Sequence[Text]) -> list[Measures]:
        taught = [*cases, *extra]
        known = _vocabulary(cases, seer)
        weights, leanings = fit(known.rows([seer(t.text) for t in taught]), answers_of(taught), decay)

        def figures(parts: Sequence[str]) -> Numbers:
            return known.rows([seer(part) for part in parts]).times(weights) + leanings

        return [_measures(text.text, figures, clauses) for text in asked]

    return judged


def _vocabulary(cases: Sequence[Text], seer: Seer) -> Vocabulary:
    return vocabulary_of([(text.group, seer(text.text)) for text in cases], LEAST_GROUPS)


def _measures(text: str, figures: Callable[[Sequence[str]], Numbers], clauses: bool) -> Measures:
    text = without_offices(text)
    sentences = [quote for _, quote in sentences_of(text)] or [text]
    parts = [clause for quote in sentences for clause in clauses_of(quote)] if clauses else [text]
    whole, said, each = figures([text])[0], figures(sentences), figures(parts or [text])
    words, clause_count = float(np.log(max(len(text.split()), 1))), float(np.log(max(len(parts), 1)))
    return Measures(whole, said.max(axis=0), each.max(axis=0), each.min(axis=0), words, clause_count, said)


def of_wholes(texts: Sequence[Text], figures: Numbers) -> list[Measures]:
    """The measures of a rival that only sees whole texts."""
    lengths = [float(np.log(max(len(text.text.split()), 1))) for text in texts]
    return [Measures(row, row, row, row, length, 0.0, row[None]) for row, length in zip(figures, lengths, strict=True)]


def without(*kinds: str) -> Seer:
    """What is seen, with some kinds of features left out (the letters of `features_of`)."""
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


def with_bayes(cases: Sequence[Text], extra: Sequence[Text], asked: Sequence[Text]) -> list[Measures]:
    """Naive Bayes on the same features."""
    vocabulary = _vocabulary(cases, features_of)
    rows = vocabulary.rows([features_of(text.text) for text in [*cases, *extra]])
    rows = rows._replace(values=np.minimum(rows.values, 1))
    answers = answers_of([*cases, *extra])
    yes, no = rows.turned_times(answers) + 0.05, rows.turned_times(1 - answers) + 0.05
    weights = np.log(yes / yes.sum(axis=0)) - np.log(no / no.sum(axis=0))
    figures = vocabulary.rows([features_of(text.text) for text in asked]).times(np.asarray(weights, np.float32))
    return of_wholes(asked, np.asarray((figures - figures.mean(axis=0)) / figures.std(axis=0), np.float32))


def spacy_trial(rounds: int, own: bool = True, letters: bool = False, ensemble: bool = False) -> Rival:
    """spaCy's ``textcat_multilabel``, on its own words or on what ``features.py`` sees."""

    def judged(cases: Sequence[Text], extra: Sequence[Text], asked: Sequence[Text]) -> list[Measures]:
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
        return of_wholes(asked, np.asarray(np.log(shares / (1 - shares)), np.float32))

    return judged


def _bag(pairs: bool) -> dict[str, int]:
    return {"components.textcat_multilabel.model.ngram_size": 2 if pairs else 1}


def _tokens(text: str, letters: bool) -> list[str]:
    kinds = "isg" if letters else "is"
    return [name for name, count in features_of(text).items() if name[0] in kinds for _ in range(int(count))]
