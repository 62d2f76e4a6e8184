"""``python -m tests.faults``: the long fault injection; the figures as JSON on standard output."""

import argparse
import json
import sys

from tests.faults.killing import kill_many, told
from tests.faults.troubles import TROUBLES, go_through


def main() -> int:
    """Exit status 0 if nothing was lost or doubled and the balance is exact."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=320)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.1, help="how long one form takes to read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--troubles", nargs="*", choices=TROUBLES, default=list(TROUBLES), help="beside the kills")
    parser.add_argument("--mails", type=int, default=40, help="messages for each trouble")
    asked = parser.parse_args()
    reports = {}
    for name in asked.troubles:
        reports[name] = go_through(name, asked.mails)
        print(f"{name}: {'sound' if reports[name].sound else 'NOT SOUND'}", file=sys.stderr, flush=True)
    if asked.kills:
        reports["kills"] = kill_many(asked.kills, asked.messages, asked.seconds, asked.seed)
    print(json.dumps({name: told(report) for name, report in reports.items()}, indent=1))
    return 0 if all(report.sound for report in reports.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
