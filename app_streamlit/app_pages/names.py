"""Names of warehouses for pages that live in the core and work before anything was published. Layout only."""

from __future__ import annotations

from app_streamlit import actions, screen, warehouse
from app_streamlit.i18n.words import place
from app_streamlit.view_models import stock
from app_streamlit.view_models.rows import rows_of
from inventory_core.access.model import Person


def places() -> dict[str, str]:
    """Every warehouse that the core accepts, by its published name, else by its id."""
    publication = screen.publication()
    published = (
        {row["warehouse_id"]: row["warehouse_name"] for row in rows_of(warehouse.read(publication, stock.warehouses()))}
        if publication
        else {}
    )
    return {
        warehouse_id: place(published.get(warehouse_id), warehouse_id)
        for warehouse_id in sorted(actions.warehouse_ids())
    }


def places_of(person: Person) -> dict[str, str]:
    """Those in the person's scope."""
    return {one: name for one, name in places().items() if person.actor.may_see_warehouse(one)}
