"""Catalog and rules: what is refused, and that the journal holds changes only."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.errors import Malformed
from tests.core_builders import COMPANY, LANES, PRODUCTS, WAREHOUSES, catalog, sender


def test_the_catalog_is_what_was_registered_last(core: Core) -> None:
    core.execute(catalog(products=PRODUCTS[1:], lanes=LANES[:1]))
    known = core.queries.catalog()
    assert known.company == COMPANY
    assert sorted(known.products) == ["LAMP", "MYSTERY"]
    assert known.lanes == frozenset(LANES[:1])
    assert set(known.warehouses) == {one.warehouse_id for one in WAREHOUSES}


def test_the_same_catalog_again_leaves_no_entry(core: Core) -> None:
    entries = core.queries.journal()
    core.execute(catalog())
    assert core.queries.journal() == entries


def test_the_journal_holds_what_changed(core: Core) -> None:
    dearer = CatalogProduct(sku="CHAIR", unit_value=Decimal("13"))
    core.execute(catalog(products=(dearer, *PRODUCTS[2:])))
    payload = json.loads(core.queries.journal()[-1].payload)
    assert payload["products"] == [{"sku": "CHAIR", "unit_value": "13", "unit_margin": None, "codes": []}]
    assert payload["removed_skus"] == ["LAMP"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"products": PRODUCTS[:1] * 2}, "products must be named once each; named twice: CHAIR"),
        ({"warehouses": WAREHOUSES + WAREHOUSES[:1]}, "named twice: cn_main"),
        ({"lanes": LANES + LANES[:1]}, "named twice: cn_main → fba_us by sea"),
        ({"warehouses": WAREHOUSES[:1]}, "join warehouses of the same catalog"),
    ],
)
def test_a_catalog_must_agree_with_itself(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        catalog(**changes)


@pytest.mark.parametrize(
    ("value_type", "fields"),
    [
        (Company, {"base_currency": "USX"}),
        (Company, {"base_currency": "USD", "time_zone": "Mars/Olympus"}),
        (Company, {"base_currency": "USD", "time_zone": "../etc/passwd"}),
        (Company, {"base_currency": "USD", "time_zone": ""}),
        (CatalogProduct, {"sku": "A", "unit_value": 1.5}),
        (CatalogProduct, {"sku": "A", "unit_value": Decimal(-1)}),
        (CatalogWarehouse, {"warehouse_id": "a", "warehouse_kind": "attic"}),
        (CatalogLane, {"origin_id": "a", "destination_id": "b", "mode": "teleport"}),
        (ApprovalRule, {"rule_id": "r", "role": "viewer"}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "minimum_value": 5000.0}),
        (ApprovalRule, {"rule_id": "", "role": "finance"}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "signatures": 0}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "remind_after_hours": 0}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "remind_after_hours": 1.5}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "escalate_after_hours": 8}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "escalation_role": "admin"}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "escalate_after_hours": 8, "escalation_role": "planner"}),
        (ApprovalRule, {"rule_id": "r", "role": "finance", "minimum_margin_at_risk": 1.5}),
        (CatalogProduct, {"sku": "A", "unit_margin": 1.5}),
    ],
)
def test_values_that_mean_nothing_are_malformed(value_type: type[Any], fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        value_type(**fields)


def test_rules_are_replaced_and_the_same_rules_leave_no_entry(core: Core) -> None:
    rules = (ApprovalRule(rule_id="b", role="finance"), ApprovalRule(rule_id="a", role="supervisor"))
    core.execute(SetApprovalRules(**sender("operator"), rules=rules))
    entries = core.queries.journal()
    core.execute(SetApprovalRules(**sender("operator"), rules=rules))
    assert core.queries.approval_rules() == list(rules), "in the order in which they were set"
    assert core.queries.journal() == entries
    core.execute(SetApprovalRules(**sender("operator"), rules=rules[:1]))
    assert core.queries.approval_rules() == [rules[0]]


def test_rules_have_an_id_of_their_own() -> None:
    with pytest.raises(Malformed, match="used twice: a"):
        SetApprovalRules(**sender("operator"), rules=(ApprovalRule(rule_id="a", role="finance"),) * 2)
