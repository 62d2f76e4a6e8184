"""Softmax regression on sparse rows, fitted step by step with Adagrad (Duchi 2011); no chance but the given seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.text_features import PLACES, Numbers, parts_of, places_of, scale_of

BATCH = 1024
PACE, SMOOTHING = 0.7, 0.01


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as sparse rows: where each begins, the places of its features and their values."""

    starts: NDArray[np.int64]
    places: NDArray[np.int32]
    values: Numbers


@dataclass(frozen=True, slots=True)
class _Batch:
    rows: Rows
    owners: NDArray[np.int64]
    order: NDArray[np.int64]
    touched: NDArray[np.int32]
    firsts: NDArray[np.int64]
    targets: Numbers
    weights: Numbers


def rows_of(texts: list[tuple[str, str]]) -> Rows:
    """The rows of texts (label, language); a text without words gets one feature of no value."""
    starts, places, values = [0], [], []
    for text, language in texts:
        parts = parts_of(text)
        found = [places_of(part, language) for part in parts] or [(np.zeros(1, np.int32), np.zeros(1, np.float32))]
        places += [where for where, _ in found]
        values += [value * np.float32(scale_of(parts)) for _, value in found]
        starts.append(starts[-1] + sum(len(where) for where, _ in found))
    return Rows(np.array(starts[:-1], np.int64), np.concatenate(places), np.concatenate(values))


def fit(rows: Rows, targets: Numbers, weights: Numbers, rounds: int, seed: int) -> tuple[Numbers, Numbers]:
    """Weights (places x classes) and leanings (classes) for ``targets`` (texts x classes, each row summing to 1)."""
    chance = np.random.default_rng(seed)
    classes = targets.shape[1]
    aims = np.asarray(targets * (1 - SMOOTHING) + SMOOTHING / classes, np.float32)
    batches = _batches(rows, aims, weights, chance)
    table, heat = np.zeros((PLACES, classes), np.float32), np.full(PLACES, 1e-3, np.float32)
    lean, warmth = np.zeros(classes, np.float32), np.float32(1.0)
    for turn in range(rounds):
        pace = np.float32(PACE * (1 - turn / rounds) + 0.02)
        for number in chance.permutation(len(batches)):
            batch = batches[number]
            gap = softmax(_figures(batch.rows, table) + lean) - batch.targets
            slope = np.asarray(gap * batch.weights, np.float32)
            change = _gather(batch, slope)
            heat[batch.touched] += np.einsum("ij,ij->i", change, change)
            table[batch.touched] -= pace * change / np.sqrt(heat[batch.touched])[:, None]
            push = slope.sum(axis=0)
            warmth += np.float32(push @ push)
            lean -= pace * push / np.sqrt(warmth)
    return table, lean


def balance(targets: Numbers) -> Numbers:
    """The weight of each text: one of a class with few texts counts more, within bounds."""
    sizes = targets.sum(axis=0)
    rates = np.clip(np.sqrt(np.median(sizes) / np.maximum(sizes, 1)), 0.5, 3.0)
    return np.asarray(targets @ rates, np.float32)


def figures(rows: Rows, table: Numbers, lean: Numbers) -> Numbers:
    """The raw figure of each text for each class, worked out a few thousand texts at a time."""
    ends = np.append(rows.starts[1:], len(rows.places))
    found = []
    for at in range(0, len(rows.starts), 2000):
        last = min(at + 2000, len(rows.starts)) - 1
        part = slice(rows.starts[at], ends[last])
        cut = Rows(rows.starts[at : last + 1] - rows.starts[at], rows.places[part], rows.values[part])
        found.append(_figures(cut, table) + lean)
    return np.concatenate(found)


def softmax(raw: Numbers) -> Numbers:
    """Probabilities for raw figures, row by row."""
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def temperature_of(raw: Numbers, targets: Numbers) -> float:
    """The factor on the raw figures under which their probabilities are most honest (Guo 2017)."""
    choices = np.exp(np.linspace(np.log(0.3), np.log(4.0), 80))
    losses = [-float(np.log((softmax(raw * np.float32(c)) * targets).sum(axis=1) + 1e-9).mean()) for c in choices]
    return round(float(choices[int(np.argmin(losses))]), 4)


def _figures(rows: Rows, table: Numbers) -> Numbers:
    return np.asarray(np.add.reduceat(table[rows.places] * rows.values[:, None], rows.starts, axis=0), np.float32)


def _batches(rows: Rows, targets: Numbers, weights: Numbers, chance: np.random.Generator) -> list[_Batch]:
    ends = np.append(rows.starts[1:], len(rows.places))
    order = chance.permutation(len(rows.starts))
    return [_batch(rows, ends, order[at : at + BATCH], targets, weights) for at in range(0, len(order), BATCH)]


def _batch(
    rows: Rows, ends: NDArray[np.int64], chosen: NDArray[np.int64], targets: Numbers, weights: Numbers
) -> _Batch:
    where = np.concatenate([np.arange(rows.starts[row], ends[row]) for row in chosen])
    sizes = ends[chosen] - rows.starts[chosen]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    places, values = rows.places[where], rows.values[where]
    order = np.argsort(places, kind="stable")
    touched, firsts = np.unique(places[order], return_index=True)
    owners = np.repeat(np.arange(len(chosen)), sizes)
    part = Rows(starts, places, values)
    return _Batch(part, owners, order, touched, firsts, targets[chosen], weights[chosen][:, None])


def _gather(batch: _Batch, slope: Numbers) -> Numbers:
    """The slope of each touched place: the sum over the features that lie there."""
    shares = slope[batch.owners[batch.order]] * batch.rows.values[batch.order][:, None]
    return np.asarray(np.add.reduceat(shares, batch.firsts, axis=0), np.float32)
