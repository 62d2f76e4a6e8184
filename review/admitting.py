"""Who may in by single sign-on: an account that the provider's word opens, and the role it has there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from pipeline.desk_tables import USERS
from pipeline.folding import tidy
from pipeline.opening import insert_new
from review.accounts import User, good_name, user_by_id
from review.identity_provider import Claims, SignOnFailed, untrusted, value_of
from review.roles import ROLES, Role
from review.sign_on_settings import SignOn


@dataclass(frozen=True)
class Known:
    """Somebody as the provider knows them; ``role`` is null where no claim gives one."""

    issuer: str
    subject: str
    name: str
    full_name: str
    role: Role | None


@dataclass(frozen=True)
class Admitted:
    """The account that is signed in, and what changed with it: ``new``, a role, or an empty string."""

    user: User
    change: str


def known(claims: Claims, told: SignOn) -> Known:
    """The person of checked claims. Raises ``SignOnFailed`` where they have no usable name."""
    name = good_name(_text(claims, told.name_claim))
    if not name:
        words = f"The sign-on service gives you no user name that the desk can use (claim {told.name_claim})."
        raise SignOnFailed("no_name", f"{words} Tell the desk's administrator.", 403)
    if told.name_claim == "email" and claims.get("email_verified") is not True:
        raise SignOnFailed("mail_unverified", "The sign-on service has not verified your e-mail address.", 403)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > 300:
        raise untrusted("sub")
    return Known(told.issuer, subject, name, tidy(_text(claims, told.full_name_claim))[:200], _role(claims, told))


def admitted(connection: Connection, person: Known, told: SignOn, now: datetime) -> Admitted:
    """The account of a person, made or brought up to date as the settings say. Raises ``SignOnFailed``."""
    row = _account(connection, person)
    if row is not None and not row.active:
        raise SignOnFailed("closed", "Your account at this desk is closed. Ask the desk's administrator.", 403)
    role = _role_here(person, told, row)
    if role is None:
        raise _no_account(person, row)
    if row is None:
        return Admitted(_made(connection, person, role, now), f"new {role}")
    changes = {"issuer": person.issuer, "subject": person.subject, "role": role}
    changes |= {"full_name": person.full_name} if person.full_name else {}
    connection.execute(USERS.update().where(USERS.c.id == row.id).values(changes))
    user = user_by_id(connection, row.id)
    assert user is not None
    return Admitted(user, role if role != row.role else "")


def _account(connection: Connection, person: Known) -> Row[tuple[object, ...]] | None:
    """The account that belongs to the provider's subject, or one that waits for its person's first sign-on."""
    same = USERS.c.issuer == person.issuer, USERS.c.subject == person.subject
    waiting = USERS.c.name == person.name, USERS.c.password.is_(None), USERS.c.subject.is_(None)
    own = connection.execute(select(USERS).where(*same)).first()
    return own or connection.execute(select(USERS).where(*waiting)).first()


def _role_here(person: Known, told: SignOn, row: Row[tuple[object, ...]] | None) -> str | None:
    """Where a claim gives roles, the provider's word holds; else the account's own role."""
    if person.role:
        return person.role
    if row is not None and told.role_claim is None:
        return str(row.role)
    return "reader" if told.unknown == "reader" else None


def _no_account(person: Known, row: object) -> SignOnFailed:
    if row is not None:
        words = f"The sign-on service knows you as {person.name}, but gives you no role at this desk."
        return SignOnFailed("no_role", f"{words} Ask the administrator of the sign-on service.", 403)
    words = f"The sign-on service knows you as {person.name}, but you have no account at this desk."
    return SignOnFailed("no_account", f"{words} Ask the desk's administrator for one.", 403)


def _made(connection: Connection, person: Known, role: str, now: datetime) -> User:
    """A new account; a name that a colleague has already is not given twice."""
    row: dict[str, object] = {"name": person.name, "full_name": person.full_name or person.name, "role": role}
    row |= {"issuer": person.issuer, "subject": person.subject, "active": True, "created_at": now}
    insert_new(connection, USERS, row)
    found = _account(connection, person)
    if found is None:
        words = f"The desk has an account {person.name} already that signs in with a password."
        raise SignOnFailed("name_taken", f"{words} Ask the desk's administrator.", 409)
    user = user_by_id(connection, found.id)
    assert user is not None
    return user


def _role(claims: Claims, told: SignOn) -> Role | None:
    """The highest role that the values of the claim give."""
    held = value_of(claims, told.role_claim) if told.role_claim else None
    values = [held] if isinstance(held, str) else held if isinstance(held, list) else []
    roles = [told.roles[value] for value in values if isinstance(value, str) and value in told.roles]
    return max(roles, key=ROLES.index, default=None)


def _text(claims: Claims, name: str) -> str:
    held = value_of(claims, name)
    return held if isinstance(held, str) else ""
