"""People who use the desk: local accounts with argon2 passwords, and those known by an identity provider."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, select

from pipeline.desk_tables import USERS
from pipeline.folding import tidy
from review.keys import chosen
from review.roles import ROLES, Role

SHORTEST_PASSWORD, LONGEST_NAME = 12, 80


class AccountTrouble(ValueError):
    """An account that cannot be made or changed so; the message says why."""


@dataclass(frozen=True)
class User:
    """A person at the desk. ``local``: with a password of the desk; ``keys``: the keys they have chosen, as JSON."""

    id: int
    name: str
    full_name: str
    role: str
    active: bool
    local: bool = True
    keys: str = ""

    def key(self, usual: str) -> str:
        """The key this person has in the place of a usual one; empty if it is switched off."""
        return chosen(self.keys).get(usual, usual)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Checked for names that do not exist, so that the answer takes as long."""
    return _hasher().hash("nobody's password")


def good_name(typed: str) -> str:
    """A user name as it is kept; empty if it cannot be one."""
    name = tidy(typed).casefold()
    return name if len(name) <= LONGEST_NAME and name.isprintable() and " " not in name else ""


def add_user(connection: Connection, name: str, full_name: str, role: str, password: str | None, now: datetime) -> User:
    """A new account; without a password it waits for its person's first single sign-on.

    Raises ``AccountTrouble`` for a name that is taken, an unknown role, a short password."""
    name = good_name(name)
    if not name:
        raise AccountTrouble("A user name has 1 to 80 characters and no blanks.")
    if role not in ROLES:
        raise AccountTrouble(f"There is no role {role}; the roles are {', '.join(ROLES)}.")
    if find_user(connection, name):
        raise AccountTrouble(f"There is a user {name} already.")
    row = {"name": name, "full_name": tidy(full_name) or name, "role": role, "password": None}
    row |= {"password": _hashed(password)} if password is not None else {}
    connection.execute(USERS.insert(), row | {"active": True, "created_at": now})
    found = find_user(connection, name)
    assert found is not None
    return found


def set_password(connection: Connection, name: str, password: str) -> None:
    """Another password for a local account. Raises ``AccountTrouble`` if there is no such user."""
    if not find_user(connection, name):
        raise AccountTrouble(f"There is no user {name}.")
    connection.execute(USERS.update().where(USERS.c.name == name).values(password=_hashed(password)))


def use_sign_on(connection: Connection, name: str) -> User:
    """Let an account have no password: its person comes by single sign-on, at the next one under this name.

    Raises ``AccountTrouble`` if there is no such user."""
    found = find_user(connection, name)
    if not found:
        raise AccountTrouble(f"There is no user {name}.")
    nothing = {"password": None, "issuer": None, "subject": None}
    connection.execute(USERS.update().where(USERS.c.id == found.id).values(nothing))
    return found


def change_user(connection: Connection, user_id: int, role: Role, active: bool) -> None:
    """Another role, or no more access."""
    connection.execute(USERS.update().where(USERS.c.id == user_id).values(role=role, active=active))


def check_password(connection: Connection, name: str, password: str) -> User | None:
    """The active user with this name and password, null otherwise; takes equally long either way."""
    row = connection.execute(select(USERS).where(USERS.c.name == tidy(name).casefold())).first()
    known = row.password if row and row.password else _nobodys_hash()
    try:
        _hasher().verify(known, password)
    except (VerificationError, InvalidHashError):
        return None
    return _user(row) if row and row.password and row.active else None


def find_user(connection: Connection, name: str) -> User | None:
    """The user with a name."""
    row = connection.execute(select(USERS).where(USERS.c.name == name)).first()
    return _user(row) if row else None


def user_by_id(connection: Connection, user_id: int) -> User | None:
    """The user with a number."""
    row = connection.execute(select(USERS).where(USERS.c.id == user_id)).first()
    return _user(row) if row else None


def users(connection: Connection) -> list[User]:
    """Everybody, by name."""
    return [_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.name))]


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(row.id, row.name, row.full_name, row.role, row.active, row.password is not None, row.own_keys or "")


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise AccountTrouble(f"A password has at least {SHORTEST_PASSWORD} characters.")
    return _hasher().hash(password)
