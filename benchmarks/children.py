"""A measurement in a process of its own: nothing another one loaded or remembered can help it or weigh on it."""

import json
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent


class BenchmarkFailed(Exception):
    """A measurement could not be taken; the message says which and why."""


def measured(module: str, *words: str) -> dict[str, list[float]]:
    """Run ``python -m benchmarks.MODULE WORDS`` and give the lists of figures its last line of output holds."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *words]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    if done.returncode:
        trouble = (done.stderr.strip() or "no message").splitlines()[-1]
        raise BenchmarkFailed(f"{' '.join(command[2:])} ended with {done.returncode}: {trouble}")
    figures: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return figures
