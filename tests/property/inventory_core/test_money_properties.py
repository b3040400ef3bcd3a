"""Invariant 2, "Money is conserved": shares add up to the charge, in currencies with 0, 2 and 3 decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from inventory_core.money import CURRENCY_DECIMALS, Money, total

WEIGHTS = st.lists(
    st.one_of(st.integers(0, 10**6), st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False)),
    min_size=1,
    max_size=30,
).filter(any)


@given(
    minor_units=st.integers(-(10**12), 10**12),
    currency=st.sampled_from(["JPY", "USD", "KWD"]),
    weights=WEIGHTS,
)
def test_shares_add_up_and_are_fair(minor_units: int, currency: str, weights: list[Decimal | int]) -> None:
    minor_unit = Decimal(1).scaleb(-CURRENCY_DECIMALS[currency])
    amount = Money(minor_units * minor_unit, currency)
    shares = amount.split(weights)
    assert total(shares, currency=currency) == amount
    whole = sum(Fraction(weight) for weight in weights)
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(amount.amount) * Fraction(weight) / whole
        assert abs(Fraction(share.amount) - exact) < Fraction(minor_unit), "less than one minor unit from its due"
        assert share == share.rounded()
    assert amount.split(weights) == shares, "deterministic"


@given(amount=st.decimals(-(10**9), 10**9, places=6), currency=st.sampled_from(["JPY", "USD", "KWD"]))
def test_rounding_is_never_off_by_more_than_half_a_minor_unit(amount: Decimal, currency: str) -> None:
    rounded = Money(amount, currency).rounded()
    assert abs(rounded.amount - amount) * 2 <= Decimal(1).scaleb(-CURRENCY_DECIMALS[currency])
    assert rounded.rounded() == rounded
