"""One check of addresses, at every door and before sending."""

import pytest

from workflow_app.engine.addresses import MailAddress, is_mail_address, mail_address


@pytest.mark.parametrize(
    ("text", "spec", "name"),
    [
        ("otdel@school.example", "otdel@school.example", ""),
        ("Отдел образования <a@b>", "a@b", "Отдел образования"),
        ('"Отдел, округ" <a@b>', "a@b", "Отдел, округ"),
        ("директор@школа.example", "директор@xn--80atdl2c.example", ""),
        ("a+b_c'd@школа。рф", "a+b_c'd@xn--80atdl2c.xn--p1ai", ""),
    ],
)
def test_an_address_is_read_into_its_parts(text: str, spec: str, name: str) -> None:
    found = mail_address(text)
    assert isinstance(found, MailAddress)
    assert (found.spec, found.name) == (spec, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b@c.example",
        "a..b@c.example",
        ".a@c.example",
        "a.@c.example",
        "a@c.example.",
        "a@c..example",
        "a@-c.example",
        "a@c_d.example",
        "a@[1.2.3.4]",
        '"a b"@c.example',
        "a,b@c.example",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a\x00b@c.example",
        "a\u202e@c.example",
        "Имя <a@b.example",
        "Имя\n<a@b.example>",
        "<a@b.example> Имя",
        "Имя <<a@b.example>>",
        f"{'x' * 65}@c.example",
        f"{'я' * 33}@c.example",
        f"a@{'x' * 64}.example",
        f"a@{'.'.join(['x' * 60] * 5)}",
    ],
)
def test_what_could_not_be_reached_is_no_address(text: str) -> None:
    assert mail_address(text) is None
    assert not is_mail_address(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("директор@школа.example", True), ("a@b", False), ("Имя <a@b.example>", False)],
)
def test_a_person_has_an_address_without_a_name_in_a_domain_of_two_parts(
    text: str,
    is_one: bool,  # noqa: FBT001
) -> None:
    assert is_mail_address(text) is is_one
