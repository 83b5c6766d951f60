"""The page of other programs: an address, its secret once, and who may."""

import re

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.messages import Webhook

PAGE = "/admin/webhooks"


def test_an_officer_adds_an_address_sees_its_secret_once_and_switches_it_off(browser, district):
    officer, url = browser("P003"), "https://203.0.114.7/hook"
    page = officer.post(PAGE, status=200, url=url, kinds=["case.moved"]).text
    (secret,) = re.findall(r"whsec_[\w+/=]+", page)
    assert url in officer.get(PAGE)
    assert secret not in officer.get(PAGE)
    (hook,) = district.rows(Webhook)
    officer.post(f"{PAGE}/{hook['id']}/switch", on="0")
    assert district.rows(Webhook)[0]["is_on"] is False
    assert {"add_webhook", "switch_webhook"} <= {row["action"] for row in district.rows(AdminEvent)}


def test_an_address_that_does_not_fit_comes_back_with_a_sentence(browser, district):
    officer = browser("P003")
    for url, said in (("https://10.0.0.1/hook", "внутренней сети"), ("нет", "нужен адрес")):
        answer = officer.post(PAGE, status=422, url=url, kinds=["paper.made"])
        assert said in answer.text
        assert f'value="{url}"' in answer.text
    assert "Отметьте, о чём" in officer.post(PAGE, status=422, url="https://203.0.114.7/").text
    assert district.rows(Webhook) == []


def test_nobody_else_sees_or_adds_addresses(browser, district):
    head = browser("P102")
    assert head.client.get(PAGE).status_code == 403
    head.post(PAGE, status=403, url="https://203.0.114.7/", kinds=["case.moved"])
    head.post(f"{PAGE}/1/switch", status=404, on="1")
    head.post(f"{PAGE}/messages/1/again", status=404)
    assert district.rows(Webhook) == []
