import dataclasses
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from servers import free_port, running_smtp

from workflow_app.config import load_settings
from workflow_app.notifications.mail import (
    FileMailer,
    Mail,
    MailError,
    NullMailer,
    SmtpMailer,
    mailer_from,
)

SENDER = "Документооборот <workflow@imc.example>"
LETTER = Mail(
    to="head.s06@school.example",
    subject="Согласие школы № 6 на участие в сети «Читаем вместе: вся дорога от буквы до книги»",
    text="Уважаемая Анна Петровна!\n.Строка с точки.\nhttp://127.0.0.1:8000/queue\n",
    message_id="<outbox-17@workflow.example>",
    headers={"X-Case": "17"},
    written_at=datetime(2025, 8, 28, 6, 0, tzinfo=UTC),
)


def refused(mailer, mail=LETTER):
    with pytest.raises(MailError) as caught:
        mailer.send(mail)
    return caught.value


@pytest.fixture
def mailer(smtp_server):
    return SmtpMailer(smtp_server.url, SENDER)


def test_a_letter_arrives_with_its_words_unchanged(smtp_server, mailer):
    mailer.send(LETTER)

    [message] = smtp_server.messages
    assert message["Subject"] == LETTER.subject
    assert message.get_content().splitlines() == LETTER.text.splitlines()
    assert message["From"] == SENDER
    assert smtp_server.recipients == [["head.s06@school.example"]]


def test_a_subject_that_looks_encoded_stays_as_it_was_typed(smtp_server, mailer):
    typed = "Сеть =?utf-8?b?0KE=?= школ"
    mailer.send(dataclasses.replace(LETTER, subject=typed))
    assert smtp_server.messages[0]["Subject"] == typed


def test_a_letter_carries_the_marks_of_a_program(smtp_server, mailer):
    mailer.send(LETTER)
    [message] = smtp_server.messages
    assert message["Message-ID"] == "<outbox-17@workflow.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Case"] == "17"
    assert message["Date"].datetime == LETTER.written_at


def test_a_repeated_letter_keeps_its_message_id(smtp_server, mailer):
    mailer.send(LETTER)
    mailer.send(LETTER)
    assert len({message["Message-ID"] for message in smtp_server.messages}) == 1


def test_a_letter_with_html_keeps_its_text_for_those_who_prefer_it(smtp_server, mailer):
    mailer.send(dataclasses.replace(LETTER, html="<p>Согласие <b>школы</b></p>"))
    [message] = smtp_server.messages
    assert "Анна Петровна" in message.get_body(("plain",)).get_content()
    assert "<b>школы</b>" in message.get_body(("html",)).get_content()


def test_a_message_id_longer_than_a_line_stays_whole(smtp_server, mailer):
    long = f"<{'outbox.' * 20}17@workflow.example>"
    mailer.send(dataclasses.replace(LETTER, message_id=long))
    assert smtp_server.messages[0]["Message-ID"] == long


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x00"])
def test_a_line_break_in_the_subject_adds_no_header(smtp_server, mailer, line_break):
    subject = f"Сеть{line_break}Bcc: thief@example.org"
    mailer.send(dataclasses.replace(LETTER, subject=subject, headers={"X-Case": subject}))
    [message] = smtp_server.messages
    assert message["Bcc"] is None
    assert message["Subject"] == "Сеть Bcc: thief@example.org"
    assert smtp_server.recipients == [["head.s06@school.example"]]


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: thief@example.org",
        "a@b.example\nRCPT TO:<thief@example.org>",
        "a@b.example, thief@example.org",
        "a b@c.example",
        "Имя <a@b.example",
        "Имя\r\nBcc: thief@example.org\r\nX: <a@b.example>",
        "a\x00b@c.example",
        "a@b@c.example",
        "nobody",
        "@b.example",
        "a@",
        "",
        "<a@b.example>\x00",
    ],
)
def test_a_broken_address_is_a_bounce_and_reaches_nobody(smtp_server, mailer, address):
    error = refused(mailer, dataclasses.replace(LETTER, to=address))
    assert error.permanent
    assert error.bounced
    assert "неверный адрес" in error.reason
    assert smtp_server.recipients == []


def test_a_cyrillic_domain_is_reached_by_its_ascii_name(smtp_server, mailer):
    mailer.send(dataclasses.replace(LETTER, to="head@школа.рф"))
    assert smtp_server.recipients == [["head@xn--80atdl2c.xn--p1ai"]]


DIRECTOR = "директор@школа.example"


def test_an_address_of_russian_letters_is_written_to_where_the_server_can():
    with running_smtp(wide=True) as server:
        SmtpMailer(server.url, SENDER).send(dataclasses.replace(LETTER, to=DIRECTOR))
    [message] = server.messages
    assert server.recipients == [["директор@xn--80atdl2c.example"]]
    assert message["To"] == "директор@xn--80atdl2c.example"
    assert message["Subject"] == LETTER.subject
    assert message.get_content().replace("\r\n", "\n") == LETTER.text


def test_an_address_of_russian_letters_is_a_bounce_with_its_reason_elsewhere(smtp_server, mailer):
    error = refused(mailer, dataclasses.replace(LETTER, to=DIRECTOR))
    assert (error.permanent, error.bounced, error.by_server) == (True, True, False)
    assert "русскими буквами до знака @" in error.reason
    assert smtp_server.messages == []


@pytest.mark.parametrize(
    ("reply", "at", "bounced", "unanswered"),
    [
        ("550 5.1.1 no such mailbox", "RCPT", True, False),
        ("550 нет такого ящика", "RCPT", True, False),
        ("550 5.4.1 Recipient address rejected: Access denied", "RCPT", True, False),
        ("550 5.4.310 DNS domain does not exist", "RCPT", True, False),
        ("550 5.7.1 Relaying denied", "RCPT", False, False),
        ("554 5.7.1 <a@b>: Relay access denied", "RCPT", False, False),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts", "RCPT", False, False),
        ("530 5.7.0 Authentication required", "RCPT", False, False),
        ("554 5.7.1 spam", "DATA", False, False),
        ("550 5.7.1 sender rejected", "MAIL", False, True),
        ("421 too many connections", "RCPT", False, True),
        ("421 too many letters", "DATA", False, True),
    ],
)
def test_our_side_the_server_and_the_address_are_told_apart(
    smtp_server, mailer, reply, at, bounced, unanswered
):
    smtp_server.refuse(reply, at=at)
    error = refused(mailer)
    assert (error.bounced, error.unanswered) == (bounced, unanswered)
    assert error.by_server or reply.startswith("421")
    assert error.permanent is not unanswered


@pytest.mark.parametrize("header", ["Subject", "bcc", "X-Fine: x\r\nBcc", "", "X_Имя"])
def test_a_header_that_could_change_the_letter_is_a_mistake_of_the_caller(header):
    with pytest.raises(ValueError, match="header of its own"):
        dataclasses.replace(LETTER, headers={header: "x"})


@pytest.mark.parametrize("message_id", ["17", "<a b@c>", "<a@b>\r\nBcc: x", "<имя@узел>"])
def test_a_broken_message_id_is_a_mistake_of_the_caller(message_id):
    with pytest.raises(ValueError, match="Message-ID"):
        dataclasses.replace(LETTER, message_id=message_id)


def test_a_busy_mailbox_is_worth_another_try_which_succeeds(smtp_server, mailer):
    smtp_server.refuse("451 4.7.1 greylisted, come back later")
    error = refused(mailer)
    assert not error.permanent
    assert not error.bounced
    assert not error.unanswered
    assert "451" in error.reason

    smtp_server.accept()
    mailer.send(LETTER)
    assert len(smtp_server.messages) == 1


@pytest.mark.parametrize(("reply", "permanent"), [("554 spam", True), ("452 disk full", False)])
def test_a_refused_text_does_not_mark_the_address(smtp_server, mailer, reply, permanent):
    smtp_server.refuse(reply, at="DATA")
    error = refused(mailer)
    assert error.permanent is permanent
    assert not error.bounced


def test_a_quarrel_at_parting_does_not_undo_an_accepted_letter(smtp_server, mailer):
    smtp_server.refuse("hang up", at="QUIT")
    mailer.send(LETTER)
    assert len(smtp_server.messages) == 1


def test_a_server_that_is_down_is_worth_another_try():
    error = refused(SmtpMailer(f"smtp://127.0.0.1:{free_port()}", SENDER))
    assert not error.permanent
    assert "недоступен" in error.reason


def test_a_server_that_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{deaf.getsockname()[1]}", SENDER, timeout=0.3)
        started = time.monotonic()
        error = refused(mailer)
    assert not error.permanent
    assert error.unanswered
    assert time.monotonic() - started < 3


def test_a_server_that_drips_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        drip = threading.Thread(target=drip_a_greeting, args=(dripping,))
        drip.start()
        url = f"smtp://127.0.0.1:{dripping.getsockname()[1]}"
        started = time.monotonic()
        error = refused(SmtpMailer(url, SENDER, timeout=0.4))
        assert time.monotonic() - started < 2
        drip.join()
    assert error.unanswered
    assert not error.permanent


def drip_a_greeting(server):
    """Say a byte of a greeting without an end every twentieth of a second, five seconds at most."""
    line, _ = server.accept()
    with line, suppress(OSError):
        for _ in range(100):
            line.sendall(b"2")
            time.sleep(0.05)


def test_a_server_that_lets_nobody_in_is_no_fault_of_the_letter():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"smtp://127.0.0.1:{closed.getsockname()[1]}"
        answer = threading.Thread(target=refuse_everybody, args=(closed,))
        answer.start()
        error = refused(SmtpMailer(url, SENDER))
        answer.join()
    assert error.unanswered
    assert not error.permanent
    assert "554 closed" in error.reason


def refuse_everybody(server):
    line, _ = server.accept()
    with line:
        line.sendall(b"554 closed\r\n")
        line.recv(100)


def test_a_name_and_a_password_are_taken_from_the_address(smtp_server):
    url = f"smtp://imc%40mail:p%3Ass@127.0.0.1:{smtp_server.port}"
    SmtpMailer(url, SENDER).send(LETTER)
    assert smtp_server.logins == [("imc@mail", "p:ss")]


def test_a_password_is_not_told_to_a_far_server_without_encryption(smtp_server):
    # 127.1 is the same machine by a name that the mailer takes for a far one.
    error = refused(SmtpMailer(f"smtp://imc:secret@127.1:{smtp_server.port}", SENDER))
    assert not error.permanent
    assert "шифрование" in error.reason
    assert smtp_server.logins == []


def test_a_wrong_password_lets_the_letter_wait(smtp_server):
    smtp_server.refuse("AUTH", at="AUTH")
    error = refused(SmtpMailer(f"smtp://imc:wrong@127.0.0.1:{smtp_server.port}", SENDER))
    assert not error.permanent
    assert not error.bounced
    assert "имя и пароль" in error.reason


def test_files_hold_letters_that_open_and_can_be_searched(tmp_path):
    mailer = FileMailer(tmp_path / "mail", SENDER)
    mailer.send(LETTER)
    [path] = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert "Анна Петровна".encode() in path.read_bytes()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["Subject"] == LETTER.subject


def test_a_repeated_letter_overwrites_its_own_file_with_the_same_bytes(tmp_path):
    mailer = FileMailer(tmp_path)
    letter = dataclasses.replace(LETTER, html="<p>и так</p>")
    mailer.send(letter)
    [path] = tmp_path.iterdir()
    before = path.read_bytes()
    mailer.send(letter)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == before


def test_letters_with_look_alike_ids_lie_in_different_files_inside_the_folder(tmp_path):
    mailer = FileMailer(tmp_path / "mail")
    for message_id in ("<../../a@b>", "<..//..a@b>", "<.._.._a@b>"):
        mailer.send(dataclasses.replace(LETTER, message_id=message_id))
    assert len([*(tmp_path / "mail").glob("*.eml")]) == 3
    assert [*tmp_path.iterdir()] == [tmp_path / "mail"]


def test_a_folder_that_cannot_be_written_is_worth_another_try(tmp_path):
    (tmp_path / "mail").write_text("a file in the way")
    assert not refused(FileMailer(tmp_path / "mail")).permanent


def test_settings_choose_the_mailer(tmp_path, smtp_server):
    quiet = load_settings({"DATA_DIR": str(tmp_path)})
    mailer_from(quiet).send(LETTER)
    assert len([*(tmp_path / "mail").glob("*.eml")]) == 1

    loud = quiet.model_copy(update={"smtp_url": smtp_server.url})
    mailer_from(loud).send(LETTER)
    assert len(smtp_server.messages) == 1


def test_the_quiet_twin_remembers_what_it_did_not_send():
    mailer = NullMailer()
    mailer.send(LETTER)
    assert mailer.sent == [LETTER]
