"""Steps of the stories of surveys: announce, make links, answer, look at the figures."""

from stories import done

from workflow_app.engine import Refusal
from workflow_app.engine.decide import told
from workflow_app.services import polls as service
from workflow_app.store.cases.polls import SqlPolls

SURVEY, COORDINATOR = "climate_survey", "P201"
SECRET = "x" * 40
"""Of every district of the tests."""


def drafted(district, who=COORDINATOR, **values):
    return done(district.start(who, SURVEY, **values)).instance_id


def running(district, **values):
    """Let the coordinator of NW1 announce a survey; answers are taken at once, or ahead."""
    case = drafted(district, **values)
    done(district.act(COORDINATOR, case, "announce_survey"))
    return case


def links(district, case, who=COORDINATOR, **numbers):
    """Let somebody make links: a code of a school → how many; return code → keys."""
    wanted = {district.school(school): number for school, number in numbers.items()}
    person = district.people[who]
    found = district.container.transact(
        lambda uow: service.make_links(uow, SqlPolls(uow.connection), person, case, wanted, SECRET)
    )
    if isinstance(found, Refusal):
        return found
    return {school: found[district.school(school)] for school in numbers}


def answered(district, key, value=5, comment=""):
    """Answer by a link, every question alike; return the refusal, if any."""
    return _given(district, lambda *known: service.by_link(*known, key, SECRET), value, comment)


def signed(district, who, case, value=4):
    """Let a person who signed in answer; return the refusal, if any."""
    person = district.people[who]
    return _given(district, lambda *known: service.signed_in(*known, person, case, SECRET), value)


def _given(district, look, value, comment=""):
    def give(uow):
        store = SqlPolls(uow.connection)
        asked = look(uow, store)
        if isinstance(asked, Refusal):
            return asked
        return service.answer(uow, store, asked, dict.fromkeys(asked.questions, value), comment)

    return district.container.transact(give)


def shown(district, case, who=COORDINATOR):
    """Return the rows of the figures and of the comments as somebody sees them."""

    def look(uow):
        found = uow.load(case)
        facts, actor = uow.facts(found.municipality_id), uow.actor(district.people[who])
        tables = told(uow.processes[SURVEY], found, facts, actor)
        return {one.key: list(rows) for one, rows in tables}

    return district.read(look)
