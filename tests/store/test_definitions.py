"""Running cases and new definitions: nobody is stranded, nothing changes in silence."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from stories import PROPOSAL, done, propose, to_department

from workflow_app.engine import Form, Line, Number, Process, Role, field
from workflow_app.store import schema
from workflow_app.store.cases import definitions
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import History
from workflow_app.store.models.registers import RegisterImport
from workflow_app.store.operations import health

HEAD = Role("head", "директор", "school_head")


class Small(Form):
    """A form without the fields the running cases have."""

    name: Line = field("Название")


def small(key, version, *states):
    process = Process(key, "Другой", version=version, form=Small, readers=(HEAD,))
    made = [process.state(name, name, no_deadline="проба") for name in states]
    end = process.final("closed", "Закрыто")
    process.start("open", "Открыть", made[0], by=HEAD, past="Сделано")
    process.move("close", "Закрыть", made, end, by=HEAD, past="Сделано")
    return process


def with_process(district, process):
    processes = {**district.container.processes, process.key: process}
    return replace(district.container, processes=processes)


def test_the_same_definitions_start_and_are_stored_once(open_district):
    district = open_district("2025-08-28")
    assert district.read(lambda uow: list(definitions.obstacles(uow))) == []
    assert district.container.transact(definitions.store) == 0


def test_a_changed_body_with_the_old_version_is_refused(open_district):
    district = open_district("2025-08-28")
    container = with_process(district, small(PROPOSAL, 1, "draft"))
    codes = [f.code for f in container.read(lambda uow: list(definitions.obstacles(uow)))]
    assert codes == ["version_not_raised"]


def test_a_live_case_in_a_vanished_state_stops_the_start(open_district):
    district = open_district("2025-08-28")
    to_department(district)
    container = with_process(district, small(PROPOSAL, 2, "draft"))
    found = container.read(lambda uow: list(definitions.obstacles(uow)))
    assert [finding.code for finding in found] == ["state_vanished"]


def test_data_that_a_new_form_rejects_stop_the_start(open_district):
    district = open_district("2025-08-28")
    done(propose(district, "P102", {"S05": "supported"}))
    container = with_process(district, small(PROPOSAL, 2, "draft"))
    found = container.read(lambda uow: list(definitions.obstacles(uow)))
    assert [finding.code for finding in found] == ["data_rejected"]


def test_a_running_case_goes_on_under_the_new_version(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    known = district.container.processes[PROPOSAL]
    container = with_process(district, replace(known, version=2, title="Предложение, редакция 2"))
    assert container.read(lambda uow: list(definitions.obstacles(uow))) == []
    assert container.transact(definitions.store) == 1
    before = {row["body_sha256"] for row in district.rows(History, instance_id=case)}
    district.container = container
    done(district.act("P002", case, "approve"))
    (*_, last) = district.rows(History, instance_id=case)
    stored = container.read(lambda uow: definitions.newest(uow, PROPOSAL))
    assert last["body_sha256"] == stored.body_sha256
    assert stored.version == 2
    assert stored.body_sha256 not in before


def test_history_keeps_the_body_each_step_was_taken_under(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    bodies = {row["body_sha256"] for row in district.rows(History, instance_id=case)}
    stored = {row["body_sha256"] for row in district.rows(definitions.DefinitionVersion)}
    assert len(bodies) == 1
    assert bodies < stored


def test_the_schema_goes_down_and_up_again_and_fits_the_models(open_district):
    district = open_district("2025-08-28")
    database = district.container.database
    assert schema.differences(database) == []
    schema.downgrade(database, "base")
    schema.upgrade(database, registers=district.container.tables)
    assert schema.differences(database) == []


def test_a_release_that_is_refused_leaves_the_schema_to_the_former_one(open_district):
    district = open_district("2025-08-28")
    database = district.container.database
    schema.downgrade(database, "0004")

    def refuse(connection):
        assert connection.execute(select(func.count()).select_from(RegisterImport)).scalar() == 0
        raise RuntimeError

    with pytest.raises(RuntimeError):
        schema.upgrade(database, accept=refuse)
    assert schema.stands_at(database) == "0004"
    schema.upgrade(database, registers=district.container.tables)
    assert schema.differences(database) == []


def test_the_doctor_names_a_journal_nobody_keeps(open_district):
    district = open_district("2025-08-28")
    assert list(district.read(lambda uow: list(health.missing_journals(uow)))) == []
    process = small("toy", 1, "draft")
    process.transitions[-1] = replace(
        process.transitions[-1], effects=(Number("trips", dt.date(2025, 9, 1)),)
    )
    container = with_process(district, process)
    (found,) = container.read(lambda uow: list(health.missing_journals(uow)))
    assert "нет журнала «trips», из которого берёт номера процесс «Другой»" in found
    assert found in container.read(lambda uow: list(health.complaints(uow)))


@pytest.mark.shipped
def test_the_doctor_names_silent_parts_and_vacant_roles(open_district):
    district = open_district("2025-08-28")
    found = district.read(lambda uow: list(health.complaints(uow)))
    assert any("relay" in sentence for sentence in found)
    assert not any("не исполняет роль" in sentence for sentence in found)  # readers are not missed
    posts = table(Position)
    ended = update(posts).where(posts.c.role == "clerk").values(ends_on=dt.date(2025, 8, 27))
    district.container.transact(lambda uow: uow.connection.execute(ended).rowcount)
    found = district.read(lambda uow: list(health.complaints(uow)))
    assert any("роль «делопроизводитель»" in sentence for sentence in found)
