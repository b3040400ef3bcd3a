"""The reminder, on every other page, that a count was begun and not saved. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import counts, screen
from app_streamlit.i18n import Language
from inventory_core.access.model import Person

SHOWN = 3


def show(person: Person, text: Language) -> None:
    """One warning per unsaved count, with the way back to it."""
    for tally in counts.unsaved(folder=screen.company().folder, person_id=person.person_id)[:SHOWN]:
        st.warning(
            screen.plain(
                text(
                    "Your count of {shipment} is not saved: {units} units.",
                    shipment=tally.shipment_label,
                    units=text.number(tally.total),
                )
            ),
            icon=":material/barcode_scanner:",
        )
        st.page_link(
            "app_pages/receiving.py",
            label=text("Go on counting {shipment}", shipment=tally.shipment_label),
            query_params={"shipment": tally.shipment_label},
        )
