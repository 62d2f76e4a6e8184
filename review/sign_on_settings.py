"""What the office says about single sign-on: a TOML file, checked when loaded. The client's secret lies elsewhere."""

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from flows.settings_file import read_settings
from flows.walking import Misuse
from pipeline.values import Value
from review.roles import Role

SECRET = "SOCIEUX_DESK_CLIENT_SECRET"
"""Where the client's secret stands in the environment; a file may hold it instead (``secret_file``)."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Words = Annotated[str, Field(min_length=1, max_length=200)]


class SignOn(Value):
    """Sign-on with OpenID Connect (authorization code with PKCE).

    ``issuer``: the address whose ``.well-known/openid-configuration`` says the rest; ``words``: what the button says;
    ``name_claim``: the claim that is the person's user name at the desk, ``full_name_claim`` the one for the name that
    colleagues see; ``role_claim`` with ``roles``: the claim (``a.b`` for one inside another) whose values give roles,
    of several the highest; where it is set, it holds anew at every sign-on. ``unknown``: what becomes of somebody who
    has no account and no role by the claim. ``leeway``: seconds that two clocks may differ; ``patience``: seconds to
    wait for the provider; ``address``: where browsers reach the desk, if a proxy in front hides it; ``certificates``:
    a file of certificates to trust instead of the machine's."""

    issuer: Words
    client_id: Words
    secret_file: Path | None = None
    words: Words = "Sign in with your office account"
    scopes: tuple[Words, ...] = ("openid", "profile", "email")
    name_claim: Words = "preferred_username"
    full_name_claim: Words = "name"
    role_claim: Words | None = None
    roles: dict[str, Role] = {}
    unknown: Literal["refused", "reader"] = "refused"
    leeway: Annotated[int, Field(ge=0, le=300)] = 60
    patience: Annotated[float, Field(gt=0, le=60)] = 10
    address: Words | None = None
    certificates: Path | None = None

    @field_validator("issuer", "address")
    @classmethod
    def _safe(cls, address: str | None) -> str | None:
        if address is not None and not is_safe(address):
            raise ValueError("must begin with https:// (http:// only for this machine)")
        return address

    @field_validator("scopes")
    @classmethod
    def _with_openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError("must hold openid")
        return scopes

    @model_validator(mode="after")
    def _roles_with_claim(self) -> "SignOn":
        if bool(self.roles) != (self.role_claim is not None):
            raise ValueError("give role_claim and roles together, or neither")
        return self


class DeskFile(Value):
    """The desk's settings file: so far the table ``[sign_on]``."""

    sign_on: SignOn | None = None


def load_desk_file(path: Path) -> DeskFile:
    """The settings of a TOML file. Raises ``Misuse`` naming file and key."""
    return read_settings(path, DeskFile)


def client_secret(told: SignOn) -> str:
    """The client's secret, from its file or the environment. Raises ``Misuse`` without naming it."""
    try:
        found = told.secret_file.read_text("utf-8").strip() if told.secret_file else os.environ.get(SECRET, "")
    except (OSError, UnicodeDecodeError) as fault:
        raise Misuse(f"The file of the client's secret, {told.secret_file}, cannot be read.") from fault
    if not found:
        raise Misuse(f"There is no client secret for the sign-on: set {SECRET}, or name a secret_file.")
    return found


def is_safe(address: str) -> bool:
    """True for an https address, or an http one on this machine; nothing may stand behind its path."""
    try:
        parts = urlsplit(address)
        at_home = parts.scheme == "http" and parts.hostname in _LOOPBACK
        return bool(parts.hostname) and (parts.scheme == "https" or at_home) and not parts.fragment
    except ValueError:
        return False
