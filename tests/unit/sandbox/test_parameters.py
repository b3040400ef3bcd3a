"""What a world can be made from."""

from datetime import date

import numpy as np
import pytest

from sandbox.parameters import Parameters, UnableToMakeWorld


def test_the_world_begins_whole_months_before_the_as_of_date():
    assert Parameters().first_date == date(2024, 11, 2)
    assert Parameters().days == 730
    assert Parameters(months=3, as_of=date(2026, 5, 31)).first_date == date(2026, 2, 28)


def test_day_numbers_and_dates_are_inverse():
    parameters = Parameters(months=5)
    assert parameters.date_of(parameters.day_of(date(2026, 8, 9))) == date(2026, 8, 9)
    assert parameters.date_of(parameters.days) == parameters.as_of


@pytest.mark.parametrize(
    ("name", "value"), [("seed", -1), ("products", 9), ("months", 2), ("months", 61), ("as_of", date(1999, 1, 1))]
)
def test_what_makes_no_world_is_refused_with_the_option_and_what_to_pass(name, value):
    with pytest.raises(UnableToMakeWorld, match=f"--{name.replace('_', '-')} is .*: pass "):
        Parameters(**{name: value})


def test_streams_of_chance_are_independent_by_purpose_and_equal_by_seed():
    first, again = Parameters(seed=5), Parameters(seed=5)
    assert np.array_equal(first.chance("orders").random(4), again.chance("orders").random(4))
    assert not np.array_equal(first.chance("orders").random(4), first.chance("returns").random(4))
    assert not np.array_equal(first.chance("orders").random(4), Parameters(seed=6).chance("orders").random(4))
