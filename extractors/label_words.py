"""The words of a language's labels: which labels use a word, and how much it tells about the question."""

import math

from pipeline.folding import fold, fold_each
from pipeline.languages import LanguageData

Row = tuple[str, str, tuple[str, ...]]
"""Group, key and folded words of one label."""
MIN_WEIGHT = 0.06


def rows_of(data: LanguageData) -> list[Row]:
    """Every label, heading and title of a language."""
    groups = {
        "label": data.labels,
        "pair": data.labels_pair,
        "short": data.short_labels,
        "section": data.sections,
        "title": {"full": data.titles.full, "simplified": data.titles.simplified},
        "activity": {"heading": data.activity["heading"]},
    }
    places = [(group, key) for group, table in groups.items() for key, texts in table.items() for _ in texts]
    folded = fold_each(text for table in groups.values() for texts in table.values() for text in texts)
    return [(group, key, tuple(text.split())) for (group, key), text in zip(places, folded, strict=True)]


def weights_of(rows: list[Row]) -> dict[str, float]:
    """Weight of a word: 1 if it stands in the labels of one question, falling with the logarithm of their number."""
    keys: dict[str, set[str]] = {}
    for group, key, words in rows:
        if group in ("label", "pair", "option", "column"):
            for word in words:
                keys.setdefault(word, set()).add(key)
    everything = len({key for _, key, _ in rows}) + 1
    weights = {
        word: max(MIN_WEIGHT, math.log(everything / len(found)) / math.log(everything)) for word, found in keys.items()
    }
    for _, _, words in rows:
        for word in words:
            weights.setdefault(word, 0.8)
    weights["socieux"] = MIN_WEIGHT  # the facility's own name stands everywhere and asks nothing
    for word in weights:
        if len(word) <= 2 and len(keys.get(word, ())) >= 2:
            weights[word] = min(weights[word], 0.15)
    return weights


def shares_of(rows: list[Row], data: LanguageData) -> dict[str, dict[str, float]]:
    """For each word the share of each question among the labels that use it, every question counting the same."""
    counts: dict[str, dict[str, float]] = {}
    sizes: dict[str, float] = {}
    for group, key, words in rows:
        if group in ("label", "option"):
            sizes[key] = sizes.get(key, 0.0) + 1
            for word in set(words):
                row = counts.setdefault(word, {})
                row[key] = row.get(key, 0.0) + 1
    if not sizes:
        return {}
    typical = sorted(sizes.values())[len(sizes) // 2]
    concepts = data.concepts if any(group == "label" for group, _, _ in rows) else {}
    for key, texts in concepts.items():
        for text in texts:
            words = tuple(fold(text).split())
            for word in words:
                row = counts.setdefault(word, {})
                row[key] = row.get(key, 0.0) + (0.15 if len(words) == 1 else 0.08) * sizes.get(key, typical)
    shares: dict[str, dict[str, float]] = {}
    for word, row in counts.items():
        rates = {key: number / sizes.get(key, typical) for key, number in row.items()}
        everything = sum(rates.values()) + 0.02
        shares[word] = {key: rate / everything for key, rate in rates.items()}
    return shares


def position_words(data: LanguageData, shares: dict[str, dict[str, float]]) -> frozenset[str]:
    """Words that ask for a post: those of the short labels, and those that mostly stand in labels for posts."""
    short = {word for text in data.short_labels.get("position", ()) for word in fold(text).split() if len(word) > 3}
    strong = {word for word, row in shares.items() if sum(v for k, v in row.items() if k.endswith("_position")) >= 0.6}
    return frozenset(short | strong)
