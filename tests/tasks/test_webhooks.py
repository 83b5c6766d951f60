"""Other programs hear of what happens: signed, once by id, into no inner network, for a day."""

import datetime as dt
import json
import re
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest
from counting import counted
from stories import done, propose, to_department, to_signature

from workflow_app.notifications import webhook
from workflow_app.services import webhooks as service
from workflow_app.store.messages import webhooks as store
from workflow_app.store.models.documents import Document
from workflow_app.store.models.messages import Incident, OutboxMessage, Webhook, WebhookDelivery
from workflow_app.tasks import effects, loops

GUIDE = Path(__file__).parents[2] / "docs" / "integration.md"
LOOPBACK = (ip_network("127.0.0.0/8"),)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent and answers what it is told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        time.sleep(self.server.seconds)
        self.send_response(self.server.code)
        if self.server.drips:
            self._drip()
            return
        if self.server.code == 302:
            self.send_header("Location", self.server.address + "/elsewhere")
        self.end_headers()
        self.wfile.write(b"x" * 10_000 if self.server.code != 200 else b"ok")

    def _drip(self):
        """Answer until the connection ends, each byte in time and the whole never."""
        self.end_headers()
        with suppress(OSError):
            for _ in range(60):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)

    def log_message(self, *_said):
        pass


@contextmanager
def receiving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.code, server.seconds, server.drips = [], 200, 0, False
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver():
    with receiving() as server:
        yield server


@contextmanager
def allowing_loopback(district):
    settings = district.container.settings
    for networks in ("127.0.0.0/8", ""):
        object.__setattr__(settings, "webhook_networks", networks)
        settings.__dict__.pop("inner_receivers", None)
        if networks:
            yield district


@pytest.fixture
def district(sqlite_district):
    with allowing_loopback(sqlite_district("2025-08-28")) as opened:
        yield opened


@pytest.fixture
def on_each_database(open_district):
    with allowing_loopback(open_district("2025-08-28")) as opened:
        yield opened


def work(district):
    """Carry out what waits, and say what came of each."""
    said = []
    while claimed := effects.claim(district.container):
        said += [effects.carry_out(district.container, *one) for one in claimed]
    return said


def add(district, url, kinds=tuple(service.EVENTS), person="P003"):
    key, who = district.container.settings.secret_key, district.people[person]
    return district.container.transact(
        lambda uow: service.add(store.SqlWebhooks(uow), uow.actor(who), key, url, kinds)
    )


def deliveries(district):
    return district.rows(WebhookDelivery)


def is_ours(*said, **more):
    """Check a signature as docs/integration.md tells a receiver to."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    known = {}
    exec(compile(code, str(GUIDE), "exec"), known)  # noqa: S102 (the guide is ours)
    return known["is_ours"](*said, **more)


def test_a_step_is_told_signed_and_without_the_text_of_people(on_each_database, receiver):
    district = on_each_database
    secret = add(district, receiver.address)
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    work(district)
    assert receiver.got == [], "a draft is private"
    done(district.act("P102", case, "invite"))
    work(district)
    ((headers, body),) = receiver.got
    at = int(headers["Webhook-Timestamp"])
    assert is_ours(secret, headers, body, now=at)
    assert not is_ours(secret, headers, body + b" ", now=at)
    assert not is_ours(secret, headers, body, now=at + 301)
    said = json.loads(body)
    assert said["type"] == "case.moved"
    assert {"case": case, "state": "collecting_consents"}.items() <= said["data"].items()
    assert district.case(case).data.context_note not in body.decode()
    (line,) = deliveries(district)
    assert (line["state"], line["answer_code"], f"msg_{line['id']}") == (
        "sent",
        200,
        headers["Webhook-Id"],
    )
    work(district)
    assert len(receiver.got) == 1


def test_what_is_not_taken_comes_again_with_the_same_id_and_ends_as_an_incident(district, receiver):
    add(district, receiver.address)
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    receiver.code = 500
    done(district.act("P102", case, "invite"))
    work(district)
    for pause in service.PAUSES:
        assert deliveries(district)[0]["state"] == "waiting"
        district.container.clock.advance(pause + dt.timedelta(seconds=1))
        loops.tick(district.container)
        work(district)
    (line,) = deliveries(district)
    assert (line["state"], line["attempts"], line["answer_code"]) == ("failed", 11, 500)
    assert len(line["answer"]) == webhook.LONGEST_ANSWER
    assert len({headers["Webhook-Id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert [one["kind"] for one in district.rows(Incident)] == ["hook"]
    receiver.code, who = 200, district.people["P003"]
    again = lambda uow: service.try_again(store.SqlWebhooks(uow), uow.actor(who), line["id"])  # noqa: E731
    assert district.container.transact(again) is None
    work(district)
    assert deliveries(district)[0]["state"] == "sent"
    assert district.container.transact(again).code == "not_lost"


def test_an_address_that_takes_nothing_is_left_alone_while_it_is_silent(district, receiver):
    add(district, receiver.address)
    receiver.code = 302
    first = done(propose(district, "P102", {"S05": "supported"})).instance_id
    second = done(propose(district, "P101", {"S16": "supported"})).instance_id
    done(district.act("P102", first, "invite"))
    work(district)
    done(district.act("P101", second, "invite"))
    work(district)
    assert len(receiver.got) == 1, "a redirect is not followed, and the next message waits"
    one, other = deliveries(district)
    assert (one["answer_code"], other["attempts"]) == (302, 0)
    receiver.code = 200
    district.container.clock.advance(dt.timedelta(seconds=6))
    loops.tick(district.container)
    work(district)
    assert {row["state"] for row in deliveries(district)} == {"sent"}
    assert district.rows(Webhook)[0]["silent_until"] is None


def test_an_address_switched_off_hears_nothing_more(district, receiver):
    add(district, receiver.address)
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    done(district.act("P102", case, "invite"))
    who, hook = district.people["P003"], district.rows(Webhook)[0]["id"]
    off = lambda uow: service.switch(  # noqa: E731
        store.SqlWebhooks(uow), uow.actor(who), hook, is_on=False
    )
    assert district.container.transact(off) is None
    work(district)
    assert receiver.got == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://127.0.0.1/x", "внутренней сети"),
        ("https://10.1.2.3/x", "внутренней сети"),
        ("https://169.254.169.254/latest", "внутренней сети"),
        ("https://[::1]/x", "внутренней сети"),
        ("https://[::ffff:10.0.0.1]/x", "внутренней сети"),
        ("https://[64:ff9b::a00:1]/x", "внутренней сети"),
        ("https://2130706433/x", "внутренней сети"),
        ("http://8.8.8.8/x", "без https"),
        ("ftp://8.8.8.8/x", "нужен адрес"),
        ("https://user:pw@8.8.8.8/x", "без имени"),
        ("https://a..b/x", "не находится"),
        ("https://[/", "не адрес"),
    ],
)
def test_nothing_is_sent_into_inner_networks_or_without_tls(url, said):
    assert said in webhook.unfit(url, ())
    with pytest.raises(webhook.Unreachable, match=said):
        webhook.post(url, {}, b"{}", ())


def test_an_inner_receiver_is_reached_where_the_operator_allows_it_and_in_ten_seconds(
    receiver, monkeypatch
):
    assert webhook.unfit(receiver.address, LOOPBACK) is None
    assert webhook.post(receiver.address, {}, b"{}", LOOPBACK) == webhook.Answer(200, "ok")
    monkeypatch.setattr(webhook, "SECONDS", 0.3)
    receiver.seconds = 1
    with pytest.raises(webhook.Unreachable, match="не ответил"):
        webhook.post(receiver.address, {}, b"{}", LOOPBACK)


def test_a_receiver_that_drips_its_answer_is_cut_off_in_time(receiver, monkeypatch):
    monkeypatch.setattr(webhook, "SECONDS", 0.3)
    receiver.drips, begun = True, time.monotonic()
    with pytest.raises(webhook.Unreachable, match="не ответил"):
        webhook.post(receiver.address, {}, b"{}", LOOPBACK)
    assert time.monotonic() - begun < 1


def test_the_secret_is_shown_once_and_kept_sealed(district, receiver):
    secret = add(district, receiver.address)
    (hook,) = district.rows(Webhook)
    assert secret.startswith("whsec_")
    assert secret not in str(hook)
    assert add(district, receiver.address, person="P102").code == "not_your_role"
    assert add(district, receiver.address, kinds=()).field == "kinds"


@pytest.mark.shipped
def test_a_paper_is_told_of_once_it_is_made_in_few_statements(district, receiver):
    add(district, receiver.address, kinds=["paper.made"])
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    to_signature(district, case)
    papers = [row for row in district.rows(OutboxMessage, kind="render") if not row["done_at"]]
    work(district)
    told = [json.loads(body)["data"] for _, body in receiver.got]
    assert [one["document"] for one in told] == [one["payload"]["document_id"] for one in papers]
    made = {one["id"]: one["file_sha256"] for one in district.rows(Document)}
    assert all(one["sha256"] == made[one["document"]] for one in told)
    (first, *_rest) = deliveries(district)
    who = district.people["P003"]
    district.container.transact(lambda uow: store.leave(uow, first["id"]))
    district.container.transact(
        lambda uow: service.try_again(store.SqlWebhooks(uow), uow.actor(who), first["id"])
    )
    (claimed,) = effects.claim(district.container)
    with counted(district) as statements:
        assert effects.carry_out(district.container, *claimed) == "done"
    assert len([one for one in statements if not one.startswith("BEGIN")]) <= 4


def test_a_step_takes_no_statement_more_to_be_told(district, receiver):
    cases = [
        done(propose(district, head, {school: "supported"})).instance_id
        for head, school in (("P102", "S05"), ("P101", "S16"))
    ]
    taken = []
    for head, case in zip(("P102", "P101"), cases, strict=True):
        with counted(district) as statements:
            done(district.act(head, case, "invite"))
        taken.append(len(statements))
        add(district, receiver.address)
    assert taken[0] == taken[1]
