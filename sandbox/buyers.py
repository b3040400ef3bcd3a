"""Buyers as the shops' exports show them: names, places, e-mail. All invented; an importer must drop them.

Does not belong here: what they buy (`demand.py`).
"""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import polars as pl

_FIRST = ("Ava", "Noah", "Emma", "Liam", "Mia", "Lukas", "Hannah", "Jonas", "Sofia", "Elias", "Grace", "Owen")
_LAST = ("Miller", "Garcia", "Nguyen", "Becker", "Schulz", "Hoffmann", "Johnson", "Walker", "Kowalski", "Brandt")
_STREETS = ("Maple Ave", "Oak St", "Lindenstraße", "2nd St", "Bahnhofstraße", "Cedar Ln", "Gartenweg", "Elm Dr")


def addresses(rng: np.random.Generator, market: str, *, count: int) -> pl.DataFrame:
    """Columns city, state, postal_code, country of that many parcels; Germany's shop also sends to Austria."""
    text = files("sandbox").joinpath("data/cities.csv").read_text(encoding="utf-8")
    cities = pl.DataFrame(
        [row for row in csv.DictReader(text.splitlines()) if (row["country"] == "US") == (market == "US")]
    )
    return cities[rng.integers(cities.height, size=count)].select("city", "state", "postal_code", "country")


def people(rng: np.random.Generator, *, count: int) -> pl.DataFrame:
    """Columns name, email, street, phone."""
    first, last, street = (
        pl.Series(np.array(words)[rng.integers(len(words), size=count)]) for words in (_FIRST, _LAST, _STREETS)
    )
    number = pl.Series(rng.integers(1, 900, count)).cast(pl.String)
    return pl.DataFrame(
        {
            "name": first + " " + last,
            "email": first.str.to_lowercase() + "." + last.str.to_lowercase() + number + "@buyer.example",
            "street": number + " " + street,
            "phone": "+1 555 0" + number.str.zfill(3),
        }
    )
