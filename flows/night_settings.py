"""What the office says about the nightly run: when it is, how long what is kept, what is read anew."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from pipeline.retention import Standing
from pipeline.values import Value


class Retention(Value):
    """How many days after its last movement what stands somewhere is forgotten."""

    standing: Standing
    days: Annotated[int, Field(ge=1)]


class NightSettings(Value):
    """The nightly run: at ``at`` in ``time_zone``, not between two and three, an hour that is missing or doubled when
    clocks change. Without ``retention`` nothing is ever deleted. ``closed_too``: also what a person has decided on is
    read anew with newer rules. ``late_after``: hours since the last good nightly run, ``silent_after``: minutes since
    the last good pass over a mailbox or folder, after which ``socieux status`` says that something is wrong."""

    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "04:30"
    time_zone: str = "Europe/Brussels"
    retention: tuple[Retention, ...] = ()
    closed_too: bool = False
    late_after: Annotated[float, Field(gt=0)] = 26
    silent_after: Annotated[float, Field(gt=0)] = 60

    @field_validator("at")
    @classmethod
    def _not_when_clocks_change(cls, at: str) -> str:
        if at.startswith("02:"):
            raise ValueError("not between 02:00 and 03:00: that hour is missing or doubled when clocks change")
        return at

    @field_validator("time_zone")
    @classmethod
    def _a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as fault:
            raise ValueError(f"{name} is no time zone") from fault
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def cron(self) -> str:
        """The hour as schedulers want it."""
        hour, _, minute = self.at.partition(":")
        return f"{int(minute)} {int(hour)} * * *"
