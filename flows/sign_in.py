"""Signing in to the mailbox: with a password, or with an access token that is fetched anew before it lapses."""

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from flows.mailbox_settings import MailboxSettings, SignOn, secret

if TYPE_CHECKING:
    from imapclient import IMAPClient
    from msal import ConfidentialClientApplication
    from requests import Session

AHEAD = 300.0
"""Seconds before a token lapses at which a new one is used."""


class SignInRefused(Exception):
    """No sign-in is possible; the message says why."""


class SignIn(Protocol):
    """A way to sign in."""

    def into(self, client: "IMAPClient") -> None:
        """Sign in on a fresh connection. Raises ``SignInRefused`` or the client's ``LoginError``."""

    def lapses_in(self) -> float:
        """Seconds until the connection should be made anew with a fresh sign-in."""


def sign_in_of(settings: MailboxSettings) -> SignIn:
    """The way the settings ask for. Raises ``Misuse`` if the secret is missing."""
    if settings.sign_on:
        given = secret("client secret", settings.sign_on.secret_file)
        certificates = str(settings.certificates) if settings.certificates else None
        return ByToken(settings.user, settings.sign_on, given, certificates)
    return ByPassword(settings.user, secret("password", settings.password_file))


@dataclass(frozen=True)
class ByPassword:
    """User and password, in whatever script."""

    user: str
    password: str = field(repr=False)

    def into(self, client: "IMAPClient") -> None:
        """Sign in; PLAIN takes any character, LOGIN is for servers without it."""
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(self.user, self.password)
        else:
            client.login(self.user, self.password)

    def lapses_in(self) -> float:
        """Passwords do not lapse while one is connected."""
        return float("inf")


@dataclass
class ByToken:
    """XOAUTH2 with a token of the client's own (client credentials). The token is held by msal until it nears its end.

    Tried against a token endpoint on loopback and Dovecot's oauth2, not against Microsoft."""

    user: str
    sign_on: SignOn
    client_secret: str = field(repr=False)
    certificates: str | None = None
    _application: "ConfidentialClientApplication | None" = None
    _until: float = 0.0

    def into(self, client: "IMAPClient") -> None:
        """Fetch a token if the last one nears its end, and sign in with it."""
        client.oauth2_login(self.user, self._token())

    def lapses_in(self) -> float:
        """Seconds until the token should be replaced, on a clock that nobody sets."""
        return self._until - time.monotonic()

    def _token(self) -> str:
        given = self._asked()
        token = given.get("access_token")
        if not isinstance(token, str):
            # The description may hold ids of the tenant; the code says enough.
            raise SignInRefused(f"No access token is given out ({given.get('error', 'no reason')}); check the client.")
        seconds = float(str(given.get("expires_in", 3600)))
        self._until = time.monotonic() + max(seconds - AHEAD, seconds / 2)
        return token

    def _asked(self) -> dict[str, object]:
        from requests import RequestException

        try:
            if self._application is None:
                self._application = self._made()
            told = self._application.acquire_token_for_client(scopes=[self.sign_on.scope])
        except RequestException as fault:
            raise OSError(f"no answer from the issuer of tokens ({type(fault).__name__})") from fault
        except ValueError as fault:
            raise SignInRefused("The issuer of tokens is not one, or its address is wrong.") from fault
        return told if isinstance(told, dict) else {}

    def _made(self) -> "ConfidentialClientApplication":
        from msal import ConfidentialClientApplication

        return ConfidentialClientApplication(
            self.sign_on.client_id,
            client_credential=self.client_secret,
            oidc_authority=self.sign_on.issuer,
            http_client=self._line(),
        )

    def _line(self) -> "Session":
        """Requests to the issuer, with a time limit; certificates of our own go before those of the environment."""
        from requests import Session

        line = Session()
        line.request = partial(line.request, timeout=30)  # type: ignore[method-assign]
        if self.certificates:
            line.verify, line.trust_env = self.certificates, False
        return line
