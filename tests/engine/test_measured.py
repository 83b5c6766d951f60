"""What was counted, in its unit: the one place where results are computed."""

from decimal import Decimal

import pytest

from workflow_app.engine.disclosure import measured


@pytest.mark.parametrize(
    ("unit", "numerator", "denominator", "value", "result"),
    [
        ("%", 11, 32, None, "34.4"),
        ("%", 1, 16, None, "6.3"),  # 6.25: a half goes up, as in the department's tables
        ("%", 0, 16, None, "0.0"),
        ("%", 16, 16, None, "100.0"),
        ("%", 0, 0, None, None),
        ("%", 3, None, None, None),
        ("%", None, 45, None, None),
        ("чел.", 1, 32, None, "1"),
        ("ед.", 11, None, None, "11"),
        ("ед.", None, None, 15.0, "15.0"),
        ("балл", None, 46, 4.7, "4.7"),
    ],
)
def test_a_result_is_what_was_counted_in_its_unit(unit, numerator, denominator, value, result):
    found = measured(unit, numerator, denominator, value)
    assert found == (None if result is None else Decimal(result))
