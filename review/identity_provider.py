"""The identity provider: where it sends people, and who it says has come back. Nothing it says is believed unchecked.

Authorization code with PKCE (S256), state and nonce; the ID token's signature, issuer, audience, nonce and times are
checked by Authlib and joserfc against the provider's published keys, asymmetric algorithms only.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from review.sign_on_settings import SignOn, is_safe

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc.jwt import Token

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that a key nobody else holds can make; ``none`` and shared secrets (HS…) are not among them."""
KEPT = 3600.0
"""Seconds that the provider's configuration and keys are kept."""
KEYS_ANEW = 10.0
"""Seconds between two looks for a key that is not among those kept."""

Claims = Mapping[str, object]


class SignOnFailed(Exception):
    """Nobody can be signed in so: ``code`` for the audit, ``words`` for the person, ``status`` for the page."""

    def __init__(self, code: str, words: str, status: int) -> None:
        super().__init__(code)
        self.code, self.words, self.status = code, words, status


def unreachable() -> SignOnFailed:
    """The provider does not answer."""
    words = (
        "The sign-on service of the office does not answer. Try again in a moment; passwords of the desk still work."
    )
    return SignOnFailed("unreachable", words, 503)


def ill_matched(what: str) -> SignOnFailed:
    """Desk and provider are set up in ways that do not fit each other."""
    words = "The desk and the office's sign-on service are not set up for each other. Tell the desk's administrator."
    return SignOnFailed(f"setup:{what}", words, 502)


def untrusted(what: str) -> SignOnFailed:
    """What came back is not what the provider says about this person, now, to this desk."""
    words = (
        "The answer of the sign-on service could not be trusted, so nobody was signed in. "
        "Begin again; if this happens once more, tell the desk's administrator."
    )
    return SignOnFailed(f"untrusted:{what}", words, 403)


def used_up() -> SignOnFailed:
    """The way back was taken before, or too late, or in another browser."""
    words = "This sign-in was used already, begun too long ago, or begun in another browser. Begin again."
    return SignOnFailed("used_up", words, 400)


class Configuration(BaseModel):
    """What the provider says about itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @field_validator(
        "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"
    )
    @classmethod
    def _safe(cls, address: str | None) -> str | None:
        if address is not None and not is_safe(address):
            raise ValueError("neither https nor this machine")
        return address


@dataclass
class IdentityProvider:
    """One provider, as the settings name it; its configuration and keys are fetched when first needed."""

    settings: SignOn
    secret: str = field(repr=False)
    _configuration: Configuration | None = None
    _keys: Mapping[str, object] | None = None
    _known_at: float = 0.0
    _keys_at: float = 0.0
    _used: dict[str, datetime] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def way_there(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """The address at the provider to which a browser is sent. Raises ``SignOnFailed``."""
        there = self.configuration().authorization_endpoint
        told = self._client(back).create_authorization_url(there, state=state, nonce=nonce, code_verifier=verifier)
        return str(told[0])

    def who(self, code: str, back: str, nonce: str, verifier: str, now: datetime) -> Claims:
        """What the provider says about the person who came back with a code. Raises ``SignOnFailed``."""
        tokens = self._exchanged(code, back, verifier)
        given = tokens.get("id_token")
        if not isinstance(given, str):
            raise ill_matched("no_id_token")
        claims = self._checked(given, tokens.get("access_token"), nonce, now)
        wanted = (self.settings.name_claim, self.settings.role_claim)
        if all(claim is None or value_of(claims, claim) is not None for claim in wanted):
            return claims
        return {**self._told_besides(tokens, back, claims), **claims}

    def way_out(self, home: str) -> str | None:
        """The address at which a person signs out at the provider; null where it has none. Raises ``SignOnFailed``."""
        from authlib.common.urls import add_params_to_uri

        there = self.configuration().end_session_endpoint
        told = {"client_id": self.settings.client_id, "post_logout_redirect_uri": home}
        return str(add_params_to_uri(there, list(told.items()))) if there else None

    def use_once(self, state: str, now: datetime, lasts: timedelta) -> bool:
        """True the first time that a way back is taken."""
        with self._lock:
            self._used = {each: at for each, at in self._used.items() if now - at <= lasts}
            new = state not in self._used
            self._used[state] = now
            return new

    def configuration(self) -> Configuration:
        """What the provider says about itself; it must be the issuer of the settings. Raises ``SignOnFailed``."""
        with self._lock:
            if self._configuration is None or time.monotonic() - self._known_at > KEPT:
                found = self._fetched(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
                self._configuration, self._known_at = self._read(found), time.monotonic()
                self._keys = None
            return self._configuration

    def _read(self, found: object) -> Configuration:
        try:
            read = Configuration.model_validate(found)
        except ValidationError as fault:
            raise ill_matched("configuration") from fault
        if read.issuer != self.settings.issuer:
            raise ill_matched("issuer")
        return read

    def _fetched(self, address: str) -> object:
        """A public document of the provider."""
        with self._client("") as client:
            return self._asked(client, address, withhold_token=True)

    def _asked(self, client: "OAuth2Session", address: str, **more: object) -> object:
        from requests import RequestException

        try:
            answer = client.get(address, allow_redirects=False, **more)
        except RequestException as fault:
            raise unreachable() from fault
        if answer.status_code >= 500:
            raise unreachable()
        try:
            return answer.json() if answer.status_code == 200 else None
        except ValueError as fault:
            raise ill_matched("no_json") from fault

    def _exchanged(self, code: str, back: str, verifier: str) -> Claims:
        """The tokens for a code."""
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        there = self.configuration().token_endpoint
        more = {"code": code, "code_verifier": verifier, "allow_redirects": False}
        try:
            with self._client(back) as client:
                told = client.fetch_token(there, grant_type="authorization_code", **more)
        except AuthlibBaseError as fault:
            raise used_up() if fault.error == "invalid_grant" else ill_matched("token") from fault
        except RequestException as fault:
            raise unreachable() from fault
        except ValueError as fault:
            raise ill_matched("token") from fault
        return cast(Claims, told)

    def _checked(self, given: str, access_token: object, nonce: str, now: datetime) -> Claims:
        """The claims of an ID token that holds for this desk, this sign-in and this moment."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        told = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token}
        wanted = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            "sub": {"essential": True},
        }
        try:
            token = self._opened(given)
            claims = CodeIDToken(token.claims, token.header, wanted, told)
            claims.validate(now=int(now.timestamp()), leeway=self.settings.leeway)
        except JoseError as fault:
            raise untrusted(fault.error or type(fault).__name__) from fault
        except (ValueError, TypeError, KeyError) as fault:
            raise untrusted("token") from fault
        return dict(claims)

    def _opened(self, given: str) -> "Token":
        """An ID token whose signature holds; keys that the provider has changed are fetched anew."""
        from joserfc.errors import InvalidKeyIdError

        try:
            return self._verified(given, anew=False)
        except InvalidKeyIdError:
            return self._verified(given, anew=True)

    def _verified(self, given: str, anew: bool) -> "Token":
        from joserfc import jwt
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        keys = KeySet.import_key_set(self._published(anew))  # type: ignore[arg-type]
        return jwt.decode(given, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))

    def _published(self, anew: bool) -> Mapping[str, object]:
        """The provider's keys."""
        address = self.configuration().jwks_uri
        with self._lock:
            if self._keys is None or (anew and time.monotonic() - self._keys_at > KEYS_ANEW):
                found = self._fetched(address)
                if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
                    raise ill_matched("keys")
                self._keys, self._keys_at = found, time.monotonic()
            return self._keys

    def _told_besides(self, tokens: Claims, back: str, claims: Claims) -> Claims:
        """Many providers tell name and groups only at their userinfo address."""
        there = self.configuration().userinfo_endpoint
        if there is None:
            return {}
        with self._client(back) as client:
            client.token = dict(tokens)
            found = self._asked(client, there)
        if not isinstance(found, dict) or found.get("sub") != claims.get("sub"):
            raise untrusted("userinfo")
        return found

    def _client(self, back: str) -> "OAuth2Session":
        from authlib.integrations.requests_client import OAuth2Session

        told = self.settings
        methods = self._configuration.token_endpoint_auth_methods_supported if self._configuration else ()
        by_form = "client_secret_basic" not in methods and "client_secret_post" in methods
        client = OAuth2Session(
            told.client_id,
            self.secret,
            token_endpoint_auth_method="client_secret_post" if by_form else "client_secret_basic",
            scope=" ".join(told.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=told.patience,
        )
        if told.certificates:
            # Certificates of our own go before those of the environment.
            client.verify, client.trust_env = str(told.certificates), False
        return client


def value_of(claims: Claims, name: str) -> object:
    """A claim, also one inside another (``realm_access.roles``); null if it is not there."""
    if name in claims:
        return claims[name]
    first, _, rest = name.partition(".")
    inner = claims.get(first)
    return value_of(inner, rest) if rest and isinstance(inner, dict) else None
