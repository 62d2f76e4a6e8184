"""Single sign-on with OpenID Connect, against a provider on this machine: with signed tokens, well and ill."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from httpx import Response
from sqlalchemy import select
from typer.testing import CliRunner

from flows.walking import Misuse
from pipeline.desk_tables import AUDIT, USERS
from review import accounts
from review.commands import app
from review.identity_provider import IdentityProvider
from review.opening import everybody, provider_of
from review.sign_on_settings import SECRET as SECRET_NAME
from review.sign_on_settings import SignOn
from tests.desk_room import PASSWORD, START, Room, TestClient, open_room
from tests.identity_issuer import CLIENT, SECRET, Claims, IdentityIssuer, made_key

BUTTON = "Sign in with your office account"


class Office:
    """A desk and the provider of its office."""

    def __init__(self, folder: Path, **told: object) -> None:
        self.folder, self.told = folder, told
        self.room: Room = open_room(folder)
        self.issuer = IdentityIssuer(self.room.clock).start()
        self.setting()

    def setting(self, **told: object) -> None:
        """Set the desk up so."""
        given = {"issuer": self.issuer.address, "client_id": CLIENT} | self.told | told
        provider = IdentityProvider(SignOn.model_validate(given), SECRET)
        object.__setattr__(self.room.desk, "provider", provider)

    def browser(self) -> TestClient:
        return TestClient(self.room.app, follow_redirects=False)

    def way_back(self, client: TestClient, after: str = "") -> str:
        """Leave for the provider and come to the address it sends the browser back to."""
        there = client.get("/desk/sign-on", params={"next": after})
        assert there.status_code == 303, there.text
        back = requests.get(there.headers["location"], allow_redirects=False, timeout=10).headers["location"]
        assert back.startswith("http://testserver/desk/sign-on/back?")
        return back

    def sign_on(self, client: TestClient | None = None, after: str = "") -> Response:
        client = client or self.browser()
        return client.get(self.way_back(client, after))

    def user(self, name: str) -> accounts.User | None:
        with self.room.desk.reading() as connection:
            return accounts.find_user(connection, name)

    def add(self, name: str, role: str = "analyst") -> None:
        """An account that waits for its person's first sign-on."""
        with self.room.desk.writing() as connection:
            accounts.add_user(connection, name, "", role, None, START)

    def last_failure(self) -> str:
        query = select(AUDIT.c.detail).where(AUDIT.c.action == "login_failed").order_by(AUDIT.c.id.desc())
        with self.room.desk.reading() as connection:
            return str(connection.execute(query).scalar())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.issuer.stop()
    made.room.desk.drawer.close()
    made.room.store.close()


def assert_nobody(office: Office, told: Response, client: TestClient, code: str) -> None:
    """Nobody is signed in, the page says so in a sentence, and the audit why."""
    assert told.status_code >= 400 and "socieux_session" not in told.headers.get("set-cookie", "")
    assert client.get("/desk").status_code == 303
    assert office.last_failure().startswith(code)
    for inner in (SECRET, "Traceback", "joserfc", "never shown", "invalid_", "token", "nonce", office.issuer.address):
        assert inner not in told.text
    assert 'role="alert"' in told.text and "/desk/login" in told.text


# ------------------------------------------------------------------------------------------------ the usual way
def test_somebody_with_an_account_comes_in_and_goes_out(office: Office) -> None:
    office.add("eva")
    client = office.browser()
    shown = client.get("/desk/login", params={"next": "/desk?tab=ready"})
    assert BUTTON in shown.text and "/desk/sign-on?next=/desk%3Ftab%3Dready" in shown.text
    assert "127.0.0.1" not in shown.headers["content-security-policy"] and 'name="password"' in shown.text
    told = office.sign_on(client, "/desk?tab=ready")
    assert (told.status_code, told.headers["location"]) == (303, "/desk?tab=ready")
    cookies = told.headers.get_list("set-cookie")
    session = next(each for each in cookies if each.startswith("socieux_session="))
    assert "HttpOnly" in session and "SameSite=lax" in session and "Path=/desk" in session
    assert any(each.startswith('socieux_sign_on="";') for each in cookies)
    page = client.get("/desk").text
    assert "Eva Nowak (analyst)" in page
    user = office.user("eva")
    assert user and not user.local and user.full_name == "Eva Nowak"
    assert "your password is kept there" in client.get("/desk/account").text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    left = client.post("/desk/logout", data={"csrf": token})
    assert left.headers["location"] == "/desk/login?left=1"
    assert client.get("/desk").status_code == 303
    assert "/desk/sign-on/out" in client.get("/desk/login?left=1").text
    out = client.get("/desk/sign-on/out").headers["location"]
    assert out.startswith(f"{office.issuer.address}/end?") and "id_token" not in out
    home = parse_qs(urlsplit(out).query)["post_logout_redirect_uri"]
    assert home == ["http://testserver/desk/login"]


def test_the_session_ends_as_any_other(office: Office) -> None:
    office.add("eva")
    client = office.browser()
    office.sign_on(client)
    office.room.clock.later(hours=2, minutes=1)
    assert client.get("/desk").status_code == 303
    office.sign_on(client)
    for _ in range(12):
        assert client.get("/desk").status_code == 200
        office.room.clock.later(hours=1)
    office.room.clock.later(minutes=1)
    assert client.get("/desk").status_code == 303, "twelve hours are the longest"


def test_the_account_is_known_by_the_subject_and_not_by_the_name(office: Office) -> None:
    office.add("eva")
    assert office.sign_on().status_code == 303
    office.issuer.person["preferred_username"] = "eva.married"
    client = office.browser()
    assert office.sign_on(client).status_code == 303
    assert "Eva Nowak" in client.get("/desk").text and office.user("eva.married") is None
    office.issuer.person = {"sub": "another", "preferred_username": "eva", "name": "Another Eva"}
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "no_account")


def test_local_accounts_stay_and_are_never_taken(office: Office) -> None:
    assert office.room.person("ana").get("/desk").status_code == 200
    office.setting(unknown="reader")
    office.issuer.person["preferred_username"] = "ana"
    client = office.browser()
    told = office.sign_on(client)
    assert_nobody(office, told, client, "name_taken")
    assert "signs in with a password" in told.text
    again = office.browser().post("/desk/login", data={"name": "ana", "password": PASSWORD})
    assert again.status_code == 303
    office.add("eva")
    nobody = office.browser().post("/desk/login", data={"name": "eva", "password": ""})
    assert nobody.status_code == 401, "an account without a password has none to guess"


def test_without_settings_there_is_no_button_and_no_way(tmp_path: Path) -> None:
    room = open_room(tmp_path)
    client = TestClient(room.app, follow_redirects=False)
    assert "sign-on" not in client.get("/desk/login").text
    for path in ("/desk/sign-on", "/desk/sign-on/back?code=x&state=y", "/desk/sign-on/out"):
        assert client.get(path).status_code == 404
    room.store.close()


# ------------------------------------------------------------------------------------------------ who may in
def test_strangers_are_refused_or_become_readers_as_the_office_says(office: Office) -> None:
    client = office.browser()
    told = office.sign_on(client)
    assert_nobody(office, told, client, "no_account")
    assert "knows you as eva" in told.text and office.user("eva") is None
    office.setting(unknown="reader")
    assert office.sign_on(client).status_code == 303
    assert "Eva Nowak (reader)" in client.get("/desk").text


@pytest.mark.parametrize("where", ["token", "userinfo"])
def test_a_claim_gives_the_role_anew_each_time(office: Office, where: str) -> None:
    office.setting(role_claim="access.groups", roles={"requests": "analyst", "heads": "lead"})
    held = office.issuer.person if where == "token" else office.issuer.beside
    client = office.browser()
    for groups, role in (["requests", "others"], "analyst"), (["heads", "requests"], "lead"), ("requests", "analyst"):
        held["access"] = {"groups": groups}
        assert office.sign_on(client).status_code == 303
        assert f"({role})" in client.get("/desk").text
    held["access"] = {"groups": ["others"]}
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "no_role")
    office.setting(role_claim="access.groups", roles={"requests": "analyst"}, unknown="reader")
    assert office.sign_on(client).status_code == 303
    assert "(reader)" in client.get("/desk").text
    with office.room.desk.reading() as connection:
        noted = connection.execute(select(AUDIT.c.detail).where(AUDIT.c.action == "sign_on_role")).scalars().all()
    assert noted == ["new analyst", "lead", "analyst", "reader"]


def test_a_closed_account_stays_closed(office: Office) -> None:
    office.add("eva")
    office.sign_on()
    with office.room.desk.writing() as connection:
        connection.execute(USERS.update().where(USERS.c.name == "eva").values(active=False))
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "closed")


def test_an_address_is_a_name_only_if_it_is_verified(office: Office) -> None:
    office.setting(name_claim="email", unknown="reader")
    office.issuer.person["email"] = "Eva@office.example"
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "mail_unverified")
    office.issuer.person["email_verified"] = True
    assert office.sign_on(client).status_code == 303
    assert office.user("eva@office.example")


@pytest.mark.parametrize("name", [None, "", "two words", "x" * 81, "e\u202eva", 7, ["eva"]])
def test_without_a_usable_name_nobody_comes_in(office: Office, name: object) -> None:
    office.setting(unknown="reader")
    office.issuer.person["preferred_username"] = name
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "no_name")


# ------------------------------------------------------------------------------------------------ what is not believed
def change(**told: object) -> Callable[[Claims], None]:
    return lambda claims: claims.update(told)


def drop(name: str) -> Callable[[Claims], None]:
    return lambda claims: claims.pop(name) and None


NOW = int(START.timestamp())
SPOILT = {
    "wrong nonce": change(nonce="another"),
    "no nonce": drop("nonce"),
    "wrong audience": change(aud="another-client"),
    "no audience": drop("aud"),
    "several audiences, for another party": change(aud=[CLIENT, "other"], azp="other"),
    "several audiences, no party": change(aud=[CLIENT, "other"]),
    "wrong issuer": change(iss="https://login.evil.example"),
    "expired": change(exp=NOW - 61),
    "no end": drop("exp"),
    "end that is no number": change(exp="tomorrow"),
    "issued in the future": change(iat=NOW + 61),
    "not yet": change(nbf=NOW + 61),
    "no subject": drop("sub"),
    "empty subject": change(sub=""),
    "another access token": change(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_token_that_does_not_fit_signs_nobody_in(office: Office, case: str) -> None:
    office.add("eva")
    office.issuer.spoil = SPOILT[case]
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "untrusted:")


@pytest.mark.parametrize("sign", ["another", "none", "secret"])
def test_a_signature_that_anybody_could_make_signs_nobody_in(office: Office, sign: str) -> None:
    office.add("eva")
    office.issuer.sign = sign
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "untrusted:")


@pytest.mark.parametrize("off", [-50, 50])
def test_clocks_may_differ_a_little(office: Office, off: int) -> None:
    office.add("eva")
    office.issuer.spoil = change(iat=NOW + off, exp=NOW + off if off < 0 else NOW + 300)
    assert office.sign_on().status_code == 303


def test_a_key_that_the_provider_has_changed_is_fetched(office: Office) -> None:
    office.add("eva")
    assert office.sign_on().status_code == 303
    office.issuer.key = made_key("second")
    provider = office.room.desk.provider
    assert provider
    provider._keys_at = time.monotonic() - 60
    assert office.sign_on().status_code == 303
    assert office.issuer.seen.count("/keys") == 2


def test_userinfo_about_somebody_else_is_refused(office: Office) -> None:
    office.setting(role_claim="groups", roles={"a": "admin"})
    office.add("eva")
    office.issuer.beside = {"sub": "somebody else", "groups": ["a"]}
    client = office.browser()
    assert_nobody(office, office.sign_on(client), client, "untrusted:userinfo")


# ------------------------------------------------------------------------------------------------ the way back
def test_a_way_back_is_taken_once_by_the_browser_that_left(office: Office) -> None:
    office.add("eva")
    client, other = office.browser(), office.browser()
    back = office.way_back(client)
    assert_nobody(office, other.get(back), other, "used_up")
    held = client.cookies.get("socieux_sign_on")
    assert client.get(back).status_code == 303
    thief = office.browser()
    thief.cookies.set("socieux_sign_on", held or "", path="/desk/sign-on")
    assert_nobody(office, thief.get(back), thief, "used_up")
    assert office.issuer.seen.count("/token") == 1, "the desk does not even ask"


def test_a_code_is_taken_once_by_the_provider(office: Office) -> None:
    """Also where the desk has forgotten that the way was taken: it was started anew."""
    office.add("eva")
    client = office.browser()
    back = office.way_back(client)
    held = client.cookies.get("socieux_sign_on")
    assert client.get(back).status_code == 303
    office.setting()
    again = office.browser()
    again.cookies.set("socieux_sign_on", held or "", path="/desk/sign-on")
    assert_nobody(office, again.get(back), again, "used_up")
    assert office.issuer.seen[-1] == "/token"


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5_000, "\u00e9"])
def test_another_state_is_refused(office: Office, state: str) -> None:
    office.add("eva")
    client = office.browser()
    asked = parse_qs(urlsplit(office.way_back(client)).query)
    told = client.get("/desk/sign-on/back", params={"code": asked["code"][0], "state": state})
    assert_nobody(office, told, client, "used_up")
    assert "/token" not in office.issuer.seen


def test_a_way_back_lapses(office: Office) -> None:
    office.add("eva")
    client = office.browser()
    back = office.way_back(client)
    office.room.clock.later(minutes=11)
    assert_nobody(office, client.get(back), client, "used_up")


def test_a_code_of_another_browser_does_not_fit(office: Office) -> None:
    """Somebody slips their own code under another's state: the provider finds that PKCE does not hold."""
    office.add("eva")
    client, thief = office.browser(), office.browser()
    mine, theirs = (parse_qs(urlsplit(office.way_back(each)).query) for each in (client, thief))
    asked = {"code": theirs["code"][0], "state": mine["state"][0], "iss": office.issuer.address}
    assert_nobody(office, client.get("/desk/sign-on/back", params=asked), client, "used_up")


@pytest.mark.parametrize("iss", ["", "https://login.evil.example"])
def test_an_answer_of_another_provider_is_refused(office: Office, iss: str) -> None:
    office.add("eva")
    client = office.browser()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(office.way_back(client)).query).items()}
    told = client.get("/desk/sign-on/back", params=asked | {"iss": iss})
    assert_nobody(office, told, client, "untrusted:iss")


@pytest.mark.parametrize("after", ["https://evil.example", "//evil.example", "/desk\\..//evil", "/else"])
def test_signing_on_leads_to_the_desk_only(office: Office, after: str) -> None:
    office.add("eva")
    assert office.sign_on(after=after).headers["location"] == "/desk"


def test_too_many_attempts_are_stopped(office: Office) -> None:
    client = office.browser()
    for _ in range(40):
        client.get("/desk/sign-on/back?code=guess&state=guess")
    told = client.get("/desk/sign-on/back?code=guess&state=guess")
    assert told.status_code == 429 and "quarter of an hour" in told.text


# ------------------------------------------------------------------------------------------------ a provider in trouble
def test_somebody_gives_up_at_the_provider(office: Office) -> None:
    office.issuer.refuse = "access_denied"
    client = office.browser()
    told = office.sign_on(client)
    assert_nobody(office, told, client, "answer:access_denied")
    assert "broken off" in told.text


def test_a_provider_that_is_gone_is_said_so(office: Office) -> None:
    office.issuer.stop()
    client = office.browser()
    told = client.get("/desk/sign-on")
    assert told.status_code == 503 and "does not answer" in told.text
    assert_nobody(office, told, client, "unreachable")
    office.issuer.start()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "https://login.evil.example"}, "setup:issuer"),
        ({"token_endpoint": "http://login.evil.example/token"}, "setup:configuration"),
        ({"jwks_uri": None}, "setup:configuration"),
    ],
)
def test_a_provider_that_is_not_the_one_named_is_not_gone_to(
    office: Office, changes: dict[str, object], code: str
) -> None:
    office.issuer.changes = changes
    client = office.browser()
    told = client.get("/desk/sign-on")
    assert told.status_code == 502
    assert_nobody(office, told, client, code)


def test_a_wrong_secret_is_the_administrators_business(office: Office) -> None:
    provider = office.room.desk.provider
    assert provider
    provider.secret = "wrong"
    client = office.browser()
    told = office.sign_on(client)
    assert_nobody(office, told, client, "setup:token")
    assert "Tell the desk" in told.text


# ------------------------------------------------------------------------------------------------ setting it up
def written(folder: Path, text: str) -> Path:
    path = folder / "desk.toml"
    path.write_text(text, "utf-8")
    return path


GOOD = f'[sign_on]\nissuer = "https://login.office.example/realm"\nclient_id = "{CLIENT}"\n'


def test_the_settings_are_read_and_the_secret_lies_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET_NAME, raising=False)
    assert provider_of(None) is None and provider_of(written(tmp_path, "")) is None
    with pytest.raises(Misuse, match=SECRET_NAME):
        provider_of(written(tmp_path, GOOD))
    monkeypatch.setenv(SECRET_NAME, SECRET)
    provider = provider_of(written(tmp_path, GOOD))
    assert provider and provider.secret == SECRET and SECRET not in repr(provider)
    held = tmp_path / "secret"
    held.write_text("from the file\n")
    provider = provider_of(written(tmp_path, GOOD + f'secret_file = "{held}"\n'))
    assert provider and provider.secret == "from the file"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[sign_on", "TOML"),
        ('[sign_on]\nclient_id = "x"\n', "sign_on.issuer"),
        ('[sign_on]\nissuer = "http://login.office.example"\nclient_id = "x"\n', "sign_on.issuer.*https"),
        (GOOD + 'role_claim = "groups"\n', "sign_on.*together"),
        (GOOD + 'role_claim = "groups"\nroles = {a = "king"}\n', "sign_on.roles.a"),
        (GOOD + 'scopes = ["profile"]\n', "sign_on.scopes.*openid"),
        (GOOD + "leeway = 3600\n", "sign_on.leeway"),
        (GOOD + 'secret = "no"\n', "sign_on.secret"),
    ],
)
def test_settings_that_cannot_be_are_told_by_file_and_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(Misuse, match=f"desk.toml.*{named}"):
        provider_of(written(tmp_path, text))


def test_accounts_for_sign_on_are_made_on_the_command_line(tmp_path: Path) -> None:
    room, line = open_room(tmp_path), CliRunner()
    store = ["--store", str(tmp_path / "desk.db")]
    told = line.invoke(app, ["user", "add", "eva", "--sign-on", *store])
    assert told.exit_code == 0, told.output
    told = line.invoke(app, ["user", "sign-on", "ana", *store])
    assert told.exit_code == 0 and "single sign-on only" in told.output
    assert {user.name: user.local for user in everybody(room.store) if user.name in ("ana", "bo", "eva")} == {
        "ana": False,
        "bo": True,
        "eva": False,
    }
    assert line.invoke(app, ["user", "sign-on", "nobody", *store]).exit_code == 2
    room.store.close()
