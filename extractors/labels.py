"""Labels: which question a printed text asks, by the words of one language.

A label is compared word by word: words that stand in the labels of few questions weigh much, words that stand in many
("of", "institution") weigh little; a word matches itself, an inflection of itself or a typing error of itself.
The score is the weighted F1 of the two word sets (van Rijsbergen 1979), so order does not matter and small additions
cost little. Labels are data: ``pipeline/languages``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Prefix
from rapidfuzz.process import cdist

from extractors.form_speech import LAST_BRACKET
from extractors.label_model import guesses, read_ahead
from extractors.label_words import Row, position_words, rows_of, shares_of, weights_of
from extractors.numbering import without_number
from pipeline.folding import fold, whole_words
from pipeline.languages import LanguageData, load_language

BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_DASH = re.compile(r"\s[–—-]\s")
_LISTED = re.compile(r"[,;/&+()]|\s[–—-]\s")
REQUIRED_MARK = re.compile(r"\*+\s*[:：]?\s*$|\*\s")
UNKNOWN_WEIGHT = 0.55
STEM_MATCH, ABBREVIATED = 0.92, 0.8
LONGEST, KEPT = 40, 20_000
"""Words in the longest text compared with labels; how many texts are remembered with what they may ask."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One label of the data: its group (labels, short, section, title, pair), its key and its words."""

    group: str
    key: str
    words: tuple[str, ...]
    weight: float


class Hit(NamedTuple):
    """A text read as a label: what it asks, and how well it fits (0 to 1)."""

    group: str
    key: str
    score: float


Meaning = tuple[str, str]
"""What a label asks: its group and its key."""


LEAST_LIKELY = 0.07
"""How likely a wording asks something, at least, to be a guess at it."""


class Sense(NamedTuple):
    """A word as the labels know it: the words it may be, with likeness; the weight it adds to a text compared with
    labels; the weight it adds to the vote of the words, and its own votes (one per question, or None)."""

    near: tuple[tuple[str, float], ...]
    weight: float
    voice: float
    votes: NDArray[np.float64] | None


class Lexicon:
    """The labels of one language, ready for comparison."""

    def __init__(self, data: LanguageData, rows: list[Row] | None = None) -> None:
        self.data = data
        rows = rows_of(data) if rows is None else rows
        self._weights = weights_of(rows)
        self._asks = any(group == "label" for group, _, _ in rows)
        self.entries = [self._entry(*row) for row in rows]
        self._exact: dict[tuple[str, ...], list[int]] = {}
        self._postings: dict[str, list[int]] = {}
        self._by_start: dict[str, list[str]] = {}
        self._index()
        self._senses: dict[str, Sense] = {}
        self._cache: dict[str, tuple[Hit, ...]] = {}
        self._shares = shares_of(rows, data)
        for word in self._shares:
            if word not in self._postings:
                self._postings[word] = []
                self._by_start.setdefault(word[:2], []).append(word)
                self._weights.setdefault(word, 0.8)
        self._names = list(dict.fromkeys(key for row in self._shares.values() for key in row))
        self._votes = {w: np.array([row.get(key, 0.0) for key in self._names]) for w, row in self._shares.items()}
        self._by_stem: dict[str, list[str]] = {}
        for word in self._postings:
            if len(word) > 3:
                self._by_stem.setdefault(word[:4], []).append(word)
        self._places = {word: np.array(numbers, np.int64) for word, numbers in self._postings.items()}
        self._heavy = np.array([entry.weight for entry in self.entries])
        self._firsts = _beginnings(self.entries)
        self._meanings = [(self.entries[first].group, self.entries[first].key) for first in self._firsts.tolist()]
        self._positions = position_words(data, self._shares)
        self._of_persons = whole_words(data.marks.person)
        self._optional = whole_words(data.marks.optional)
        self._required = whole_words(data.marks.required)
        self._required_phrases = whole_words(text for text in data.marks.required if " " in text)
        self._remarks = frozenset(fold(text) for text in (*data.marks.optional, *data.marks.required))
        self._and = whole_words(data.rules["money"]["and"])
        self._not_kept = frozenset(fold(label) for label in data.marks.not_kept)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """What ``text`` may ask, best first; nothing below a score of 0.5."""
        if text not in self._cache:
            self.read_ahead([text])
        return self._cache[text]

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Work out the hits of several texts at once, which takes less time than one after the other."""
        new = [text for text in dict.fromkeys(texts) if text not in self._cache]
        if not new:
            return
        if len(self._cache) + len(new) > KEPT:
            self._cache.clear()
        self._cache.update(zip(new, self._search(new), strict=True))

    def exact(self, text: str) -> bool:
        """True if the text is, word for word, a label of this language."""
        return tuple(fold(without_number(text)).split()) in self._exact

    def says_optional(self, text: str) -> bool:
        """True if the label itself says that the question may stay empty."""
        return self._optional.search(f" {fold(text)} ") is not None

    def says_required(self, text: str) -> bool:
        """True if the label carries an asterisk or says that it must be answered: in brackets, behind a dash or in
        several words. “Required profile of the experts” does not."""
        if self.says_optional(text):
            return REQUIRED_MARK.search(text) is not None  # “(not compulsory)”
        aside = [*BRACKET.findall(text), *_DASH.split(text)[1:]]
        said = any(self._required.search(f" {fold(part)} ") for part in aside)
        return said or bool(REQUIRED_MARK.search(text) or self._required_phrases.search(f" {fold(text)} "))

    def is_remark(self, text: str) -> bool:
        """True if the text says that the question may stay empty or must be answered, and no more."""
        return fold(text) in self._remarks

    def ends_in_remark(self, text: str) -> bool:
        """True for “Its part (optional)” and “Its part – optional”: only a form prints that."""
        bracket = LAST_BRACKET.search(text)
        if bracket is not None and self.is_remark(bracket[1]):
            return True
        words, dash, remark = text.rpartition(" – ")
        return bool(dash) and any(map(str.isalpha, words)) and self.is_remark(remark.rstrip(" :*"))

    def asks_position(self, text: str) -> bool:
        """True if a word of the label asks for somebody's post."""
        return any(known in self._positions for word in fold(text).split() for known, _ in self._sense(word).near[:1])

    def names_person(self, text: str) -> bool:
        """True if a word of the label is used of persons' names only: surname, prénom, отчество."""
        return self._of_persons.search(f" {fold(text)} ") is not None

    def is_not_kept(self, text: str) -> bool:
        """True for a label that asks what the record has no place for: a fax."""
        words = without_number(text)
        return fold(words) in self._not_kept or fold(BRACKET.sub(" ", words)) in self._not_kept

    def knows(self, word: str) -> bool:
        """True if the folded word stands in a label."""
        return word in self._postings

    # ------------------------------------------------------------------------------------------ building
    def _entry(self, group: str, key: str, words: tuple[str, ...]) -> Entry:
        return Entry(group, key, words, sum(self._weights[w] for w in set(words)))

    def _index(self) -> None:
        for number, entry in enumerate(self.entries):
            self._exact.setdefault(entry.words, []).append(number)
            for word in set(entry.words):
                self._postings.setdefault(word, []).append(number)
        for word in self._postings:
            self._by_start.setdefault(word[:2], []).append(word)

    # ------------------------------------------------------------------------------------------ searching
    def _search(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        plain = [self.bare(text) for text in texts]
        asking = [at for at, text in enumerate(plain) if not self.is_not_kept(text)]
        inner = [at for at in asking if "(" in plain[at] or "[" in plain[at]]
        variants = [plain[at] for at in asking] + [BRACKET.sub(" ", plain[at]) for at in inner]
        best: list[dict[Meaning, float]] = [{} for _ in texts]
        for number, (at, found) in enumerate(zip(asking + inner, self._scores(variants), strict=True)):
            for meaning, score in found:
                share = 1.0 if number < len(asking) else 0.985
                best[at][meaning] = max(best[at].get(meaning, 0.0), score * share)
        said = [plain[at] for at in asking]
        for at, votes, learnt in zip(asking, self._votes_of(said), self._learnt(said), strict=True):
            best[at] |= {("guess", key): 0.95 * share for key, share in votes}
            for meaning, score in learnt:
                best[at][meaning] = max(best[at].get(meaning, 0.0), score)
        for at in asking:
            if self._asks and len(plain[at]) < 80 and self._asks_both(plain[at]):
                best[at]["short", "name_and_position"] = 1.0
        return [_ranked(each) for each in best]

    def _asks_both(self, text: str) -> bool:
        """True for “Surname, first name and position”: only names and posts, one after the other."""
        listed = (self._and.sub(" , ", f" {fold(part)} ").split(",") for part in _LISTED.split(text))
        asked = [self._person_or_post(part.strip()) for parts in listed for part in parts if part.strip()]
        return {"name", "position"} == set(asked)

    def _person_or_post(self, words: str) -> str:
        keys = {self.entries[number].key for number in self._exact.get(tuple(words.split()), ())}
        if "name" in keys or self._of_persons.fullmatch(f" {words} "):
            return "name"
        return "position" if "position" in keys else ""

    def _learnt(self, texts: Sequence[str]) -> Iterator[list[tuple[Meaning, float]]]:
        """What the classifier takes each wording for that may stand in no list."""
        if self._asks:
            read_ahead(texts, self.data.language)
        for text in texts:
            found: list[tuple[Meaning, float]] = []
            for name, probability in guesses(text, self.data.language) if self._asks else ():
                key = name.removeprefix("short:")
                if key not in ("none", "activity column") and probability >= LEAST_LIKELY:
                    group = "guess" if key == name else "short"
                    found.append(((group, key), min(0.88, 0.46 + 0.5 * probability**0.7)))
            yield found

    def bare(self, text: str) -> str:
        """The text without its number, its asterisks and what says whether it must be answered."""
        text = without_number(text).replace("*", " ")
        for bracket in BRACKET.findall(text):
            inner = f" {fold(bracket)} "
            if self._optional.search(inner) or self._required.search(inner):
                text = text.replace(bracket, " ")
        label, dash, behind = text.rpartition("–" if "–" in text else "-")
        return label if dash and self.is_remark(behind) else text

    def _scores(self, texts: Sequence[str]) -> list[list[tuple[Meaning, float]]]:
        """How well each text fits the labels of each meaning; nothing below 0.5."""
        found: list[list[tuple[Meaning, float]]] = []
        known: dict[int, dict[str, float]] = {}
        totals: list[float] = []
        for at, text in enumerate(texts):
            words = tuple(fold(text).split())
            exact = self._exact.get(words, ()) if words else ()
            found.append([((self.entries[n].group, self.entries[n].key), 1.0) for n in exact])
            if not exact and 0 < len(words) <= LONGEST:
                near, total = self._near(words)
                if near:
                    known[at] = near
                    totals.append(total)
        for at, fitting in zip(known, self._fitting(list(known.values()), totals), strict=True):
            found[at] = fitting
        return found

    def _near(self, words: Iterable[str]) -> tuple[dict[str, float], float]:
        """The words of labels that these may be, with their likeness, and the weight of these."""
        near: dict[str, float] = {}
        total = 0.0
        for word in dict.fromkeys(words):
            sense = self._sense(word)
            total += sense.weight
            for other, similarity in sense.near:
                if similarity > near.get(other, 0.0):
                    near[other] = similarity
        return near, total

    def _fitting(
        self, known: Sequence[Mapping[str, float]], totals: Sequence[float]
    ) -> Iterator[list[tuple[Meaning, float]]]:
        """For each text the meanings with a label whose words are matched well enough: all labels weighed at once."""
        if not known:
            return
        size = len(self.entries)
        places = [self._places[word] + at * size for at, each in enumerate(known) for word in each]
        weights = [self._weights[word] * similarity for each in known for word, similarity in each.items()]
        shares = np.repeat(weights, [len(p) for p in places])
        mass = np.bincount(np.concatenate(places), shares, len(known) * size).reshape(len(known), size)
        fit = 2 * mass / (np.array(totals)[:, None] + self._heavy)
        scores = np.maximum.reduceat(fit, self._firsts, axis=1)
        for row in scores:
            good = np.flatnonzero(row >= 0.5)
            yield [(self._meanings[place], min(float(row[place]), 0.99)) for place in good.tolist()]

    def _votes_of(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """What wordings that stand in no list may ask: each word votes for the questions whose labels use it."""
        found: list[list[tuple[str, float]]] = [[] for _ in texts]
        votes: list[NDArray[np.float64]] = []
        starts: dict[int, int] = {}
        totals: list[float] = []
        for at, text in enumerate(texts):
            # in a short list of options an article would speak for the option that happens to have it
            words = dict.fromkeys(word for word in fold(text).split() if self._asks or len(word) > 3)
            senses = [self._sense(word) for word in words]
            own = [sense.votes for sense in senses if sense.votes is not None]
            if own:
                starts[at] = len(votes)
                totals.append(sum(sense.voice for sense in senses))
                votes += own
        if not votes:
            return found
        shares = np.add.reduceat(np.stack(votes), list(starts.values()), axis=0) / np.array(totals)[:, None]
        best = np.argsort(-shares, axis=1, kind="stable")[:, :4]
        for at, row, places in zip(starts, shares, best.tolist(), strict=True):
            ranked = [(self._names[place], float(row[place])) for place in places]
            found[at] = [(key, min(0.84, 0.42 + 0.55 * share)) for key, share in ranked if share >= 0.16]
        return found

    def _sense(self, word: str) -> Sense:
        sense = self._senses.get(word)
        if sense is None:
            if len(self._senses) > 50_000:
                self._senses.clear()
            sense = self._senses[word] = self._find_sense(word)
        return sense

    def _find_sense(self, word: str) -> Sense:
        near = self._find_near(word)
        if not near:
            return Sense(near, UNKNOWN_WEIGHT if len(word) > 2 else 0.12, 0.3 if len(word) > 3 else 0.05, None)
        weight = max(self._weights[known] * similarity for known, similarity in near)
        known, similarity = max(near[:2], key=lambda pair: pair[1] * self._weights[pair[0]])
        voice = self._weights[known]
        votes = voice * similarity * self._votes[known] if known in self._votes else None
        return Sense(near, weight, voice, votes)

    def _find_near(self, word: str) -> tuple[tuple[str, float], ...]:
        exact = [(word, 1.0)] if word in self._postings else []
        if len(word) < 3 or len(word) == 3 and exact:
            return tuple(exact)
        if len(word) > 3:
            stems = [known for known in self._by_stem.get(word[:4], ()) if known != word and _same_stem(word, known)]
            exact += [(known, STEM_MATCH) for known in stems]
        if len(word) > 3 and word not in self._postings:
            exact += self._mistyped(word, {known for known, _ in exact})
        if not exact and len(word) <= 7:  # an abbreviation: "Inst. addr.", "Ожид. рез."
            exact = [(known, ABBREVIATED) for known in self._by_start.get(word[:2], ()) if known.startswith(word)]
        return tuple(sorted(exact, key=lambda pair: -pair[1])[:6])

    def _mistyped(self, word: str, stems: set[str]) -> list[tuple[str, float]]:
        """Known words that differ from this one by little, with their likeness."""
        names, least = self._by_start.get(word[:2], []), 80.0 if len(word) > 5 else 86.0
        if not names:
            return []
        alike = cdist([word], names, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float64)[0]
        near = [(names[place], float(alike[place]) / 100) for place in np.flatnonzero(alike).tolist()]
        return [(known, ratio) for known, ratio in near if len(known) > 3 and known not in stems and known != word]


def _ranked(best: Mapping[Meaning, float]) -> tuple[Hit, ...]:
    ranked = sorted(best.items(), key=lambda item: -item[1])
    return tuple(Hit(group, key, score) for (group, key), score in ranked if score >= 0.5)


def _beginnings(entries: list[Entry]) -> NDArray[np.int64]:
    """Where the labels of each meaning begin; those of one meaning stand together."""
    changes = [at for at, (a, b) in enumerate(pairwise(entries), 1) if (a.group, a.key) != (b.group, b.key)]
    return np.array([0, *changes] if entries else [], np.int64)


def _same_stem(a: str, b: str) -> bool:
    common = Prefix.similarity(a, b)
    longest = max(len(a), len(b))
    return common >= 5 and common >= 0.74 * longest or common == 4 and longest <= 5


@cache
def lexicon(code: str) -> Lexicon:
    """The labels, headings and titles of a language."""
    return Lexicon(load_language(code))


@cache
def column_lexicon(code: str) -> Lexicon:
    """The columns of the activities table in a language, and the word for an activity (key ``heading``)."""
    data = load_language(code)
    rows = [("column", key, tuple(fold(text).split())) for key, texts in data.activity.items() for text in texts]
    return Lexicon(data, [row for row in rows if row[2]])


@cache
def option_lexicon(code: str, key: str) -> Lexicon:
    """The options of a choice question in a language."""
    data = load_language(code)
    options = data.options.get(key, {})
    return Lexicon(
        data, [("option", name, tuple(fold(text).split())) for name, texts in options.items() for text in texts]
    )
