"""Which of a question's options a printed or typed text names."""

import re
from collections import Counter
from functools import cache, lru_cache

from extractors.labels import Lexicon, option_lexicon
from extractors.layout import DOTTED
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language

CLEAR = 0.6
"""Score from which a printed option is one of ours."""
APART, UNDECIDED = 0.04, 0.5
"""How much better an option must suit that is not clear than the next one, and the score of one that does not."""
PLAIN = 0.9
"""Score of a text that names its option in plain words."""
_LEAD = re.compile(r"[(:;–—]|\s-\s")
_SHARED = re.compile(r"[^:–—]{2,60}(?:[:–—]|\s-)\s+(?=\S)")
TYPED = 0.72
"""How well typed words must name an option, at least, to speak for the question and not to be shown."""


def options_of(texts: list[str], key: str, language: str) -> list[tuple[str | None, float]]:
    """The options of a whole tick list, each given once: first to the text that would lose most without it.

    A text that is left over and clearly names an option all the same shares it: some editions divide what ours has in
    one."""
    by_text = [_scores(text, key, language) for text in _without_shared_lead(texts)]
    waiting = dict(enumerate(by_text))
    given: dict[str | None, int] = {}
    found: list[tuple[str | None, float]] = [_best(scores, CLEAR) for scores in by_text]
    while waiting := {number: scores for number, scores in waiting.items() if scores}:
        number = max(waiting, key=lambda n: _loss(waiting[n]))
        lost, _ = _loss(waiting[number])
        option, score = _best(waiting.pop(number))
        found[number] = option, (score if score >= CLEAR or lost >= APART else min(score, UNDECIDED))
        given[option] = number
        waiting = {n: {o: s for o, s in scores.items() if o != option} for n, scores in waiting.items()}
    return _left_over(found, given, key, language)


def _left_over(
    found: list[tuple[str | None, float]], given: dict[str | None, int], key: str, language: str
) -> list[tuple[str | None, float]]:
    """A text that shares the option of another shares it surely only if its words are plain or no other is left; where
    one is left, it may be that."""
    names = load_language(language if language in LANGUAGES else "en").options.get(key, {})
    left = [name for name in names if name not in given and name != "other"]
    shared = [n for n, (option, _) in enumerate(found) if option is not None and given.get(option) != n]
    for number in shared:
        option, score = found[number]
        if left and score < PLAIN:
            found[number] = (left[0] if len(left) == len(shared) == 1 else option), min(score, UNDECIDED)
    return found


def _best(scores: dict[str, float], least: float = 0.0) -> tuple[str | None, float]:
    option, score = max(scores.items(), key=lambda entry: entry[1], default=(None, 0.0))
    return (option, score) if score >= least else (None, 0.0)


def _loss(scores: dict[str, float]) -> tuple[float, float]:
    """How much less the second best option suits than the best; of equals the surest first."""
    best, *others = sorted(scores.values(), reverse=True)
    return (best - (others[0] if others else 0.0), best)


def _without_shared_lead(texts: list[str]) -> list[str]:
    """The texts without a beginning that several have: “Public sector – ministry”, “Public sector – fund”."""
    leads = [found.group() if (found := _SHARED.match(text)) else "" for text in texts]
    often = Counter(leads)
    return [text[len(lead) :] if often[lead] > 1 else text for text, lead in zip(texts, leads, strict=True)]


def _scores(text: str, key: str, language: str) -> dict[str, float]:
    best: dict[str, float] = {}
    for code in dict.fromkeys([language, "en"]):
        if code in LANGUAGES:
            for option, score in _named(text, key, code).items():
                best[option] = max(best.get(option, 0.0), score)
        if best and max(best.values()) >= CLEAR:
            break
    return best


def _named(text: str, key: str, code: str) -> dict[str, float]:
    """The options of one language that a text may name, with their scores: the text as a whole, its beginning, and
    the alternatives it lists (“region, province or municipality”), of which each counts for its share."""
    lexicon = option_lexicon(code, key)
    lead = _LEAD.split(text)[0]
    parts = [part for part in _alternatives(code).split(text) if part.strip()]
    lexicon.read_ahead(_plain(each) for each in (text, lead, *parts))
    best = _hits(lexicon, text)
    if max(best.values(), default=0.0) < CLEAR:
        best |= {option: max(best.get(option, 0.0), score) for option, score in _held(lexicon, text).items()}
    for option, score in _hits(lexicon, lead).items():
        best[option] = max(best.get(option, 0.0), score - 0.02)
    shares: dict[str, float] = {}
    for part in parts if len(parts) > 1 else ():
        for option, score in _hits(lexicon, part).items():
            shares[option] = shares.get(option, 0.0) + score / len(parts)
    return {option: max(best.get(option, 0.0), shares.get(option, 0.0)) for option in best | shares}


def _held(lexicon: Lexicon, text: str) -> dict[str, float]:
    """The option whose longest wording of several words stands in the text, by its share of it: “autonomous body” in
    “Autonomous body of the State”; none where two are as long. Where the text begins with a long one, it names it:
    “Federation of trade unions registered under the Act of 2016”."""
    said = f" {fold(_plain(text))} "
    within = {(size, said.startswith(words), key) for words, size, key in _wordings(lexicon) if words in said}
    size = max((size for size, *_ in within), default=0)
    longest = {(opens, key) for its, opens, key in within if its == size}
    if len({key for _, key in longest}) != 1:
        return {}
    (opens, key), share = max(longest), size / len(said.split())
    return {key: max(0.5 + 0.5 * share, OPENS if opens and size >= LONG else 0.0)}


OPENS, LONG = 0.8, 3
"""How well a text suits an option with which it begins, if that has so many words."""


@cache
def _wordings(lexicon: Lexicon) -> list[tuple[str, int, str]]:
    """The wordings of several words: the words between spaces, how many they are, and the option."""
    return [(f" {' '.join(e.words)} ", len(e.words), e.key) for e in lexicon.entries if len(e.words) > 1]


def _hits(lexicon: Lexicon, text: str) -> dict[str, float]:
    best: dict[str, float] = {}
    for hit in lexicon.hits(_plain(text)):
        best.setdefault(hit.key, hit.score)
    return best


def _plain(text: str) -> str:
    return DOTTED.sub(" ", text)


@cache
def _alternatives(code: str) -> re.Pattern[str]:
    """What stands between alternatives in a language: a comma, a stroke, the word for “or”."""
    words = "|".join(re.escape(word) for word in load_language(code).marks.either)
    return re.compile(rf"[,;/]|\s(?:{words})\s", re.IGNORECASE)


@lru_cache(maxsize=5_000)
def is_option(text: str, key: str, language: str) -> bool:
    """True if the text names an option of the question, in the language of the form or in English; “other” is one of
    any question."""
    option, score = _best(_scores(text, key, language))
    return option != "other" and score >= CLEAR


@lru_cache(maxsize=5_000)
def option_of(text: str, key: str, language: str) -> tuple[str | None, float]:
    """The option a printed or typed text names, with its score (0 to 1); None below ``CLEAR``."""
    best: tuple[str | None, float] = (None, 0.0)
    for code in dict.fromkeys([language, "en", *LANGUAGES]):
        if code in LANGUAGES:
            best = max(best, _best(_named(text, key, code)), key=lambda entry: entry[1])
        if best[1] >= CLEAR:
            return best
    return (None, best[1])
