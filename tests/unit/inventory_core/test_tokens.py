"""Tokens: narrower than their person, mortal, named in the journal, and no way to more than was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from inventory_core.access import commands as access
from inventory_core.access import handlers
from inventory_core.access.model import Actor
from inventory_core.access.permissions import UnableToAllow
from inventory_core.access.scope import UnableToReach
from inventory_core.access.sign_in import UnableToAct, UnableToSignIn
from inventory_core.approvals.handlers import UnableToDecideByToken
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.journal import Entry
from inventory_core.transfer_orders.commands import ApproveTransferOrder, RejectTransferOrder, WithdrawTransferOrder
from inventory_core.verification import verify
from tests.core_builders import AT, draft, later, sender, submitted


def issue(core: Core, login: str, *, by: str = "ada", **limits: Any) -> str:
    """The text of a token for that person."""
    return core.execute(access.IssueToken(**sender(by), login=login, label="nightly", **limits)).secrets["token"]


def sent(core: Core, token: str, *, at: datetime = AT) -> dict[str, Any]:
    """The fields of a command that a script sends with the token, as a door fills them in."""
    actor = core.actor_of_token(token, at=at)
    return {**sender(actor.actor_id, at=at), "by_token_id": actor.token_id}


def with_roles(core: Core, login: str, *roles: str) -> None:
    core.execute(access.ChangePerson(**sender("ada"), login=login, roles=roles))


class TestNarrowing:
    def test_a_token_is_at_most_what_its_person_is_now(self, core: Core) -> None:
        with_roles(core, "pia", "planner", "supervisor")
        token = issue(core, "pia", roles=("supervisor",))
        assert core.actor_of_token(token, at=AT).roles == ("supervisor",)
        with pytest.raises(UnableToAllow, match=r"pia \(supervisor\) may not send DraftTransferOrder"):
            core.execute(draft("pia", by_token_id=core.actor_of_token(token, at=AT).token_id))
        core.execute(draft("pia"))
        with_roles(core, "pia", "planner")
        assert core.actor_of_token(token, at=AT).roles == ()
        with pytest.raises(UnableToAllow, match=r"pia \(no role\)"):
            core.execute(draft("pia", by_token_id=core.actor_of_token(token, at=AT).token_id))

    @pytest.mark.parametrize("command_type", [ApproveTransferOrder, RejectTransferOrder])
    def test_a_token_signs_only_for_the_roles_that_it_has(self, core: Core, command_type: Any) -> None:
        """The order waits for the supervisor; her token is for her other role, which may decide other orders."""
        with_roles(core, "sam", "supervisor", "finance")
        order = {"transfer_order_id": str(submitted(core).document_number), "reason": "x"}
        token = issue(core, "sam", roles=("finance",))
        with pytest.raises(Exception, match=r"sam \(finance\) cannot .* it waits for supervisor"):
            core.execute(command_type(**sent(core, token), **order))
        core.execute(command_type(**sent(core, issue(core, "sam", roles=("supervisor",))), **order))

    def test_warehouses_of_token_and_person_are_intersected(self, core: Core) -> None:
        token = issue(core, "pia", warehouse_ids=("us_3pl",))
        core.execute(draft(**sent_to_draft(core, token), destination_id="us_3pl"))
        with pytest.raises(UnableToReach, match="responsible for us_3pl only"):
            core.execute(draft(**sent_to_draft(core, token), destination_id="fba_us"))
        core.execute(access.ChangePerson(**sender("ada"), login="pia", warehouse_ids=("fba_us",)))
        assert core.actor_of_token(token, at=AT).warehouse_ids == frozenset()
        with pytest.raises(UnableToReach, match="responsible for nothing only"):
            core.execute(draft(**sent_to_draft(core, token), destination_id="us_3pl"))

    def test_commands_that_are_not_listed_are_refused(self, core: Core) -> None:
        token = issue(core, "pia", commands=("DraftTransferOrder",))
        number = core.execute(draft(**sent_to_draft(core, token))).document_number
        actor = core.actor_of_token(token, at=AT)
        assert core.permissions(actor) == {"DraftTransferOrder"}
        with pytest.raises(
            UnableToAllow, match=f"the token {actor.token_id} of pia may not send WithdrawTransferOrder"
        ):
            core.execute(WithdrawTransferOrder(**sent(core, token), transfer_order_id=str(number), reason="x"))

    def test_a_narrowed_token_gives_itself_nothing_more(self, core: Core) -> None:
        token = issue(core, "ada", commands=("IssueToken", "ChangePerson", "ResetPassword", "AddPerson"))
        for command in (
            access.IssueToken(**sent(core, token), login="ada", label="all"),
            access.ResetPassword(**sent(core, token), login="ada"),
            access.ChangePerson(**sent(core, token), login="vic", roles=("admin",)),
            access.AddPerson(**sent(core, token), person=access.PersonToAdd(login="eve", name="Eve", roles=("admin",))),
        ):
            with pytest.raises(UnableToAllow, match="ask an admin"):
                core.execute(command)

    def test_no_token_changes_a_password(self, core: Core) -> None:
        with pytest.raises(UnableToAllow):
            core.execute(access.ChangePassword(**sent(core, issue(core, "pia")), password_hash="x"))

    @pytest.mark.parametrize(
        ("limits", "words"),
        [
            ({"roles": ("finance",)}, "pia has not got the role finance"),
            ({"warehouse_ids": ("us_3pl",)}, "pia is not responsible for us_3pl"),
            ({"commands": ("Draft",)}, "there is no command Draft"),
        ],
    )
    def test_a_token_for_more_than_its_person_may_is_refused(
        self, core: Core, limits: dict[str, Any], words: str
    ) -> None:
        core.execute(access.ChangePerson(**sender("ada"), login="pia", warehouse_ids=("cn_main",)))
        with pytest.raises(handlers.UnableToIssueToken, match=words):
            issue(core, "pia", **limits)


def sent_to_draft(core: Core, token: str) -> dict[str, Any]:
    """As `sent`, for the builder of drafts."""
    actor: Actor = core.actor_of_token(token, at=AT)
    return {"actor_id": actor.actor_id, "by_token_id": actor.token_id}


class TestLife:
    def test_a_token_expires(self, core: Core) -> None:
        token = issue(core, "pia", expires_at=later(60))
        fields = sent(core, token, at=later(59))
        core.execute(draft(**sent_to_draft(core, token), at=later(59)))
        with pytest.raises(UnableToSignIn, match="expired"):
            core.actor_of_token(token, at=later(60))
        with pytest.raises(UnableToAct, match="expired at 2026-11-02 10:00 UTC"):
            core.execute(draft("pia", by_token_id=fields["by_token_id"], at=later(60)))

    def test_a_token_that_was_never_usable_is_malformed(self) -> None:
        for expires_at in (AT, AT - timedelta(days=1), datetime(2030, 1, 1)):  # noqa: DTZ001
            with pytest.raises(Malformed, match="expires_at"):
                access.IssueToken(**sender("ada"), login="pia", label="x", expires_at=expires_at)

    def test_a_token_revoked_meanwhile_is_refused_at_the_next_command(self, core: Core) -> None:
        fields = sent_to_draft(core, issue(core, "pia"))
        core.execute(draft(**fields))
        core.execute(access.RevokeToken(**sender("ada"), token_id=fields["by_token_id"]))
        with pytest.raises(UnableToAct, match="is revoked"):
            core.execute(draft(**fields))

    def test_nobody_uses_anothers_token(self, core: Core) -> None:
        fields = sent_to_draft(core, issue(core, "ada"))
        for login in ("pia", "operator"):
            with pytest.raises(UnableToAct, match=f"{login} has no token"):
                core.execute(draft(login, by_token_id=fields["by_token_id"]))

    def test_its_owner_or_an_admin_of_the_whole_company_revokes_it(self, core: Core) -> None:
        tokens = [sent_to_draft(core, issue(core, "pia"))["by_token_id"] for _ in range(3)]
        core.execute(access.ChangePerson(**sender("ada"), login="sam", roles=("admin",), warehouse_ids=("cn_main",)))
        for login in ("paul", "sam"):
            with pytest.raises(handlers.UnableToRevokeToken, match=f"{login} may revoke his own tokens only"):
                core.execute(access.RevokeToken(**sender(login), token_id=tokens[0]))
        for login, token_id in zip(("pia", "ada", "operator"), tokens, strict=True):
            core.execute(access.RevokeToken(**sender(login), token_id=token_id))
        assert all(one.is_revoked for one in core.queries.tokens())


class TestRecord:
    def test_the_journal_says_which_script_did_it(self, sqlite_core: Core) -> None:
        core = sqlite_core
        core.execute(draft("pia"))
        fields = sent_to_draft(core, issue(core, "pia"))
        core.execute(draft(**fields))
        by_hand, by_script = (one for one in core.queries.journal() if one.event_type == "TransferOrderDrafted")
        assert (by_hand.actor_id, by_hand.token_id) == ("pia", None)
        assert (by_script.actor_id, by_script.token_id) == ("pia", fields["by_token_id"])
        assert verify(core).is_sound
        assert core.export()["core_journal"][-1]["token_id"] == fields["by_token_id"]

    def test_the_hash_covers_the_token_and_old_entries_keep_theirs(self, core: Core) -> None:
        entry = core.queries.journal()[0]
        assert entry.computed_hash() == entry.hash
        assert replace(entry, token_id="token_x").computed_hash() != entry.hash
        old = Entry(
            sequence=1,
            at=AT,
            actor_id="pia",
            roles=("planner",),
            command="X",
            idempotency_key="k",
            reason="",
            event_type="Y",
            transfer_order_id=None,
            payload="{}",
            previous_hash="0" * 64,
        )
        # computed by the program of before there were token ids
        assert old.computed_hash() == "21175e762a134ec04bf071c8704fad588c7a2a6a0dec9866474d8dd048f722d5"

    def test_a_repetition_by_a_new_token_is_the_same_wish(self, core: Core) -> None:
        first, second = (sent_to_draft(core, issue(core, "pia")) for _ in range(2))
        number = core.execute(draft(**first, key="k")).document_number
        again = core.execute(draft(**second, key="k"))
        assert (again.document_number, again.was_done_before) == (number, True)


def test_a_token_that_ends_gives_nobody_access(core: Core) -> None:
    """Else it could make itself one that does not end."""
    mortal = sent(core, issue(core, "ada", by="operator", expires_at=later(60)))
    with pytest.raises(UnableToAllow, match="may not send IssueToken"):
        core.execute(access.IssueToken(**mortal, login="ada", label="for ever"))


def test_nobody_decides_about_his_own_order_by_a_token_that_he_made_for_somebody_else(core: Core) -> None:
    order = {"transfer_order_id": str(submitted(core, "ada").document_number)}
    by_ada = sent(core, issue(core, "sam", by="ada"))
    for command_type, reason in ((ApproveTransferOrder, ""), (RejectTransferOrder, "no")):
        with pytest.raises(UnableToDecideByToken, match="issued by ada, who had a hand in"):
            core.execute(command_type(**by_ada, **order, reason=reason))
    by_operator = sent(core, issue(core, "sam", by="operator"))
    assert core.execute(ApproveTransferOrder(**by_operator, **order)).status == "approved"
