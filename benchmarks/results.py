"""The figures for people, a line each, and for the file, with the day and the machine."""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure

RESULTS = Path(__file__).parent / "results.json"
_SIGNS = {"most": "<=", "least": ">=", "none": ""}
_WORDS = {True: "met", False: "MISSED", None: ""}


def row(figure: Figure) -> str:
    """Name, figure, target, met or not, clock, remark."""
    target = "" if figure.target is None else f"{_SIGNS[figure.bound]} {figure.target:g}"
    verdict = f"{figure.value:>8.2f}  {target:<7} {_WORDS[figure.met]:<7}"
    return f"{figure.name:<66} {verdict} {figure.clock:<6} {figure.remark}".rstrip()


def write(figures: list[Figure], out: Path) -> None:
    """The results as JSON: what was measured, when, on what."""
    told = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
        },
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }
    out.write_text(json.dumps(told, indent=1, default=float) + "\n", "utf-8")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
