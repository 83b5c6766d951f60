"""Sign-in through a provider: who comes in, who does not, and what binds whom."""

import datetime as dt
import http.client
import re
import ssl
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import hash_cheaply
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from oidc_provider import DISCOVERY, DRIPS, open_provider, trust
from sqlalchemy import update
from test_door import LOGIN, PASSWORD, close
from test_second_factor import demand, switch_on

from workflow_app import cli
from workflow_app.clock import SystemClock
from workflow_app.oidc import provider as providers
from workflow_app.services.accounts.access import MOST_FAILURES_OF_ADDRESS, make_link
from workflow_app.services.accounts.access_changes import NewEmail
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import (
    Account,
    AdminEvent,
    IdentityBinding,
    SignInAttempt,
    SignInSession,
)
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position
from workflow_app.store.models.messages import Notice, OutboxMessage

DOOR, BACK = "/sign-in/provider", "/sign-in/provider/back"
UNBOUND = "не привязан к доступу, или доступ закрыт"
UNPROVED = "не прошёл проверку"
AWAY = "сейчас нельзя"
CLERK, HEAD = "P006", "P102"
"""A methodist, who signs and administers nothing; a head of a school, who signs."""


@pytest.fixture
def provider(district):
    with open_provider() as server:
        trust(district.container, server)
        yield server


@pytest.fixture(autouse=True)
def _quick_passwords(district):
    for person in (CLERK, HEAD):
        hash_cheaply(district, person, PASSWORD)


def sent(visitor, path=DOOR):
    """Return where a browser is sent by a link of ours."""
    answer = visitor.client.get(path)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def go(address):
    """Let the provider be asked by a browser; return the way back as a path of ours."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    target = urlsplit(connection.getresponse().getheader("Location"))
    connection.close()
    return f"{target.path}?{target.query}"


def come(visitor, path=DOOR):
    """Walk from our link through the provider; return our answer."""
    return visitor.client.get(go(sent(visitor, path)))


def refused(visitor, said, answer=None):
    answer = answer or come(visitor)
    assert answer.headers["Location"].startswith("/sign-in"), answer.headers
    page = visitor.get(answer.headers["Location"])
    assert said in page
    assert visitor.client.get("/").headers["Location"].startswith("/sign-in")
    return page


def begin_binding(visitor, **more):
    """Give the password on her page; return where the link there leads."""
    page = visitor.post("/account/provider", status=200, password=PASSWORD, **more).text
    return re.search(r'href="(http[^"]+)"', page)[1].replace("&amp;", "&")


def bindings(district):
    return [(row["person_id"], row["subject"]) for row in district.rows(IdentityBinding)]


def actions(district):
    return [row["action"] for row in district.rows(AdminEvent)]


def account(district, person=CLERK):
    return district.rows(Account, person_id=district.people[person])[0]


def test_without_settings_there_is_no_such_way(browser):
    assert "/sign-in/provider" not in browser().get("/sign-in")
    browser().get(DOOR, 404)
    browser().get(BACK, 404)
    assert 'id="provider"' not in browser(CLERK).get("/account")


def test_who_is_known_by_her_verified_address_comes_in_and_is_told(browser, district, provider):
    provider.person["email"] = " P006@Levokum.Example "
    visitor = browser()
    assert f'href="{DOOR}?next=/news"' in visitor.get("/sign-in?next=/news")
    address = sent(visitor, f"{DOOR}?next=/networks")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "openid email"
    assert asked["redirect_uri"] == district.container.settings.public_url + BACK
    token = visitor.token()
    answer = visitor.client.get(go(address))
    assert answer.headers["Location"] == "/networks"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert visitor.client.post("/notices/read", data={"csrf_token": token}).status_code == 400
    assert "Мои дела" in visitor.get("/")
    person = district.people[CLERK]
    assert bindings(district) == [(person, "a-1")]
    assert actions(district) == ["bind_identity"]
    letter = district.rows(Notice, kind="letter")[-1]
    assert (letter["person_id"], letter["subject"]) == (person, "Привязан вход через портал района")
    assert district.rows(OutboxMessage, kind="mail")[-1]["payload"] == {"notice_id": letter["id"]}
    assert account(district)["reset_at"], "it was not in her own visit"
    assert "привязан с" in visitor.get("/account")
    provider.person["email_verified"] = False  # from now on she is known by the subject
    assert come(browser()).headers["Location"] == "/"
    assert len(district.rows(Notice, kind="letter")) == 1
    close(district, CLERK)
    refused(browser(), UNBOUND)


def test_the_sentence_is_one_whoever_is_here(browser, district, provider):
    close(district, "P007")
    pages = set()
    for subject, email in (
        ("b-1", "nobody@levokum.example"),
        ("b-2", "p007@levokum.example"),  # closed
        ("b-3", LOGIN),  # signs
        ("b-4", "p003@levokum.example"),  # administers
    ):
        provider.person |= {"sub": subject, "email": email}
        page = refused(browser(), UNBOUND)
        pages.add(re.sub(r'name="csrf_token" value="[^"]*"', "", page))
        assert email not in page
    assert len(pages) == 1
    assert bindings(district) == district.rows(SignInSession) == []
    provider.person |= {"sub": "a-1", "email": "p006@levokum.example"}
    come(browser())
    provider.person["sub"] = "b-5"  # somebody else there has the address by now
    refused(browser(), UNBOUND)
    assert len(bindings(district)) == 1


@pytest.mark.parametrize("unverified", [{"email_verified": False}, {"email_verified": "true"}])
def test_an_address_nobody_has_verified_is_no_proof(browser, district, provider, unverified):
    provider.person |= unverified
    refused(browser(), "почта там не подтверждена")
    provider.person |= {"email": "p006@levokum.example\x00", "email_verified": True}
    refused(browser(), "почта там не подтверждена")
    provider.person |= {"email": None, "email_verified": None}
    refused(browser(), "почта там не подтверждена")
    assert bindings(district) == []


UNPROVED_TOKENS = [
    {"claims": {"iss": "https://other.example"}},
    {"claims": {"aud": "other"}},
    {"claims": {"aud": ["workflow", "other"]}},  # to whom was it given?
    {"claims": {"azp": "other"}},
    {"claims": {"exp": 1_700_000_000}},
    {"claims": {"iat": 32_000_000_000}},
    {"claims": {"exp": None}},
    {"claims": {"exp": "soon"}},
    {"claims": {"nonce": "other"}},
    {"claims": {"nonce": None}},
    {"claims": {"sub": ["a-1"]}},
    {"claims": {"sub": "x" * 256}},
    {"claims": {"sub": None}},
    {"claims": {"sub": "a\x00"}},
    {"claims": {"at_hash": "AAAA"}},
    {"alg": "none"},
    {"alg": "HS256"},
    {"key": ECKey.generate_key("P-256", {"kid": "first"})},
    {"at": {"/token": (200, {"access_token": "x"}, 0)}},
    {"at": {"/token": (200, {"id_token": "a.b.c"}, 0)}},
    {"at": {"/token": (200, {"id_token": ["x"]}, 0)}},
    {"answer": {"code": "x", "iss": "https://other.example"}},
]


def test_a_token_that_proves_nobody_opens_nothing(browser, district, provider):
    for spoil in UNPROVED_TOKENS:
        provider.spoil = spoil
        refused(browser(), UNPROVED)
    assert bindings(district) == district.rows(SignInSession) == []


def test_several_audiences_are_fine_with_the_party_named(browser, provider):
    provider.spoil = {"claims": {"aud": ["workflow", "other"], "azp": "workflow"}}
    assert come(browser()).headers["Location"] == "/"


UNUSABLE = [
    {"at": {DISCOVERY: (500, {}, 0)}},
    {"at": {DISCOVERY: (302, {}, 0)}},
    {"at": {DISCOVERY: (200, b"<html>", 0)}},
    {"at": {DISCOVERY: (200, [1], 0)}},
    {"at": {DISCOVERY: (200, b"[" * 100_000, 0)}},
    {"at": {DISCOVERY: (200, b'{"issuer": "' + b"x" * 300_000 + b'"}', 0)}},
    {"published": {"issuer": "https://other.example"}},
    {"published": {"token_endpoint": "http://provider.example/token"}},
    {"published": {"authorization_endpoint": "javascript:alert(1)"}},
    {"published": {"jwks_uri": None}},
    {"published": {"authorization_endpoint": "https://login.example/\r\nX: y"}},
    {"published": {"token_endpoint_auth_methods_supported": 5}},
]


def test_an_outage_or_nonsense_leaves_the_password(browser, district, provider):
    visitor = browser()
    for spoil in UNUSABLE:
        trust(district.container, provider)
        provider.spoil = spoil
        page = refused(visitor, AWAY, visitor.client.get(f"{DOOR}?next=/networks"))
        assert 'action="/sign-in?next=/networks"' in page
        asked = len(provider.asked)
        visitor.client.get(DOOR)
        assert len(provider.asked) == asked, "its silence is remembered"
    visitor.post("/sign-in", login=LOGIN, password=PASSWORD)


OUTAGES = [
    {"/token": (500, {}, 0)},
    {"/token": (302, {}, 0)},
    {"/token": (401, {"error": "invalid_client"}, 0)},
    {"/token": (200, {}, 0.5)},
    {"/token": (200, {}, DRIPS)},
    {"/keys": (500, {}, 0)},
    {"/keys": (200, {"keys": [{"kty": "EC", "x": 1}]}, 0)},
]


def test_an_outage_on_the_way_back_is_told_too_and_is_nobodys_guess(
    browser, district, provider, monkeypatch
):
    monkeypatch.setattr("workflow_app.oidc.transport.SECONDS", 0.2)
    begun = time.monotonic()
    for at in OUTAGES:
        trust(district.container, provider)
        provider.spoil = {"at": at}
        refused(browser(), AWAY)
    assert time.monotonic() - begun < 3, "one answer alone would take as long"
    assert district.rows(SignInAttempt) == []


def test_a_new_key_is_asked_for_once(browser, provider):
    come(browser())
    provider.rotate("second")
    assert come(browser()).headers["Location"] == "/"
    assert [path.rpartition("/")[2] for path in provider.asked].count("keys") == 2
    provider.spoil = {"key": ECKey.generate_key("P-256", {"kid": "third"})}
    provider.rotate("fourth")
    published, provider.key = provider.key, ECKey.generate_key("P-256", {"kid": "fifth"})
    address = sent(visitor := browser())
    back = go(address)
    asked = len(provider.asked)
    refused(visitor, UNPROVED, visitor.client.get(back))
    assert len(provider.asked) == asked + 2, "the token, and the keys once"
    assert published.kid != provider.key.kid


@pytest.mark.usefixtures("provider")
def test_what_another_browser_began_or_none_is_refused(browser, district):
    began, other = browser(), browser()
    back = go(sent(began))
    refused(other, "в другом окне", other.client.get(back))
    refused(other, "в другом окне", other.client.get(BACK))
    refused(other, "в другом окне", other.client.get(f"{BACK}?state=&code=x"))
    spoilt = re.sub(r"state=[^&]+", "state=other", back)
    refused(began, "в другом окне", began.client.get(spoilt))
    assert began.client.get(back).headers["Location"] == "/", "what she began is still good"
    late = browser()
    back = go(sent(late))
    district.container.clock.advance(dt.timedelta(minutes=11))
    refused(late, "слишком давно", late.client.get(back))


@pytest.mark.parametrize("spoil", [{}, {"replay": True}], ids=["code", "state"])
def test_nothing_is_good_twice(browser, provider, spoil):
    provider.spoil = spoil  # the second provider takes a code again
    visitor = browser()
    back = go(sent(visitor))
    cookie = visitor.client.get_cookie("workflow_form").value
    assert visitor.client.get(back).headers["Location"] == "/"
    thief = browser()
    thief.client.set_cookie("workflow_form", cookie)
    refused(thief, "уже завершён", thief.client.get(back))


def test_no_other_site_begins_a_visit(browser, provider):
    answer = browser().client.get(DOOR, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Location"] == "/sign-in"
    assert provider.asked == []


def test_who_changes_her_mind_and_what_went_wrong_there_is_said(browser, provider):
    provider.spoil = {"answer": {"error": "access_denied", "error_description": "<b>no</b>"}}
    page = refused(browser(), "отменён")
    assert "<b>no" not in page
    provider.spoil = {"answer": {"error": "server_error"}}
    refused(browser(), AWAY)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_out_of_the_house(browser, provider, target):
    assert come(browser(), f"{DOOR}?next={target}").headers["Location"] == "/"
    provider.spoil = {"answer": {"error": "access_denied"}}
    answer = come(browser(), f"{DOOR}?next={target}")
    assert answer.headers["Location"] == "/sign-in"


@pytest.mark.usefixtures("provider")
def test_failures_of_an_address_count_with_those_of_passwords(browser, district):
    visitor = browser()
    for _ in range(MOST_FAILURES_OF_ADDRESS - 1):
        visitor.client.get(f"{BACK}?state=x")
    back = go(sent(visitor))
    visitor.client.get(f"{BACK}?state=x")
    refused(visitor, "Слишком много попыток", visitor.client.get(back))
    refused(visitor, "Слишком много попыток", visitor.client.get(DOOR))
    visitor.post("/sign-in", status=429, login=LOGIN, password=PASSWORD)
    district.container.clock.advance(dt.timedelta(minutes=16))
    assert come(visitor).headers["Location"] == "/"


@pytest.mark.usefixtures("provider")
def test_a_visit_begins_as_by_password(browser, district):
    visitor = browser(HEAD)
    come(visitor)
    assert [row["person_id"] for row in district.rows(SignInSession)] == [district.people[CLERK]]
    district.container.clock.advance(dt.timedelta(hours=13))
    assert visitor.client.get("/").status_code == 302


@pytest.mark.usefixtures("provider")
def test_the_second_factor_is_asked_for_all_the_same(browser, district):
    telephone, *_ = switch_on(district, browser(CLERK))
    visitor = browser()
    step = come(visitor, f"{DOOR}?next=/networks").headers["Location"]
    assert step == "/sign-in/code?next=/networks"
    assert visitor.client.get("/").status_code == 302
    assert visitor.post(step, code=telephone.code()).headers["Location"] == "/networks"


def test_who_signs_binds_it_in_her_own_visit_for_her_password(browser, district, provider):
    provider.person |= {"sub": "h-1", "email": "private@mail.example", "email_verified": False}
    head = browser(HEAD)
    head.post("/account/provider", password="не тот")
    assert "Пароль не подходит" in head.get("/account")
    address = begin_binding(head)
    assert parse_qs(urlsplit(address).query)["prompt"] == ["login"]
    assert head.client.get(go(address)).headers["Location"] == "/account#provider"
    page = head.get("/account")
    assert "портал района: привязан с 28.08.2025" in page
    assert account(district, HEAD)["reset_at"] is None
    assert actions(district) == ["bind_identity"]
    assert district.rows(Notice, kind="letter")[-1]["subject"].startswith("Привязан вход")
    assert come(browser()).headers["Location"] == "/"
    demand(district)
    asked = browser()
    come(asked)
    assert asked.client.get("/").headers["Location"].startswith("/account/second-factor")


def test_what_is_bound_to_one_is_not_bound_to_another(browser, district, provider):
    come(browser())
    head = browser(HEAD)
    head.client.get(go(begin_binding(head)))
    assert "привязан к другому доступу" in head.get("/account")
    provider.person["sub"] = "h-1"
    back = go(begin_binding(head))
    head.client.delete_cookie("workflow_session")
    answer = head.client.get(back)
    assert answer.headers["Location"] == "/account", "her visit ended meanwhile"
    head.sign_in(district.people["P105"])
    head.client.get(go(begin_binding_of(head, HEAD, district)))
    assert bindings(district) == [(district.people[CLERK], "a-1")]


def begin_binding_of(visitor, person, district):
    """Begin as one person, go on as another."""
    now = visitor.client.get_cookie("workflow_session").value
    visitor.sign_in(district.people[person])
    address = begin_binding(visitor)
    visitor.client.set_cookie("workflow_session", now)
    return address


@pytest.mark.usefixtures("provider")
def test_an_address_alone_is_too_little_once_she_signs(browser, district):
    come(browser())
    row = district.rows(Position, person_id=district.people[HEAD])[0]
    position = table(Position)
    change = update(position).where(position.c.person_id == district.people[CLERK])
    district.container.transact(
        lambda uow: uow.connection.execute(change.values(role=row["role"])).rowcount
    )
    refused(browser(), UNBOUND)
    own = browser(CLERK)
    assert "почты мало" in own.get("/account")
    own.client.get(go(begin_binding(own)))
    assert come(browser()).headers["Location"] == "/"


@pytest.mark.usefixtures("provider")
def test_it_is_unbound_for_the_password_and_ends_with_it(browser, district):
    own = browser(CLERK)

    def bind():
        own.client.get(go(begin_binding(own)))
        assert len(bindings(district)) == 1

    bind()
    own.post("/account/provider/unbind", password="не тот")
    assert len(bindings(district)) == 1
    own.post("/account/provider/unbind", password=PASSWORD)
    assert bindings(district) == []
    assert "отвязан" in own.get("/account")
    assert actions(district) == ["bind_identity", "unbind_identity"]
    bind()
    link = district.container.transact(
        lambda uow: make_link(SqlAccess(uow), district.people[CLERK], "password")
    )
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    browser().post(f"/choose/{link}", **new)
    assert bindings(district) == []


@pytest.mark.usefixtures("provider")
def test_a_new_address_ends_what_rested_on_the_one_before(browser, district):
    come(browser())
    wished = NewEmail(person_id=district.people[CLERK], email="zarya@levokum.example")
    district.container.transact(lambda uow: wished.carry_out(SqlAccessChanges(uow), 1))
    assert bindings(district) == []
    refused(browser(), UNBOUND)


@pytest.mark.usefixtures("provider")
def test_who_has_no_password_is_told_how_to_set_one(browser, district):
    accounts = table(Account)
    mine = update(accounts).where(accounts.c.person_id == district.people[CLERK])
    district.container.transact(
        lambda uow: uow.connection.execute(mine.values(password_hash="")).rowcount
    )
    visitor = browser()
    come(visitor)
    page = visitor.get("/account")
    assert "Пароля у вас ещё нет" in page
    assert 'href="/forgot"' in page
    said = visitor.post("/account/tokens", status=422, title="x", days="30", password="какой-то")
    assert "Пароля у вас ещё нет" in said.text


def test_the_doctor_looks_at_the_provider(district, provider, monkeypatch):
    district.container.settings.data_dir.mkdir()
    monkeypatch.setattr(cli, "_ready", lambda: district.container)
    for spoil, said in (
        ({"published": {"issuer": "https://other.example"}}, "называет себя «https://other.exam"),
        ({"at": {"/keys": (404, {}, 0)}}, "ответ 404"),
        ({}, ""),
    ):
        trust(district.container, provider)
        provider.spoil = spoil
        output = CliRunner().invoke(cli.commands, ["doctor"]).output
        assert ("вход через OIDC_ISSUER не работает" in output) is bool(said)
        assert said in output
        assert "s3cret" not in output


def test_its_certificate_has_to_be_one_this_machine_trusts(district, tmp_path, monkeypatch):
    key, file = ec.generate_private_key(ec.SECP256R1()), tmp_path / "provider.pem"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = SystemClock().now()
    made = made.not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    way = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    file.write_bytes(key.private_bytes(*way) + certificate.public_bytes(way[0]))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    with open_provider(tls) as server:
        trust(district.container, server)
        (said,) = district.container.identity_provider.complaints()
        assert "certificate verify failed" in said
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        trust(district.container, server)
        assert [*district.container.identity_provider.complaints()] == []


@pytest.mark.usefixtures("provider")
def test_what_was_written_stays_while_she_signs_in_beside_it(browser, draft):
    head = browser(HEAD)
    said = {"csrf_token": head.token(), "reason": "Нужен подвоз учеников"}
    head.client.delete_cookie("workflow_session")
    here = {"Referer": f"http://localhost/cases/{draft}"}
    page = head.client.post(f"/cases/{draft}/actions/withdraw", data=said, headers=here).text
    assert "Нужен подвоз учеников" in page
    assert f'href="{DOOR}?next=/cases/{draft}" target="_blank"' in page


def test_a_client_that_sends_its_secret_otherwise_is_known_too(browser, provider):
    ways = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    provider.spoil = {"published": ways}
    assert come(browser()).headers["Location"] == "/"


@pytest.mark.usefixtures("provider")
def test_few_wait_for_the_provider_at_once(browser, district):
    visitor = browser()
    back = go(sent(visitor))
    places = district.container.identity_provider._places
    for _ in range(providers.AT_ONCE):
        assert places.acquire(blocking=False)
    refused(visitor, AWAY, visitor.client.get(back))
