"""What guards know of a registered order."""

import datetime as dt

from workflow_app.engine.facts import OrderCard


def test_an_order_tells_of_which_rows_of_a_register_it_speaks():
    subjects = ("visit/7", "act/3", "visit/12", "visitor/9")
    order = OrderCard(1, "12-од", dt.date(2026, 1, 19), "О визитах", subjects=subjects)
    assert order.rows_of("visit") == (7, 12)
    assert order.rows_of("direction") == ()
