"""Who may do what: each role may do all that the one before it may."""

from typing import Literal, get_args

Role = Literal["reader", "analyst", "lead", "admin"]
"""``reader`` looks, ``analyst`` works on requests, ``lead`` takes over and assigns, ``admin`` keeps accounts."""

ROLES: tuple[Role, ...] = get_args(Role)


def may(held: str, needed: Role) -> bool:
    """True if a person with the role held may do what needs the other."""
    return held in ROLES and ROLES.index(held) >= ROLES.index(needed)
