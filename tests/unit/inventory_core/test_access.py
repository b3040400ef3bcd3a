"""Accounts, sign-in, lock-out, tokens, and which role may send which command."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from inventory_core.access import commands as access
from inventory_core.access import handlers, sign_in
from inventory_core.access.model import OPERATOR, ROLES, Actor
from inventory_core.access.permissions import ROLES_OF_COMMAND, UnableToAllow
from inventory_core.access.sign_in import UnableToAct, UnableToSignIn
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.pressing import PressForDecisions
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.commands import Command, Outcome
from inventory_core.dispatch import HANDLERS
from inventory_core.errors import Malformed, Refused
from inventory_core.outbox import commands as outbox
from inventory_core.receiving import commands as receiving
from inventory_core.receiving.model import ReceivingRule
from inventory_core.records import canonical_json
from inventory_core.stock_ledger import commands as stock
from inventory_core.storage.memory import MemoryStorage
from inventory_core.transfer_orders import commands as orders
from inventory_core.transfer_orders import shipment_commands as shipping
from tests.core_builders import AT, PEOPLE, catalog, draft, later, people, sender, submitted


def add(core: Core, login: str, *roles: str, actor_id: str = "operator") -> Outcome:
    person = access.PersonToAdd(login=login, name=login, roles=roles)
    return core.execute(access.AddPerson(**sender(actor_id), person=person))


def reset(core: Core, login: str) -> str:
    """A new password of that person."""
    return core.execute(access.ResetPassword(**sender("ada"), login=login)).secrets[login]


class TestAccounts:
    def test_a_person_signs_in_with_the_password_that_was_shown_once(self, core: Core) -> None:
        command = access.AddPerson(
            **sender("ada"), person=access.PersonToAdd(login="Zoe", name="Zoe", roles=("viewer",))
        )
        password = core.execute(command).secrets["zoe"]
        person = core.sign_in(login=" ZOE ", password=password, at=AT)
        assert (person.person_id, person.roles, person.language) == ("zoe", ("viewer",), "en")
        again = core.execute(command)
        assert again.was_done_before
        assert again.secrets == {}

    def test_no_secret_reaches_the_journal_or_the_remembered_outcome(self, sqlite_core: Core) -> None:
        outcome = add(sqlite_core, "zoe", "viewer")
        token = sqlite_core.execute(access.IssueToken(**sender("ada"), login="zoe", label="x")).secrets["token"]
        with sqlite_core.storage.reading() as store:
            credentials = store.credentials("zoe")
            kept = canonical_json(store.journal()) + canonical_json(
                [store.handled_command(key) for key in sorted(store.handled_keys())]
            )
        assert credentials is not None
        for secret in (outcome.secrets["zoe"], token, credentials.password_hash):
            assert secret not in kept
        assert outcome.secrets["zoe"] not in repr(outcome)

    def test_a_login_is_never_given_twice(self, core: Core) -> None:
        core.execute(access.DisablePerson(**sender("ada"), login="pia"))
        with pytest.raises(handlers.UnableToAddPerson, match="never given twice"):
            add(core, "PIA", "planner")

    def test_nobody_is_called_like_the_machine(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToAddPerson, match="another login"):
            add(core, "operator", "viewer")
        with pytest.raises(handlers.UnableToAddPerson, match="another login"):
            add(core, "rule", "viewer")
        sheet = (access.PersonToAdd(login="Operator", name="x", roles=("viewer",)),)
        with pytest.raises(handlers.UnableToAddPerson, match="people sheet"):
            core.execute(access.EnsurePeople(**sender("operator"), people=sheet))

    @pytest.mark.parametrize(
        "fields", [{"roles": ()}, {"roles": ("boss",)}, {"roles": ("admin", "admin")}, {"language": "fr"}, {"name": ""}]
    )
    def test_accounts_that_mean_nothing_are_malformed(self, fields: dict[str, object]) -> None:
        with pytest.raises(Malformed):
            access.PersonToAdd(**{"login": "zoe", "name": "Zoe", "roles": ("viewer",), **fields})  # type: ignore[arg-type]

    def test_an_unknown_person_cannot_be_disabled(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToFindPerson, match="zoe has no account"):
            core.execute(access.DisablePerson(**sender("ada"), login="zoe"))


class TestPeopleSheet:
    def test_accounts_that_exist_are_left_alone(self, core: Core) -> None:
        password = reset(core, "pia")
        sheet = (
            access.PersonToAdd(login="pia", name="Other", roles=("viewer",)),
            access.PersonToAdd(login="zoe", name="Zoe", roles=("planner", "finance"), language="zh"),
        )
        outcome = core.execute(access.EnsurePeople(**sender("operator"), people=sheet))
        assert set(outcome.secrets) == {"zoe"}
        assert core.sign_in(login="pia", password=password, at=AT).roles == ("planner",)

    def test_the_second_run_changes_nothing(self, core: Core) -> None:
        entries = core.queries.journal()
        assert core.execute(people()).secrets == {}
        assert core.queries.journal() == entries

    def test_a_company_without_an_admin_gets_one(self) -> None:
        core = Core(MemoryStorage())
        sheet = (access.PersonToAdd(login="zoe", name="Zoe", roles=("planner",)),)
        secrets = core.execute(access.EnsurePeople(**sender("operator"), people=sheet)).secrets
        assert set(secrets) == {"zoe", "admin"}
        assert core.sign_in(login="admin", password=secrets["admin"], at=AT).roles == ("admin",)

    def test_a_login_named_twice_is_malformed(self) -> None:
        twice = tuple(access.PersonToAdd(login=login, name="x", roles=("viewer",)) for login in ("zoe", "Zoe"))
        with pytest.raises(Malformed, match="zoe twice"):
            access.EnsurePeople(**sender("operator"), people=twice)


class TestSignIn:
    def test_a_stranger_does_not_learn_which_logins_exist(self, core: Core) -> None:
        words = []
        for login in ("pia", "nobody", "two words", ""):
            with pytest.raises(UnableToSignIn) as refused:
                core.sign_in(login=login, password="wrong", at=AT)
            words.append(str(refused.value))
        assert len(set(words)) == 1

    def test_failed_tries_lock_out_until_time_has_passed(self, core: Core) -> None:
        password = reset(core, "pia")
        for _ in range(sign_in.TRIES_BEFORE_LOCK_OUT):
            with pytest.raises(UnableToSignIn, match="is wrong"):
                core.sign_in(login="pia", password="wrong", at=AT)
        with pytest.raises(UnableToSignIn, match="wait until 2026-11-02 09:15 UTC"):
            core.sign_in(login="pia", password=password, at=later(14))
        assert core.sign_in(login="pia", password=password, at=later(15)).login == "pia"

    def test_a_success_forgets_the_failures(self, core: Core) -> None:
        password = reset(core, "pia")
        for _ in range(3 * sign_in.TRIES_BEFORE_LOCK_OUT):
            with pytest.raises(UnableToSignIn, match="is wrong"):
                core.sign_in(login="pia", password="wrong", at=AT)
            core.sign_in(login="pia", password=password, at=AT)

    def test_a_new_password_ends_a_lock_out(self, core: Core) -> None:
        for _ in range(sign_in.TRIES_BEFORE_LOCK_OUT):
            with pytest.raises(UnableToSignIn):
                core.sign_in(login="pia", password="wrong", at=AT)
        assert core.sign_in(login="pia", password=reset(core, "pia"), at=AT).login == "pia"

    def test_time_comes_from_outside_and_is_utc(self, core: Core) -> None:
        with pytest.raises(Malformed, match="instant in UTC"):
            core.sign_in(login="pia", password="x", at=datetime(2026, 1, 1))  # noqa: DTZ001

    def test_a_disabled_person_neither_signs_in_nor_acts(self, core: Core) -> None:
        password = reset(core, "pia")
        core.execute(access.DisablePerson(**sender("ada"), login="pia"))
        with pytest.raises(UnableToSignIn, match="is disabled"):
            core.sign_in(login="pia", password=password, at=AT)
        with pytest.raises(UnableToAct, match="pia is disabled"):
            core.execute(draft("pia"))
        with pytest.raises(UnableToAct, match="nobody has no account"):
            core.execute(draft("nobody"))


class TestLastAdmin:
    def test_the_last_admin_stays(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToDisablePerson, match="last admin"):
            core.execute(access.DisablePerson(**sender("ada"), login="ada"))
        add(core, "zoe", "viewer", "admin")
        core.execute(access.DisablePerson(**sender("zoe"), login="ada"))
        with pytest.raises(handlers.UnableToDisablePerson, match="last admin"):
            core.execute(access.DisablePerson(**sender("operator"), login="zoe"))


class TestTokens:
    def issue(self, core: Core, login: str) -> str:
        return core.execute(access.IssueToken(**sender("ada"), login=login, label="nightly")).secrets["token"]

    def test_a_token_acts_as_its_person_until_revoked(self, core: Core) -> None:
        token = self.issue(core, "pia")
        assert core.actor_of_token(token).login == "pia"
        [known] = core.queries.tokens()
        assert (known.login, known.label, known.issued_at, known.is_revoked) == ("pia", "nightly", AT, False)
        for _ in range(2):
            core.execute(access.RevokeToken(**sender("ada"), token_id=known.token_id))
        with pytest.raises(UnableToSignIn, match="revoked"):
            core.actor_of_token(token)

    def test_a_disabled_persons_token_is_useless(self, core: Core) -> None:
        token = self.issue(core, "pia")
        core.execute(access.DisablePerson(**sender("ada"), login="pia"))
        with pytest.raises(UnableToSignIn):
            core.actor_of_token(token)

    @pytest.mark.parametrize("token", ["", "diaobo_x", "None"])
    def test_unknown_tokens_open_nothing(self, core: Core, token: str) -> None:
        with pytest.raises(UnableToSignIn):
            core.actor_of_token(token)

    def test_an_unknown_token_cannot_be_revoked(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToFindToken):
            core.execute(access.RevokeToken(**sender("ada"), token_id="token_x"))


# Written by hand, not read from the core's table: this is what the company was promised.
PLANNING, DECIDING, SETTING_UP = {"planner", "admin"}, {"supervisor", "finance", "warehouse", "admin"}, {"admin"}
HANDLING = {"warehouse", "admin"}
EXPLAINING = {"supervisor", "finance", "admin"}
MAY_SEND: dict[type[Command], set[str]] = {
    orders.DraftTransferOrder: PLANNING,
    orders.ChangeTransferOrder: PLANNING,
    orders.SubmitTransferOrder: PLANNING,
    orders.WithdrawTransferOrder: PLANNING,
    orders.CancelTransferOrder: PLANNING | {"supervisor"},
    orders.ApproveTransferOrder: DECIDING,
    orders.RejectTransferOrder: DECIDING,
    shipping.PlanShipment: HANDLING,
    shipping.DispatchShipment: HANDLING,
    shipping.CancelShipment: HANDLING,
    shipping.RecordMilestone: HANDLING | {"planner"},
    receiving.RecordReceipt: HANDLING,
    receiving.CompleteReceiving: HANDLING,
    receiving.ResolveDiscrepancy: EXPLAINING,
    receiving.CloseTransferOrder: EXPLAINING | {"planner"},
    receiving.ReopenTransferOrder: EXPLAINING,
    receiving.SetReceivingRules: SETTING_UP | {"operator"},
    stock.SetOpeningStock: SETTING_UP | {"operator", "warehouse"},
    stock.CountStock: HANDLING,
    stock.MoveStock: HANDLING,
    stock.ReceivePurchase: HANDLING,
    outbox.ReleaseMessage: SETTING_UP | {"operator"},
    outbox.DiscardMessage: SETTING_UP | {"operator"},
    RegisterCatalog: SETTING_UP | {"operator"},
    SetApprovalRules: SETTING_UP | {"operator"},
    SetApprovalPolicy: SETTING_UP | {"operator"},
    PressForDecisions: SETTING_UP | {"operator"},
    DelegateApproval: DECIDING,
    RevokeDelegation: DECIDING,
    orders.CommentOnTransferOrder: set(ROLES),
    access.AddPerson: SETTING_UP | {"operator"},
    access.EnsurePeople: SETTING_UP | {"operator"},
    access.DisablePerson: SETTING_UP | {"operator"},
    access.ResetPassword: SETTING_UP | {"operator"},
    access.IssueToken: SETTING_UP | {"operator"},
    access.RevokeToken: SETTING_UP | {"operator"},
}
SENDERS = {**{role: login for login, role in PEOPLE.items()}, "operator": OPERATOR.actor_id}


MOVED = stock.MovedUnits(sku="x", units=1)


def every_command(actor_id: str) -> list[Command]:
    """One of each, from that sender, about things that need not be there: permission comes first."""
    existing = {"transfer_order_id": "TO-2026-00001", "reason": "why not"}
    return [
        draft(actor_id),
        orders.ChangeTransferOrder(**sender(actor_id), transfer_order_id="x", expected_version=1, ship_date=AT.date()),
        *(
            command_type(**sender(actor_id), **existing)
            for command_type in (
                orders.SubmitTransferOrder,
                orders.WithdrawTransferOrder,
                orders.CancelTransferOrder,
                orders.ApproveTransferOrder,
                orders.RejectTransferOrder,
            )
        ),
        shipping.PlanShipment(**sender(actor_id), transfer_order_id="x"),
        shipping.DispatchShipment(**sender(actor_id), transfer_order_id="x"),
        shipping.CancelShipment(**sender(actor_id), **existing, shipment_id="x"),
        shipping.RecordMilestone(
            **sender(actor_id), transfer_order_id="x", shipment_id="x", milestone="departed", occurred_at=AT
        ),
        receiving.RecordReceipt(
            **sender(actor_id), transfer_order_id="x", counts=(receiving.CountedUnits(code="x", units=1),)
        ),
        receiving.CompleteReceiving(**sender(actor_id), transfer_order_id="x", shipment_id="x"),
        receiving.ResolveDiscrepancy(
            **sender(actor_id),
            transfer_order_id="x",
            shipment_id="x",
            sku="x",
            kind="short",
            units=1,
            resolution="lost",
        ),
        receiving.CloseTransferOrder(**sender(actor_id), transfer_order_id="x"),
        receiving.ReopenTransferOrder(**sender(actor_id), **existing),
        receiving.SetReceivingRules(**sender(actor_id), rules=(ReceivingRule(warehouse_id="x"),)),
        stock.SetOpeningStock(**sender(actor_id), warehouse_id="x", counts=()),
        stock.CountStock(**sender(actor_id), reason="x", warehouse_id="x", counts=(stock.BinUnits(sku="x", units=0),)),
        stock.MoveStock(**sender(actor_id), warehouse_id="x", kind="sale", moves=(MOVED,)),
        stock.ReceivePurchase(
            **sender(actor_id), warehouse_id="x", purchase_order_id="p", supplier_id="s", lines=(MOVED,)
        ),
        outbox.ReleaseMessage(**sender(actor_id), message_number=1),
        outbox.DiscardMessage(**sender(actor_id), message_number=1, reason="x"),
        catalog(actor_id),
        SetApprovalRules(**sender(actor_id), rules=(ApprovalRule(rule_id="r", role="finance"),)),
        SetApprovalPolicy(**sender(actor_id), allow_approval_by_rule=True),
        PressForDecisions(**sender(actor_id)),
        DelegateApproval(
            **sender(actor_id), delegate="zoe", roles=("finance",), from_at=AT, to_at=AT + timedelta(days=1)
        ),
        RevokeDelegation(**sender(actor_id), delegation_id="x"),
        orders.CommentOnTransferOrder(**sender(actor_id), transfer_order_id="x", text="hm"),
        access.AddPerson(**sender(actor_id), person=access.PersonToAdd(login="zoe", name="Zoe", roles=("viewer",))),
        access.EnsurePeople(**sender(actor_id)),
        access.DisablePerson(**sender(actor_id), login="zoe"),
        access.ResetPassword(**sender(actor_id), login="zoe"),
        access.IssueToken(**sender(actor_id), login="zoe", label="x"),
        access.RevokeToken(**sender(actor_id), token_id="x"),
    ]


def refusal_of(core: Core, command: Command) -> Refused | None:
    """How the core refused the command; None when it was done."""
    try:
        core.execute(command)
    except Refused as refusal:
        return refusal
    return None


class TestPermissions:
    def test_every_command_has_a_handler_and_a_row_in_both_tables(self) -> None:
        assert set(HANDLERS) == set(ROLES_OF_COMMAND) == set(MAY_SEND) == {type(one) for one in every_command("ada")}
        assert set(SENDERS) == {*ROLES, "operator"}

    @pytest.mark.parametrize("role", [*ROLES, "operator"])
    def test_commands_times_roles(self, core: Core, role: str) -> None:
        for command in every_command(SENDERS[role]):
            entries = len(core.queries.journal())
            refusal = refusal_of(core, command)
            is_allowed = not isinstance(refusal, UnableToAllow)
            assert is_allowed == (role in MAY_SEND[type(command)]), f"{role} sent {type(command).__name__}: {refusal}"
            if not is_allowed:
                assert SENDERS[role] in str(refusal)
                assert len(core.queries.journal()) == entries

    def test_the_screen_hides_what_the_core_would_refuse(self, core: Core) -> None:
        order = core.queries.transfer_order(str(submitted(core).document_number)).order
        names = {login: core.permissions(Actor(login, (role,)), order=order) for login, role in PEOPLE.items()}
        said = "CommentOnTransferOrder"
        assert names["pia"] == {"WithdrawTransferOrder", "CancelTransferOrder", said}
        assert names["sam"] == {"ApproveTransferOrder", "RejectTransferOrder", "CancelTransferOrder", said}
        assert names["fay"] == names["vic"] == {said}
        assert core.permissions(Actor("pia", ("planner", "supervisor")), order=order) == names["pia"], "his own order"
        assert core.permissions(Actor("pia", ("planner",))) == {"DraftTransferOrder"}
        assert core.permissions(Actor("vic", ("viewer",))) == frozenset()


def test_a_lock_out_needs_patience_but_no_lifetime() -> None:
    assert timedelta(minutes=1) <= sign_in.LOCK_OUT <= timedelta(hours=1)
