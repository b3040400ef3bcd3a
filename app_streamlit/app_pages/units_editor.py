"""Units per product, to be changed: a field for each where they are few, a searchable table where they are many.

A field can be reached by keyboard and screen reader; 10,000 of them would freeze the page. Layout only.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app_streamlit import tables
from app_streamlit.i18n import Language
from app_streamlit.view_models import shipments

FEW = 12
COLUMNS = 4


def is_large(offered: Mapping[str, int]) -> bool:
    """Whether the table is used; it stands outside of a form, because it searches."""
    return len(offered) > FEW


def fields(offered: Mapping[str, int], *, key: str) -> None:
    """One number field per product, filled with what is offered, which is also the most."""
    for start in range(0, len(offered), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, (sku, units) in zip(columns, list(offered.items())[start : start + COLUMNS], strict=False):
            column.number_input(sku, min_value=0, max_value=units, value=units, step=1, key=f"{key}_{sku}")


def table(offered: Mapping[str, int], *, key: str, text: Language) -> None:
    """A search and the first lines that it finds; what was changed is kept while others are searched."""
    edits: dict[str, int] = st.session_state.setdefault(f"{key}_edits", {})
    needle = st.text_input(text("Search product"), key=f"{key}_search", width=240)
    skus = shipments.matching(offered, needle)
    shown = pd.DataFrame(
        {
            "sku": skus,
            "offered": [offered[sku] for sku in skus],
            "units": [edits.get(sku, offered[sku]) for sku in skus],
        }
    )
    edited = st.data_editor(
        shown,
        column_config={
            "sku": tables.words(text("Product"), pinned=True),
            "offered": tables.units(text("Left to ship")),
            "units": tables.units(text("Units"), minimum=0),
        },
        disabled=["sku", "offered"],
        hide_index=True,
        key=f"{key}_table_{needle}",
        height=360,
        alt=text("Units per product"),
    )
    for sku, units in zip(skus, edited["units"], strict=True):
        if not pd.isna(units) and int(units) != offered[sku]:
            edits[sku] = int(units)
        else:
            edits.pop(sku, None)
    changed = text.counted("{count} line changed", "{count} lines changed", len(edits))
    st.caption(
        text(
            "{shown} of {count} lines are shown · {units} units · {changed}",
            shown=text.number(len(skus)),
            count=text.number(len(offered)),
            units=text.number(sum({**offered, **edits}.values())),
            changed=changed,
        )
    )


def entered(offered: Mapping[str, int], *, key: str) -> dict[str, int]:
    """The units as they stand on the screen; read by callbacks, from the session."""
    if is_large(offered):
        return {**offered, **st.session_state.get(f"{key}_edits", {})}
    return {sku: int(st.session_state.get(f"{key}_{sku}", units)) for sku, units in offered.items()}
