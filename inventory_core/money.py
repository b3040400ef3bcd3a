"""Money: an exact decimal amount with its currency, which adds up and splits to the last minor unit.

Belongs here: amounts, minor units, exact splits. Does not: exchange rates (the pipeline converts before it registers
values) and what is split over what (`landed_cost/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from inventory_core.errors import Malformed

# ISO 4217, active currencies of countries by their number of decimals (minor unit exponent).
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK "
    "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
CURRENCY_DECIMALS: dict[str, int] = {
    currency: decimals
    for decimals, currencies in ((0, _WITHOUT_DECIMALS), (2, _WITH_TWO_DECIMALS), (3, _WITH_THREE_DECIMALS))
    for currency in currencies.split()
}


_MAXIMUM_DIGITS, _MAXIMUM_DECIMALS = 24, 18


class UnableToCombineCurrencies(ValueError):
    """Two amounts in different currencies meet; one of them has to be converted first."""


class UnableToSplit(ValueError):
    """There is nothing to split by, or the amount is finer than the currency's minor unit."""


def check_amount(value: object, *, name: str) -> None:
    """Raise Malformed unless `value` is an exact, finite decimal. Floats are refused: 0.1 is not one tenth there."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise Malformed(f"{name} must be an exact decimal such as Decimal('12.50'), not {value!r}")
    # The plain text of 1E+5000000, which the journal would keep, has five million digits.
    if value.adjusted() >= _MAXIMUM_DIGITS or int(value.as_tuple().exponent) < -_MAXIMUM_DECIMALS:
        raise Malformed(
            f"{name} must be below 10^{_MAXIMUM_DIGITS} with at most {_MAXIMUM_DECIMALS} decimals, not {value!r}"
        )


def check_currency(value: object, *, name: str) -> None:
    """Raise Malformed unless `value` is the ISO 4217 code of an active currency."""
    if value not in CURRENCY_DECIMALS:
        raise Malformed(f"{name} must be an ISO 4217 code such as USD, not {value!r}")


@dataclass(frozen=True, order=False)
class Money:
    """An amount in a currency. Amounts per unit may be finer than the minor unit; what is paid or split is not."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_currency(self.currency, name="currency")
        check_amount(self.amount, name="amount")

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise UnableToCombineCurrencies(f"convert first: {self} and {other} are in different currencies")
        return Money(self.amount + other.amount, self.currency)

    def times(self, count: int) -> Money:
        """This amount, `count` times, exact."""
        return Money(self.amount * count, self.currency)

    def rounded(self) -> Money:
        """To the currency's minor unit, halves away from zero, as invoices are.

        >>> Money(Decimal("2.345"), "USD").rounded(), Money(Decimal("2.5"), "JPY").rounded()
        (Money(amount=Decimal('2.35'), currency='USD'), Money(amount=Decimal('3'), currency='JPY'))
        """
        minor_unit = Decimal(1).scaleb(-CURRENCY_DECIMALS[self.currency])
        return Money(self.amount.quantize(minor_unit, rounding=ROUND_HALF_UP), self.currency)

    def split(self, weights: Sequence[Decimal | int]) -> tuple[Money, ...]:
        """Shares in proportion to `weights` which add up to this amount to the last minor unit.

        Largest remainder (Hamilton): every share is rounded down in minor units, and the units left over go one each
        to the largest cut-off remainders, the earlier position first where they are equal.

        Raises: UnableToSplit when the weights are negative or all zero, or the amount is no whole minor units.

        >>> [str(share) for share in Money(Decimal("109.90"), "USD").split([1, 1, 1])]
        ['36.64 USD', '36.63 USD', '36.63 USD']
        """
        decimals = CURRENCY_DECIMALS[self.currency]
        minor_units = Fraction(self.amount) * 10**decimals
        if minor_units.denominator != 1:
            raise UnableToSplit(f"round first: {self} is finer than the minor unit of {self.currency}")
        exact_weights = [Fraction(weight) for weight in weights]
        total = sum(exact_weights)
        if total <= 0 or min(exact_weights) < 0:
            raise UnableToSplit(f"weights must not be negative and not all zero: {list(map(str, weights))}")
        sign = -1 if minor_units < 0 else 1
        exact_shares = [abs(minor_units) * weight / total for weight in exact_weights]
        shares = [int(share) for share in exact_shares]
        left_over = int(abs(minor_units)) - sum(shares)
        by_remainder = sorted(range(len(shares)), key=lambda position: shares[position] - exact_shares[position])
        for position in by_remainder[:left_over]:
            shares[position] += 1
        return tuple(Money(Decimal(sign * share).scaleb(-decimals), self.currency) for share in shares)


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """The sum in `currency`, which also names the currency of an empty sum."""
    return sum(amounts, start=Money(Decimal(0), currency))
