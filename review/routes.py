"""What a line in a table of pages says: how a page is reached and who may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastapi.responses import Response

from review.roles import Role


@dataclass(frozen=True)
class Route:
    """One page or call. ``role`` null: open to everybody, which only signing in and signed addresses are."""

    method: Literal["GET", "POST"]
    path: str
    answer: Callable[..., Response]
    role: Role | None
