"""The desk itself: the store it works on, its clock and its settings, as every page gets them."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from pipeline.store import Store
from review.identity_provider import IdentityProvider
from review.settings import Settings
from review.sheets import Drawer
from review.tried import Tried


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """What the pages share. ``key`` signs addresses of downloads and is new at every start; ``provider`` is that of
    single sign-on, where the office has one."""

    store: Store
    drawer: Drawer
    settings: Settings = Settings()
    clock: Callable[[], datetime] = _now
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    provider: IdentityProvider | None = None
    tried: Tried = field(default_factory=Tried)

    @property
    def today(self) -> date:
        """The day of a judgement made now, where the desk stands."""
        return self.clock().astimezone().date()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to look things up."""
        return self.store.engine.connect()

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that writes; all of it or nothing."""
        return self.store.engine.execution_options(writes=True).begin()
