"""How a mailbox is reached and what may be done in it: a TOML file, checked when loaded. Secrets lie elsewhere."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from flows.night_settings import NightSettings
from flows.settings_file import read_settings
from flows.walking import Misuse
from pipeline.mail import PostOffice
from pipeline.values import Value

PASSWORD, CLIENT_SECRET = "SOCIEUX_MAIL_PASSWORD", "SOCIEUX_MAIL_CLIENT_SECRET"
"""Where the secrets stand in the environment; a file may hold them instead (``password_file``, ``secret_file``)."""

Seconds = Annotated[float, Field(gt=0)]


class SignOn(Value):
    """OAuth2 by client credentials. ``authority`` is the issuer whose ``.well-known/openid-configuration`` names the
    token endpoint; for Microsoft 365 give ``tenant`` instead."""

    client_id: str
    tenant: str | None = None
    authority: str | None = None
    scope: str = "https://outlook.office365.com/.default"
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_issuer(self) -> "SignOn":
        if (self.tenant is None) == (self.authority is None):
            raise ValueError("give either tenant or authority")
        return self

    @property
    def issuer(self) -> str:
        """The address of the issuer."""
        return self.authority or f"https://login.microsoftonline.com/{self.tenant}/v2.0"


class MailboxSettings(Value):
    """One folder of one mailbox, always over TLS.

    ``renew_idle``: an IDLE is ended and begun anew after so many seconds (at most 600: gateways forget silent lines);
    ``poll``: the folder is listed at least so often, for IDLE is only a hint; ``step_limit``: no step may take longer.
    ``largest``: megabytes, larger mail is parked; ``reserve``: megabytes of disk that stay free, or nothing is fetched.
    ``move_to`` or ``flag``: what to do with mail once its record is durable (neither: nothing is touched).
    ``allowed_hosts``: where set, no other server is ever spoken to."""

    host: str
    port: int = 993
    user: str
    folder: str = "INBOX"
    password_file: Path | None = None
    sign_on: SignOn | None = None
    certificates: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    renew_idle: Annotated[float, Field(gt=0, le=600)] = 540
    poll: Annotated[float, Field(gt=0, le=3600)] = 180
    step_limit: Seconds = 120
    longest_back_off: Seconds = 300
    largest: Seconds = 50
    reserve: Annotated[float, Field(ge=0)] = 500
    move_to: str | None = None
    flag: Annotated[str, Field(pattern=r"^(\\Flagged|\$?[A-Za-z0-9_-]{1,40})$")] | None = None
    drafts: str | None = None
    office: PostOffice = PostOffice()

    @model_validator(mode="after")
    def _hosts_allowed(self) -> "MailboxSettings":
        from urllib.parse import urlsplit

        asked = [self.host] + ([urlsplit(self.sign_on.issuer).hostname or ""] if self.sign_on else [])
        for host in asked if self.allowed_hosts else ():
            if host not in self.allowed_hosts:
                raise ValueError(f"{host} is not among allowed_hosts")
        return self

    @property
    def account(self) -> str:
        """The mailbox as the ledger names it."""
        return f"{self.user}@{self.host}" if "@" not in self.user else f"{self.user} at {self.host}"


class FolderSettings(Value):
    """A watched folder. ``settle``: seconds a file must rest unchanged; ``look``: seconds between looks; ``move_to``:
    where files go once their record is durable (a name inside the folder, or null: they stay)."""

    path: Path
    settle: Seconds = 5
    look: Seconds = 2
    move_to: str | None = None
    largest: Seconds = 100
    reserve: Annotated[float, Field(ge=0)] = 500


class WatchSettings(Value):
    """Everything ``socieux watch`` and the nightly run need to know: mailboxes, folders, how many forms are read at
    once, the night. ``look_every``: minutes between the passes that ``socieux serve`` makes; ``password_file``:
    passwords for locked files, one a line, for runs that nobody calls by hand."""

    mailboxes: tuple[MailboxSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    workers: Annotated[int, Field(ge=0, le=64)] = 0
    seconds: Seconds = 120
    look_every: Annotated[int, Field(ge=1, le=59)] = 5
    password_file: Path | None = None
    night: NightSettings = NightSettings()


def load_settings(path: Path) -> WatchSettings:
    """The settings of a TOML file with ``[[mailboxes]]`` and ``[[folders]]``. Raises ``Misuse`` naming file and key."""
    return read_settings(path, WatchSettings)


def secret(kind: Literal["password", "client secret"], file: Path | None) -> str:
    """The password or the client secret, from its file or from the environment. Raises ``Misuse`` without naming it."""
    variable = PASSWORD if kind == "password" else CLIENT_SECRET
    try:
        told = file.read_text("utf-8").strip("\r\n") if file else os.environ.get(variable, "")
    except (OSError, UnicodeDecodeError) as fault:
        raise Misuse(f"The file of the {kind}, {file}, cannot be read.") from fault
    if not told:
        raise Misuse(f"There is no {kind} for the mailbox: set {variable}, or name a file in the settings.")
    return told
