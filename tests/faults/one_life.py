"""``python -m tests.faults.one_life URL RAW SETTINGS``: a life in an interpreter of its own, for another clock."""

import sys
from pathlib import Path

from flows.mailbox_settings import MailboxSettings
from tests.faults.lives import Circumstances, watch

if __name__ == "__main__":
    url, raw, told = sys.argv[1:]
    watch(Circumstances(url, Path(raw), MailboxSettings.model_validate_json(told), 0.05))
