"""What can be set about the desk."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Settings:
    """How long things last at the desk, and how it is reached. ``secure`` marks the cookie for https only."""

    lease: timedelta = timedelta(minutes=15)
    warning: timedelta = timedelta(minutes=2)
    heartbeat: timedelta = timedelta(seconds=60)
    idle: timedelta = timedelta(hours=2)
    longest_session: timedelta = timedelta(hours=12)
    secure: bool = False
    page_size: int = 50
    largest_body: int = 4_000_000
