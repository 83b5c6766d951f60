"""What must hold between orders and everything that exists by them."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise

from workflow_app.engine.calendar import school_year_of
from workflow_app.services.importing import rows
from workflow_app.services.importing.files import DirectoryData, ImportProblem

SIGNING_ROLE = "department_head"


def journal_of(data: DirectoryData, order: rows.OrderRow) -> rows.JournalRow | None:
    """Return the journal an order is registered in."""
    return next((one for one in data.journals if one.title == order.journal), None)


def number_of(data: DirectoryData, order: rows.OrderRow) -> int:
    """Return the number of an order in its journal, 0 when its look is foreign to it."""
    journal = journal_of(data, order)
    number = journal and journal.number_of(order.reg_number, order.reg_date.year)
    return number or 0


def order_of(data: DirectoryData, quoting: rows.Quoting, words: str) -> rows.OrderRow | None:
    """Return the order a sentence names by number and date."""
    label, on = quoting.quoted(words)
    named = (one for one in data.orders if one.reg_number == label)
    return next((one for one in named if f"{one.reg_date:%d.%m.%Y}" == on), None)


def _problem(file: str, row: rows.Record, column: str, code: str, reason: str) -> ImportProblem:
    """Return a problem at a row."""
    return ImportProblem(f"{file}.csv", row.line, column, code, reason)


def numbers_fit_their_journal(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find unknown journals and numbers of a foreign look."""
    for order in data.orders:
        journal = journal_of(data, order)
        if journal is None:
            reason = f"журнала «{order.journal}» нет в journals.csv"
            yield _problem("orders", order, "journal", "unknown_journal", reason)
        elif not number_of(data, order):
            reason = f"не соответствует виду «{journal.pattern}»"
            yield _problem("orders", order, "reg_number", "number_of_other_look", reason)


def numbers_follow_dates(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find repeated numbers of a year and numbers that run against their dates."""

    def volume(order: rows.OrderRow) -> tuple[str, int]:
        return order.journal, order.reg_date.year

    def place(order: rows.OrderRow) -> tuple[str, int, int]:
        return *volume(order), number_of(data, order)

    for _, orders in groupby(sorted(data.orders, key=place), key=volume):
        for earlier, order in pairwise(orders):
            if earlier.reg_number == order.reg_number:
                reason = f"номер года повторяется: строка {earlier.line}"
                yield _problem("orders", order, "reg_number", "number_repeated", reason)
            elif order.reg_date < earlier.reg_date:
                reason = f"дата раньше, чем у меньшего номера {earlier.reg_number}"
                yield _problem("orders", order, "reg_date", "date_against_numbers", reason)


def substitute_signed(data: DirectoryData, order: rows.OrderRow) -> rows.SubstitutionRow | None:
    """Return the substitution under which an order was signed, None for the head's own hand."""
    for row in data.substitutions:
        fits = row.role_code == SIGNING_ROLE and row.starts_on <= order.reg_date <= row.ends_on
        if fits and row.substitute_person_id == order.signed_by_person_id:
            return row
    return None


def signers_had_the_right(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find orders signed neither by the head of the department nor by the acting substitute."""
    heads = [person for person in data.people if person.role == SIGNING_ROLE]
    for order in data.orders:
        signed = {one.person_id for one in heads if one.held_on(order.reg_date)}
        if order.signed_by_person_id not in signed and substitute_signed(data, order) is None:
            reason = "подписавший в этот день не был руководителем и не замещал его"
            yield _problem("orders", order, "signed_by_person_id", "signer_without_right", reason)


def directions_rest_on_orders(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find directions whose order is not in the journal."""
    for row in data.directions:
        if order_of(data, row, row.basis_order) is None:
            reason = f"«{row.basis_order}» не найден в orders.csv"
            yield _problem("directions", row, "basis_order", "unknown_order", reason)


def statuses_rest_on_orders(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find statuses whose act is not in the journal or came after them."""
    for row in data.school_statuses:
        order = order_of(data, row, row.basis_document)
        if order is None:
            reason = f"«{row.basis_document}» не найден в orders.csv"
            yield _problem("school_statuses", row, "basis_document", "unknown_order", reason)
        elif row.assigned_on < order.reg_date:
            reason = f"раньше приказа {order.reg_number} от {order.reg_date:%d.%m.%Y}"
            yield _problem("school_statuses", row, "assigned_on", "before_order", reason)


def members_follow_orders(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find schools that joined or left before the order was registered, or left by none."""
    orders = {order.order_id: order for order in data.orders}
    for row in data.network_members:
        yield from _before_order(row, "joined_on", row.joined_on, orders.get(row.join_order_id))
        leave = orders.get(row.leave_order_id or "")
        yield from _before_order(row, "left_on", row.left_on, leave)
        if (row.left_on is None) != (row.leave_order_id is None):
            reason = "выход из сети требует и даты, и приказа"
            yield _problem("network_members", row, "leave_order_id", "leaves_by_halves", reason)


def _before_order(
    row: rows.MemberRow, column: str, day: dt.date | None, order: rows.OrderRow | None
) -> Iterator[ImportProblem]:
    """Find a date of effect before the registration of its order."""
    if day is not None and order is not None and day < order.reg_date:
        reason = f"раньше приказа {order.reg_number} от {order.reg_date:%d.%m.%Y}"
        yield _problem("network_members", row, column, "before_order", reason)


def networks_have_one_stable_base(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find networks whose base is not the member it should be or was not stable at the start."""
    bases: dict[str, list[str]] = {}
    for member in data.network_members:
        if member.member_role == "base" and member.left_on is None:
            bases.setdefault(member.network_id, []).append(member.school_id)
    stable = {
        (row.school_id, row.school_year)
        for row in data.school_statuses
        if row.status_code == "stable"
    }
    for network in data.networks:
        if bases.get(network.network_id) != [network.base_school_id]:
            reason = "в network_members.csv у сети должна быть ровно эта базовая школа"
            yield _problem("networks", network, "base_school_id", "other_base", reason)
        if (network.base_school_id, school_year_of(network.valid_from)) not in stable:
            reason = "у базовой школы нет статуса стабильных результатов в год создания"
            yield _problem("networks", network, "base_school_id", "base_not_stable", reason)


ORDERS = ("journals", "orders")
ORDER_CHECKS: tuple[tuple[Callable[[DirectoryData], Iterator[ImportProblem]], tuple[str, ...]], ...]
ORDER_CHECKS = (
    (numbers_fit_their_journal, ("journals",)),
    (numbers_follow_dates, ORDERS),
    (signers_had_the_right, ("people", "substitutions")),
    (directions_rest_on_orders, ("orders",)),
    (statuses_rest_on_orders, ("orders",)),
    (members_follow_orders, ()),
    (networks_have_one_stable_base, ("network_members", "school_statuses")),
)
