"""The long run, by hand: ``python -m tests.cabinet.fuzz TARGET SECONDS`` (needs ``pip install atheris``).

Guided by the lines reached; half of the changes are the fuzzer's own, half our accidents. New bytes that reach new
lines go to ``var/fuzz/TARGET``; a find ends the run and lies there as ``crash-…``.
"""

import random
import sys
from pathlib import Path

from tests.cabinet.targets import CORPUS, TARGETS, accident, seeds, tried

HOUSE = Path(__file__).resolve().parents[2]


def main(target: str, seconds: str) -> None:
    """Fuzz one target, guided by coverage."""
    import atheris  # type: ignore[import-not-found]

    held = seeds(target)
    with atheris.instrument_imports(include=["extractors", "pipeline", "email", "zipfile"]):
        TARGETS[target](held[0])

    def changed(data: bytes, longest: int, seed: int) -> bytes:
        chance, bad = random.Random(seed), bytearray(data)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, longest))
        accident(bad, chance, held)
        return bytes(bad[:longest])

    found = HOUSE / "var" / "fuzz" / target
    found.mkdir(parents=True, exist_ok=True)
    words = [sys.argv[0], f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20", "-rss_limit_mb=3000"]
    places = [f"-artifact_prefix={found}/", str(found), str(CORPUS / target)]
    atheris.Setup([*words, *places], lambda data: tried(target, data), custom_mutator=changed)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:3])
