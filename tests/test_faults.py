"""The fault injection in short: every arrow once, and troubles that need a process of their own. The long version:
``python -m tests.faults``."""

import json
import os
import re
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


def test_every_way_a_mailbox_fails_is_listed_with_tests_that_are_there() -> None:
    """``tests/faults/README.md`` is the list; a row without a test would need a reason in its last column."""
    lines = (HOUSE / "tests" / "faults" / "README.md").read_text("utf-8").splitlines()
    rows = {int(found.group(1)): line for line in lines if (found := re.match(r"\| (\d+) \|", line))}
    assert sorted(rows) == list(range(1, 35))
    assert all("::test_" in row or row.split("|")[4].strip() for row in rows.values())
    named = [found for line in lines for found in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line)]
    for file, name in named:
        assert re.search(rf"^def {name}", (HOUSE / file).read_text("utf-8"), re.MULTILINE), f"{file}::{name}"
    assert len(named) > 60


def missing(said: str) -> None:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)


def test_f1_s4_killed_at_every_arrow_nothing_is_lost_and_nothing_doubled() -> None:
    told = report("--kills", "16", "--messages", "11", "--seconds", "0.05", "--troubles")["kills"]
    kills = told["kills"]
    assert isinstance(kills, dict) and sum(1 for arrow in ARROWS if kills.get(arrow)) >= 10, "the arrows were passed"
    assert (told["lost"], told["doubled"], told["arrivals_doubled"], told["waiting"]) == (0, 0, 0, 0)
    assert told["sound"], json.dumps(told)


def test_s1_a_disk_that_fills_up_to_the_last_byte() -> None:
    told = report("--kills", "0", "--mails", "5", "--troubles", "disk full")["disk full"]
    assert told["sound"], json.dumps(told)


def test_f7_lives_on_clocks_a_day_ahead_and_a_day_behind() -> None:
    if shutil.which("faketime") is None:
        missing("faketime is missing: apt-get install -y --no-install-recommends faketime")
    told = report("--kills", "0", "--mails", "4", "--troubles", "clock moved")["clock moved"]
    assert told["sound"], json.dumps(told)
