"""Logistic regression for many yes-or-no questions at once, fitted on the similarities between texts."""

import numpy as np

from classifiers.theme.vectors import Numbers

OFFSET = 0.3
"""How freely a question may lean to yes or no whatever the text."""
COMMON = 150
"""A feature of more texts than this is multiplied with all at once; a rarer one only where it stands."""


def fit(rows: Numbers, answers: Numbers, decay: float = 3e-4, rounds: int = 80) -> tuple[Numbers, Numbers]:
    """Weights (features x questions) and leanings (questions) that answer ``answers`` (texts x questions, 0 or 1).

    Accelerated gradient descent in the space of the texts, of which there are fewer than features; no chance in it.
    """
    likeness: Numbers = np.asarray(likeness_of(rows) + OFFSET, np.float32)
    step = np.float32(1.0 / (_greatest_eigenvalue(likeness) / 4 + decay * len(rows)))
    shares: Numbers = np.zeros_like(answers)
    ahead: Numbers = shares
    pace, loss = 1.0, np.float32(decay * len(rows))
    for _ in range(rounds):
        slope = _sigmoid(likeness @ ahead) - answers + loss * ahead
        moved: Numbers = np.asarray(ahead - step * slope, np.float32)
        next_pace = (1 + float(np.sqrt(1 + 4 * pace * pace))) / 2
        ahead = np.asarray(moved + (pace - 1) / next_pace * (moved - shares), np.float32)
        shares, pace = moved, next_pace
    return rows.T @ shares, np.asarray(OFFSET * shares.sum(axis=0), np.float32)


def likeness_of(rows: Numbers) -> Numbers:
    """``rows @ rows.T``, several times faster where most features are rare."""
    common = np.count_nonzero(rows, axis=0) > COMMON
    wide = rows[:, common]
    likeness: Numbers = wide @ wide.T
    narrow = np.ascontiguousarray(rows[:, ~common].T)
    features, texts = np.nonzero(narrow)
    values = narrow[features, texts]
    for part in np.split(np.arange(len(features)), np.flatnonzero(np.diff(features)) + 1):
        at, held = texts[part], values[part]
        likeness[np.ix_(at, at)] += np.outer(held, held)
    return likeness


def fit_scale(figures: Numbers, answers: Numbers) -> tuple[float, float]:
    """The slope and shift that turn raw figures into honest log-odds (Platt), by Newton's method."""
    columns = np.stack([figures.ravel(), np.ones(figures.size, np.float32)], axis=1).astype(np.float64)
    truth, chosen = answers.ravel().astype(np.float64), np.array([1.0, 0.0])
    for _ in range(30):
        odds = 1 / (1 + np.exp(-columns @ chosen))
        curve = (columns * (odds * (1 - odds))[:, None]).T @ columns + 1e-6 * np.eye(2)
        chosen = chosen - np.linalg.solve(curve, columns.T @ (odds - truth))
    return float(chosen[0]), float(chosen[1])


def _greatest_eigenvalue(matrix: Numbers) -> float:
    """By power iteration, a little rounded up."""
    vector = np.ones(len(matrix), np.float32)
    for _ in range(20):
        vector = matrix @ vector
        vector = vector / np.linalg.norm(vector)
    return 1.05 * float(vector @ (matrix @ vector))


def _sigmoid(figures: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-figures)), np.float32)
