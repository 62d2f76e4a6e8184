"""The long run, by hand: ``python -m tests.cabinet.fuzz TARGET SECONDS`` (needs ``pip install atheris``).

New bytes that reach new lines go to ``var/fuzz/TARGET``; a find ends the run and lies there as ``crash-…``.
"""

import sys
from pathlib import Path

from tests.cabinet.targets import CORPUS, TARGETS, tried

HOUSE = Path(__file__).resolve().parents[2]


def main(target: str, seconds: str) -> None:
    """Fuzz one target, guided by coverage."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["extractors", "pipeline", "email", "zipfile"]):
        TARGETS[target](next(iter(sorted((CORPUS / target).iterdir()))).read_bytes())
    found = HOUSE / "var" / "fuzz" / target
    found.mkdir(parents=True, exist_ok=True)
    words = [sys.argv[0], f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20", "-rss_limit_mb=3000"]
    atheris.Setup(
        [*words, f"-artifact_prefix={found}/", str(found), str(CORPUS / target)], lambda data: tried(target, data)
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:3])
