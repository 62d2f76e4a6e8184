"""People who use the desk: local accounts with argon2 passwords, and those known by an identity provider."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, select

from pipeline.desk_tables import USERS
from pipeline.folding import tidy
from review.roles import ROLES, Role

SHORTEST_PASSWORD = 12


class AccountTrouble(ValueError):
    """An account that cannot be made or changed so; the message says why."""


@dataclass(frozen=True)
class User:
    """A person at the desk."""

    id: int
    name: str
    full_name: str
    role: str
    active: bool


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Checked for names that do not exist, so that the answer takes as long."""
    return _hasher().hash("nobody's password")


def add_user(connection: Connection, name: str, full_name: str, role: str, password: str, now: datetime) -> User:
    """A new local account. Raises ``AccountTrouble`` for a name that is taken, an unknown role, a short password."""
    name = tidy(name).casefold()
    if not name or len(name) > 80 or " " in name:
        raise AccountTrouble("A user name has 1 to 80 characters and no blanks.")
    if role not in ROLES:
        raise AccountTrouble(f"There is no role {role}; the roles are {', '.join(ROLES)}.")
    if find_user(connection, name):
        raise AccountTrouble(f"There is a user {name} already.")
    row = {"name": name, "full_name": tidy(full_name) or name, "role": role, "password": _hashed(password)}
    connection.execute(USERS.insert(), row | {"active": True, "created_at": now})
    found = find_user(connection, name)
    assert found is not None
    return found


def set_password(connection: Connection, name: str, password: str) -> None:
    """Another password for a local account. Raises ``AccountTrouble`` if there is no such user."""
    if not find_user(connection, name):
        raise AccountTrouble(f"There is no user {name}.")
    connection.execute(USERS.update().where(USERS.c.name == name).values(password=_hashed(password)))


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
    return User(row.id, row.name, row.full_name, row.role, row.active)


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise AccountTrouble(f"A password has at least {SHORTEST_PASSWORD} characters.")
    return _hasher().hash(password)
