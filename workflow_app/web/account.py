"""My account: signed-in browsers, tokens of the API, the password; and my notices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http import limits
from workflow_app.http.container import container, read, stop_reading, transact
from workflow_app.http.numbers import number_in
from workflow_app.http.passwords import confirm
from workflow_app.services import letter_choices
from workflow_app.services.accounts import access as service
from workflow_app.services.accounts import passwords
from workflow_app.services.letters import ACCESS, ALIKE, FILED, MOST_LETTERS, heading_of
from workflow_app.store.accounts import access_changes, sessions
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.identities import SqlIdentities
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.directory import questions
from workflow_app.store.messages import notices as notice_store
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import cookies
from workflow_app.web.security import person_id

account = Blueprint("account", __name__)
notices = Blueprint("notices", __name__)

MOST_NOTICES = 100
JUST_MADE = "just_made"

Answer = Response | str | tuple[str, int]


def _page(refusal: Refusal | None = None, token: str = "") -> str:
    provider = container().identity_provider

    def look(uow: SqlUnitOfWork) -> str:
        person = person_id()
        row = questions.person(uow.session, person)
        own = sessions.own_account(uow.session, person) or abort(404)
        return render_template(
            "account/show.html",
            person=row,
            account=own,
            kinds=_kinds(uow),
            choices=letter_choices.choices_of(own.letters),
            most_letters=MOST_LETTERS,
            sent=request.form,
            terms=service.TOKEN_DAYS,
            usual=service.USUAL_TOKEN_DAYS,
            factor=SqlAccess(uow).factor(person),
            sessions=sessions.sessions(uow.session, person),
            capacities=uow.actor(person).capacities,
            tokens=sessions.tokens(uow.session, person),
            here=_here(),
            refusal=refusal,
            token=token,
            waiting=SqlAccessChanges(uow).waiting_for(person),
            events=access_changes.history(uow.session, row),
            provider=provider,
            binding=SqlIdentities(uow).binding_of(person, provider.issuer) if provider else None,
        )

    return read(look)


def _refused(refusal: Refusal) -> Answer:
    return _page(refusal), limits.status_of(refusal, 422)


def _here() -> str:
    return service.digest(cookies.visit())


@account.get("/account")
def show() -> str:
    """Show a person her own access, and once the token she has just made."""
    return _page(token=session.pop(JUST_MADE, ""))


@account.post("/account/sessions/<prefix>/end")
def end_session(prefix: str) -> Response:
    """End one signed-in browser of one's own."""

    def end(uow: SqlUnitOfWork) -> bool:
        for visit in sessions.sessions(uow.session, g.person_id):
            if visit.token_sha256.startswith(prefix) and len(prefix) == 16:  # noqa: PLR2004
                SqlAccess(uow).end_session(visit.token_sha256)
                return True
        return False

    if not transact(end):
        abort(404)
    flash("Вход на этом устройстве завершён.", "success")
    return redirect(url_for("account.show"))


@account.post("/account/sessions/end-others")
def end_others() -> Response:
    """End every other signed-in browser."""
    person, here = person_id(), _here()
    transact(lambda uow: SqlAccess(uow).end_sessions(person, but=here))
    flash("На остальных устройствах выход выполнен.", "success")
    return redirect(url_for("account.show"))


@account.post("/account/password")
def password() -> Answer:
    """Set a new password; whatever else the old one has opened ends."""
    person, sent, here = person_id(), request.form, _here()
    new = sent.get("new", "")
    account = confirm(person, sent.get("password", ""), sent.get("code", ""))
    if isinstance(account, Refusal):
        return _refused(_beside(account, "code", "password_code"))
    if new != sent.get("again", ""):
        return _refused(Refusal("passwords_differ", "Пароли не совпадают", "again"))
    words = read(lambda uow: SqlAccess(uow).words_of(person))
    stop_reading()
    kept = passwords.hashed(new, words)
    if isinstance(kept, Refusal):
        return _refused(replace(kept, field="new"))

    def change(uow: SqlUnitOfWork) -> Refusal | None:
        store = SqlAccess(uow)
        if not service.stands(store, account):
            return service.WRONG_PASSWORD
        service.renew_password(store, person, kept, but=here)
        return None

    refusal = transact(change)
    if refusal:
        return _refused(refusal)
    flash("Пароль изменён. Остальные входы и ключи для программ больше не действуют.", "success")
    return redirect(url_for("account.show"))


def _beside(refusal: Refusal, field: str, own: str) -> Refusal:
    """Return a refusal of a field beside its own form: several ask for a password here."""
    return replace(refusal, field=own) if refusal.field == field else refusal


@account.post("/account/tokens")
def make_token() -> Answer:
    """Make a token of the API for her password; it is shown once."""
    person, title = person_id(), request.form.get("title", "").strip()[:100]
    days = number_in(request.form.get("days"))
    if not title:
        return _refused(Refusal("field_required", "Напишите, для чего ключ", "title"))
    if days not in service.TOKEN_DAYS:
        return _refused(Refusal("unknown_choice", "Выберите срок из списка", "days"))
    sent = request.form
    account = confirm(person, sent.get("password", ""), sent.get("code", ""))
    if isinstance(account, Refusal):
        return _refused(_beside(account, "password", "token_password"))

    def make(uow: SqlUnitOfWork) -> str | Refusal:
        store = SqlAccess(uow)
        if not service.stands(store, account):
            return replace(service.WRONG_PASSWORD, field="token_password")
        return service.make_own_token(store, person, title, days)

    token = transact(make)
    if isinstance(token, Refusal):
        return _refused(token)
    session[JUST_MADE] = token  # for one look: the page sent again would make another key
    return redirect(url_for("account.show", _anchor="keys"))


@account.post("/account/tokens/<prefix>/revoke")
def revoke_token(prefix: str) -> Response:
    """Revoke a token of one's own."""

    def revoke(uow: SqlUnitOfWork) -> bool:
        for token in sessions.tokens(uow.session, g.person_id):
            if token.token_sha256.startswith(prefix) and len(prefix) == 16:  # noqa: PLR2004
                service.revoke_token(SqlAccess(uow), g.person_id, token.token_sha256, token.title)
                return True
        return False

    if not transact(revoke):
        abort(404)
    flash("Ключ больше не действует.", "success")
    return redirect(url_for("account.show"))


def _kinds(uow: SqlUnitOfWork) -> Mapping[str, letter_choices.Kind]:
    """Return the kinds of letters a person chooses among: those that may come to her."""
    kinds = letter_choices.KINDS
    held = {capacity.role for capacity in uow.actor(person_id()).capacities}
    if held & {*container().frame.summary_for}:
        return kinds
    return {key: kind for key, kind in kinds.items() if key != letter_choices.SUMMARY}


@account.post("/account/letters")
def choose_letters() -> Answer:
    """Keep which letters a person wants, and when."""
    person, chosen = person_id(), letter_choices.choose(request.form)
    if isinstance(chosen, Refusal):
        return _refused(chosen)
    transact(lambda uow: SqlAccess(uow).set_letters(person, chosen.as_kept()))
    flash("Записано: новые письма придут так, как вы выбрали.", "success")
    return redirect(url_for("account.show") + "#letters")


class NoticeLine(NamedTuple):
    """Notices that say the same, as one line: the newest, how many, and what became of them."""

    notice: Any
    times: int
    is_done: bool
    """Whether what they asked for is done."""
    is_new: bool


class NoticeGroup(NamedTuple):
    """Lines that ask for the same of several cases; without a heading a line by itself."""

    heading: str
    lines: Sequence[NoticeLine]


@notices.get("/notices", endpoint="show")
def show_notices() -> str:
    """List a person's notices: equal ones in one line, alike ones under one heading."""
    person = person_id()
    return read(
        lambda uow: render_template(
            "account/notices.html",
            filed=FILED,
            groups=[*_groups(notice_store.of_person(uow.session, person, MOST_NOTICES))],
        )
    )


def _groups(found: Sequence[tuple[Any, bool]]) -> Iterator[NoticeGroup]:
    equal: dict[tuple[Any, ...], list[Any]] = {}
    for notice, is_done in found:
        is_new = not notice.read_at and not is_done
        key = (notice.subject, notice.instance_id, is_done, is_new)
        equal.setdefault(key, []).append(notice)
    alike: dict[tuple[Any, ...], list[NoticeLine]] = {}
    for (subject, _, is_done, is_new), same in equal.items():
        line = NoticeLine(same[0], len(same), is_done, is_new)
        alike.setdefault((heading_of(subject), is_done, is_new), []).append(line)
    for (heading, *_), lines in alike.items():
        if len(lines) >= ALIKE:
            yield NoticeGroup(heading, lines)
        else:
            yield from (NoticeGroup("", [line]) for line in lines)


@notices.post("/notices/read")
def mark_read() -> Response:
    """Mark one notice read, or all of them; go on to its case."""
    person, chosen = person_id(), number_in(request.form.get("notice"))

    def mark(uow: SqlUnitOfWork) -> str:
        row = notice_store.mark_read(uow, person, chosen)
        if row and row.kind == ACCESS:
            return url_for("access_changes.show")
        if row and row.instance_id:
            return url_for("cases.show", instance_id=row.instance_id)
        return url_for("notices.show")

    return redirect(transact(mark))
