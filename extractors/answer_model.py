"""The trained reader of answers: which question a text answers, whatever the form prints above it.

It is a second witness beside the labels: of two wordings alike in meaning the answers are often plain. Its file is
written by ``python -m extractors.train_answers`` from ``extractors/answer_examples``.
"""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from extractors.persons import looks_like_person
from extractors.text_model import load_model
from pipeline.languages import says_nothing

FILE = Path(__file__).parent / "answer_model.npz"
FEWEST = 2
"""Words an answer must have to say what it answers."""
SURELY = 0.9
"""Probability from which a text is a person's name."""


KIND_OF = {
    "pair:head": "person",
    "pair:contact": "person",
    "pair:signatory": "person",
    "supporting_entity_name": "institution_name",
    "institution_address": "address",
    "head_name": "person",
    "contact_name": "person",
    "signatory_name": "person",
    "head_position": "post",
    "contact_position": "post",
    "signatory_position": "post",
    "signature_place": "place",
    "event_place": "place",
}
"""What several questions ask."""


BESIDE = frozenset({"signing"})
"""Kinds of text that answer no question: what stands beside a signature."""
NEAR = {
    "expertise_sought": ("preferred_experience",),
    "contribution_sought": ("expertise_sought",),
    "event_place": ("address", "institution_name"),
    "supporting_entity_name": ("supporting_entity_role",),
    "pair:head": ("post",),
    "pair:contact": ("post",),
    "pair:signatory": ("post",),
}
"""What is often answered with another question: experts "from Austria", two speakers as the contribution, the hall of
a ministry, a partner's office for the country."""


def kind_of(key: str) -> str:
    """What answers the question ``key``: its own answers, or those of a kind."""
    return KIND_OF.get(key, key)


def kinds_of(key: str) -> tuple[str, ...]:
    """The kinds of answers that ``key`` is given, its own first."""
    return (kind_of(key), *NEAR.get(key, ()))


@lru_cache(maxsize=20_000)
def chances(text: str, language: str) -> Mapping[str, float]:
    """How likely ``text`` is of each kind the model knows, if it is of one of them; empty for a single word and for
    "not applicable", which answers any question."""
    if len(text.split()) < FEWEST or says_nothing(text, language):
        return {}
    model = load_model(FILE)
    found = model.probabilities(text, language)
    return dict(zip(model.keys, map(float, found), strict=True))


def is_person(text: str, language: str) -> bool:
    """True for what is surely a person's name and no question: “Mr Besnik Krasniqi”, but not “Full Name”."""
    return looks_like_person(text) and chances(text, language).get("person", 0.0) >= SURELY


def read_ahead(texts: Iterable[str], language: str) -> None:
    """Make ``chances`` quick for these texts, by working them out together."""
    load_model(FILE).read_ahead((text for text in texts if len(text.split()) >= FEWEST), language)


def weight_of(key: str, text: str, language: str) -> float:
    """Between -2.5 and 1: how much ``text`` speaks for ``key`` as its question; 0 where it tells nothing."""
    found = chances(text, language)
    if kind_of(key) not in found:
        return 0.0
    chance = sum(found[kind] for kind in kinds_of(key))
    even = 1 / len(found)
    return max(-2.5, min(1.0, math.log(max(chance, 1e-6) / even) / math.log(1 / even)))
