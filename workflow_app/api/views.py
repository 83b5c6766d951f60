"""Cases, processes and their surroundings as the API shows them."""

from workflow_app.api import models as m
from workflow_app.api.problems import problem_of
from workflow_app.engine.case import Case
from workflow_app.engine.decide import Offer, allowed, told, warned
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import unfinished
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor
from workflow_app.engine.signatures import accepted
from workflow_app.store.documents.papers import Paper
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork


def instance_view(uow: SqlUnitOfWork, process: Process, case: Case, actor: Actor) -> m.InstanceView:
    """Return a case with what its reader may do, and why not."""
    facts = uow.facts(case.municipality_id)
    offers = list(allowed(process, case, actor, facts, uow.now, uow.today))
    return m.InstanceView(
        id=case.id,
        process=case.process,
        state=case.state,
        state_title=process.states[case.state].title,
        number=case.number,
        version=case.version,
        seen=case.text_hash,
        data=case.data.model_dump(mode="json"),
        typed=dict(case.typed),
        unfinished=[problem_of(one) for one in unfinished(case.data, case.typed)],
        allowed=[_allowed(offer, facts) for offer in offers if offer.refusal is None],
        refused=[_refused(offer) for offer in offers if offer.refusal is not None],
        warnings=[problem_of(warning) for warning in warned(process, case, facts)],
        tables=[
            m.TableView(key=one.key, title=one.title, columns=one.columns, rows=rows)
            for one, rows in told(process, case, facts, actor)
        ],
    )


def _allowed(offer: Offer, facts: Facts) -> m.ActionView:
    form, signed = offer.action.form, offer.action.signed
    return m.ActionView(
        key=offer.key,
        title=offer.action.title,
        voter=offer.voter,
        signed=bool(signed),
        signatures=list(accepted(signed, facts)),
        form=form.model_json_schema() if form else None,
    )


def _refused(offer: Offer) -> m.RefusedView:
    return m.RefusedView(
        key=offer.key,
        title=offer.action.title,
        reasons=[problem_of(reason) for reason in offer.refusal or ()],
    )


def process_view(process: Process) -> m.ProcessView:
    """Return a definition."""
    return m.ProcessView(
        key=process.key,
        title=process.title,
        version=process.version,
        states=[
            {"key": state.key, "title": state.title, "final": state.is_final}
            for state in process.states.values()
        ],
        transitions=[
            {
                "key": t.key,
                "title": t.title,
                "kind": t.kind,
                "sources": list(t.sources),
                "targets": [way.state for way in t.ways],
                "by": [role.key for role in t.by],
                "basis": t.basis,
                "form": t.form.model_json_schema() if t.form else None,
            }
            for t in process.transitions
        ],
        form=process.form.model_json_schema(),
    )


def history_view(line: queries.HistoryLine) -> m.HistoryView:
    """Return a line of history."""
    return m.HistoryView(
        seq=line.seq,
        at=line.at,
        action=line.action,
        title=line.title,
        from_state=line.from_state,
        to_state=line.to_state,
        person=line.name,
        acting_as=line.acting_as,
        form=dict(line.form),
        sha256=line.sha256,
    )


def document_view(paper: Paper) -> m.DocumentView:
    """Return a paper."""
    return m.DocumentView.model_validate(paper, from_attributes=True)


def work_view(row: queries.QueueRow) -> m.WorkView:
    """Return a work item."""
    return m.WorkView.model_validate(row, from_attributes=True)
