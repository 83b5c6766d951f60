"""What must hold of the processes of the Regulation at any moment (7.7: 2–6, 10–12).

What must hold whatever the processes say is in `workflow_app/store/operations/invariants.py`; both
ask the same ledger, and `make year` and the random walks of the tests ask both.
"""

from collections.abc import Callable, Iterator

from workflows.invariants.figures import printed_figures_are_the_registers, small_groups_stay_closed
from workflows.invariants.ledger import Ledger
from workflows.invariants.orders import (
    base_is_stable_in_the_year_of_its_order,
    registered_order_keeps_its_text,
    signed_order_has_every_consent,
)
from workflows.invariants.persons import offices_are_kept
from workflows.invariants.plans import done_rows_survive, one_plan_a_year_is_in_force
from workflows.invariants.recommendations import accepted_advice_is_in_one_place
from workflows.invariants.visits import findings_stand_as_their_cases

__all__ = ["PROMISES", "Ledger"]

PROMISES: tuple[Callable[[Ledger], Iterator[str]], ...] = (
    base_is_stable_in_the_year_of_its_order, registered_order_keeps_its_text,
    signed_order_has_every_consent, one_plan_a_year_is_in_force, done_rows_survive,
    offices_are_kept, accepted_advice_is_in_one_place, printed_figures_are_the_registers,
    small_groups_stay_closed, findings_stand_as_their_cases,
)
