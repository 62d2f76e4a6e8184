"""The fault injection in short: every arrow once, and troubles that need a process of their own. The long version:
``python -m tests.faults``."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dovecot import INSTALL, PROGRAM
from tests.faults.lives import ARROWS

HOUSE = Path(__file__).resolve().parent.parent


def report(*words: str) -> dict[str, dict[str, object]]:
    """What a run told; in an interpreter of its own, for it lives by forking."""
    if not Path(PROGRAM).exists():
        missing(f"Dovecot is missing: {INSTALL}")
    command = [sys.executable, "-m", "tests.faults", *words]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=300, check=False)
    if "CannotMount" in done.stderr:
        pytest.skip("No small disk can be mounted here; it takes root and the right to mount.")
    assert done.stdout, done.stderr[-2000:]
    told: dict[str, dict[str, object]] = json.loads(done.stdout)
    return told


def missing(said: str) -> None:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)


def test_f1_s4_killed_at_every_arrow_nothing_is_lost_and_nothing_doubled() -> None:
    told = report("--kills", "16", "--messages", "11", "--seconds", "0.05", "--troubles")["kills"]
    kills = told["kills"]
    assert isinstance(kills, dict) and sum(1 for arrow in ARROWS if kills.get(arrow)) >= 10, "the arrows were passed"
    assert (told["lost"], told["doubled"], told["arrivals_doubled"], told["waiting"]) == (0, 0, 0, 0)
    assert told["sound"], told


def test_s1_a_disk_that_fills_up_to_the_last_byte() -> None:
    told = report("--kills", "0", "--mails", "5", "--troubles", "disk full")["disk full"]
    assert told["sound"], told


def test_f7_lives_on_clocks_a_day_ahead_and_a_day_behind() -> None:
    if shutil.which("faketime") is None:
        missing("faketime is missing: apt-get install -y --no-install-recommends faketime")
    told = report("--kills", "0", "--mails", "4", "--troubles", "clock moved")["clock moved"]
    assert told["sound"], told
