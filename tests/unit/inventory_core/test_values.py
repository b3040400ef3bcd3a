"""Values refuse what they cannot hold: money, units, instants, names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name, check_reason, login_of
from inventory_core.instants import check_utc, instant_from_text, instant_text
from inventory_core.money import (
    CURRENCY_DECIMALS,
    Money,
    UnableToCombineCurrencies,
    UnableToSplit,
    check_amount,
    total,
)
from inventory_core.quantities import check_units
from inventory_core.records import canonical_json
from tests.core_builders import AT


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize("amount", [1.5, 2, "3", Decimal("NaN"), Decimal("Infinity")])
def test_money_takes_exact_finite_decimals_only(amount: object) -> None:
    with pytest.raises(Malformed, match="exact decimal"):
        Money(amount, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["usd", "US", "XXY", "", None])
def test_money_takes_iso_currencies_only(currency: object) -> None:
    with pytest.raises(Malformed, match="ISO 4217"):
        Money(Decimal(1), currency)  # type: ignore[arg-type]


def test_currencies_have_0_2_or_3_decimals() -> None:
    assert (CURRENCY_DECIMALS["JPY"], CURRENCY_DECIMALS["CNY"], CURRENCY_DECIMALS["KWD"]) == (0, 2, 3)
    assert {len(code) for code in CURRENCY_DECIMALS} == {3}


def test_money_of_two_currencies_does_not_add_up() -> None:
    with pytest.raises(UnableToCombineCurrencies, match="convert first"):
        usd("1") + Money(Decimal(1), "EUR")


def test_an_empty_sum_has_a_currency() -> None:
    assert total([], currency="JPY") == Money(Decimal(0), "JPY")
    assert total([usd("1.10"), usd("2.20")], currency="USD") == usd("3.30")


def test_a_ten_line_split_of_109_90_adds_up() -> None:
    """Another ERP made 109.99 of it (domain.md, landed cost)."""
    shares = usd("109.90").split([1] * 10)
    assert shares == (usd("10.99"),) * 10


@pytest.mark.parametrize(
    ("amount", "currency", "weights", "expected"),
    [
        ("100", "JPY", [1, 1, 1], ["34", "33", "33"]),
        ("0.010", "KWD", [3, 3, 1], ["0.004", "0.004", "0.002"]),
        ("-0.05", "USD", [1, 1], ["-0.03", "-0.02"]),
        ("1.00", "USD", [0, Decimal("0.5"), 0], ["0.00", "1.00", "0.00"]),
        ("0.00", "USD", [1, 2], ["0.00", "0.00"]),
    ],
)
def test_largest_remainders_get_the_minor_units_left_over(
    amount: str, currency: str, weights: list[int], expected: list[str]
) -> None:
    shares = Money(Decimal(amount), currency).split(weights)
    assert [str(share.amount) for share in shares] == expected


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 3]])
def test_a_split_needs_something_to_split_by(weights: list[int]) -> None:
    with pytest.raises(UnableToSplit, match="weights"):
        usd("1").split(weights)


def test_a_split_needs_whole_minor_units() -> None:
    with pytest.raises(UnableToSplit, match="round first"):
        usd("1.005").split([1, 1])


@pytest.mark.parametrize("units", [1.0, True, "1", None, 0, -3, 10**12])
def test_units_are_positive_whole_numbers(units: object) -> None:
    with pytest.raises(Malformed, match="units of CHAIR"):
        check_units(units, name="units of CHAIR", minimum=1)


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8))), "2026-01-01T00:00:00Z"],  # noqa: DTZ001
)
def test_instants_are_utc(at: object) -> None:
    with pytest.raises(Malformed, match="instant in UTC"):
        check_utc(at, name="at")


def test_instants_have_one_text() -> None:
    assert instant_text(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000000Z"
    assert instant_from_text(instant_text(AT)) == AT


@pytest.mark.parametrize("name", ["", " a", "a\n", "a\x00b", "\ud800", "x" * 201, 7])
def test_names_are_short_printable_text(name: object) -> None:
    with pytest.raises(Malformed, match="sku must"):
        check_name(name, name="sku")


def test_reasons_may_have_lines_but_no_control_characters() -> None:
    check_reason("too many\n\tsay I 太多了", is_required=True)
    with pytest.raises(Malformed, match="control characters"):
        check_reason("a\x00b", is_required=False)
    with pytest.raises(Malformed, match="must say why"):
        check_reason("  ", is_required=True)
    with pytest.raises(Malformed, match="at most 2000"):
        check_reason("x" * 2001, is_required=True)


def test_logins_are_one_word_without_case() -> None:
    assert login_of(" Pia ") == "pia"
    with pytest.raises(Malformed, match="one word"):
        login_of("pia pian")


def test_records_hold_no_floats() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical_json({"amount": 0.1})


def test_a_command_needs_a_key_an_actor_and_an_instant() -> None:
    good = {"actor_id": "pia", "at": AT, "idempotency_key": "k"}
    assert Command(**good).reason == ""
    for field, bad in (("actor_id", ""), ("at", datetime(2026, 1, 1)), ("idempotency_key", " ")):  # noqa: DTZ001
        with pytest.raises(Malformed, match=field):
            Command(**{**good, field: bad})


@pytest.mark.parametrize("text", ["1E+5000000", "1E-5000000", "1E+24", "NaN", "Infinity"])
def test_an_amount_that_no_warehouse_keeps_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="weight_kg"):
        check_amount(Decimal(text), name="weight_kg")
