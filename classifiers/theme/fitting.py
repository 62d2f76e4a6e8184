"""Logistic regression for many yes-or-no questions at once, fitted on the similarities between texts."""

import numpy as np
from numpy.typing import NDArray

from classifiers.theme.vectors import Numbers, Rows

Exact = NDArray[np.float64]

OFFSET = 0.3
"""How freely a question may lean to yes or no whatever the text."""
DECAY = 3e-5
"""How strongly the weights are held small; a tenth of what was tried first (README, tried by folds)."""
COMMON = 150
"""A feature of more texts than this is multiplied with all at once; a rarer one only where it stands."""


def fit(rows: Rows, answers: Numbers, decay: float = DECAY, rounds: int = 160) -> tuple[Numbers, Numbers]:
    """Weights (features x questions) and leanings (questions) that answer ``answers`` (texts x questions, 0 or 1).

    Accelerated gradient descent in the space of the texts, of which there are fewer than features; no chance in it.
    """
    likeness: Numbers = np.asarray(likeness_of(rows) + OFFSET, np.float32)
    step = np.float32(1.0 / (_greatest_eigenvalue(likeness) / 4 + decay * rows.shape[0]))
    shares: Numbers = np.zeros_like(answers)
    ahead: Numbers = shares
    pace, loss = 1.0, np.float32(decay * rows.shape[0])
    for _ in range(rounds):
        slope = _sigmoid(likeness @ ahead) - answers + loss * ahead
        moved: Numbers = np.asarray(ahead - step * slope, np.float32)
        next_pace = (1 + float(np.sqrt(1 + 4 * pace * pace))) / 2
        ahead = np.asarray(moved + (pace - 1) / next_pace * (moved - shares), np.float32)
        shares, pace = moved, next_pace
    return rows.turned_times(shares), np.asarray(OFFSET * shares.sum(axis=0), np.float32)


def likeness_of(rows: Rows) -> Numbers:
    """The rows multiplied with themselves turned: how alike each two texts are."""
    texts, features = rows.shape
    common = np.bincount(rows.places, minlength=features) > COMMON
    often = common[rows.places]
    wide = np.zeros((texts, int(common.sum())), np.float32)
    wide[rows.texts[often], np.cumsum(common)[rows.places[often]] - 1] = rows.values[often]
    likeness: Numbers = wide @ wide.T
    order = np.flatnonzero(~often)[np.argsort(rows.places[~often], kind="stable")]
    for part in np.split(order, np.flatnonzero(np.diff(rows.places[order])) + 1):
        at, held = rows.texts[part], rows.values[part]
        likeness[np.ix_(at, at)] += np.outer(held, held)
    return likeness


def fit_odds(columns: Numbers, truth: Numbers) -> Exact:
    """The weights of the columns (cases x columns) that give the most honest log-odds of ``truth`` (0 or 1), by
    Newton's method."""
    exact = columns.astype(np.float64)
    chosen: Exact = np.zeros(exact.shape[1])
    for _ in range(30):
        odds = 1 / (1 + np.exp(-exact @ chosen))
        curve = (exact * (odds * (1 - odds))[:, None]).T @ exact + 1e-3 * np.eye(len(chosen))
        chosen = chosen - np.linalg.solve(curve, exact.T @ (odds - truth) + 1e-3 * chosen)
    return chosen


def fit_choice(columns: Numbers, chosen: NDArray[np.intp], kinds: int, decay: float = 1e-4, rounds: int = 600) -> Exact:
    """The weights (columns x kinds) that give the most honest probability of the kind chosen in each case."""
    exact, wanted = columns.astype(np.float64), np.eye(kinds)[chosen]
    weights: Exact = np.zeros((exact.shape[1], kinds))
    ahead, pace = weights, 1.0
    step = 1 / (np.linalg.norm(exact, 2) ** 2 / len(exact) / 2 + decay)
    for _ in range(rounds):
        slope = exact.T @ (choice(exact @ ahead) - wanted) / len(exact) + decay * ahead
        moved = ahead - step * slope
        next_pace = (1 + float(np.sqrt(1 + 4 * pace * pace))) / 2
        ahead, weights, pace = moved + (pace - 1) / next_pace * (moved - weights), moved, next_pace
    return weights


def choice(figures: Exact) -> Exact:
    """The probability of each kind; those of a case sum to 1."""
    raised = np.exp(figures - figures.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float64)


def _greatest_eigenvalue(matrix: Numbers) -> float:
    """By power iteration, a little rounded up."""
    vector = np.ones(len(matrix), np.float32)
    for _ in range(20):
        vector = matrix @ vector
        vector = vector / np.linalg.norm(vector)
    return 1.05 * float(vector @ (matrix @ vector))


def _sigmoid(figures: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-figures)), np.float32)
