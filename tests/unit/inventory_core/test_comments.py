"""What people say about an order: kept in its history, told to those who took part, outside its version."""

from __future__ import annotations

import json

import pytest

from inventory_core.access.commands import DisablePerson
from inventory_core.access.permissions import UnableToAllow
from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.errors import Malformed
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    ChangeTransferOrder,
    CommentOnTransferOrder,
)
from inventory_core.transfer_orders.loading import UnableToOverwrite
from inventory_core.verification import verify
from tests.core_builders import PEOPLE, draft, line, sender, submitted


def say(core: Core, number: str, login: str, text: str = "hm") -> Outcome:
    return core.execute(CommentOnTransferOrder(**sender(login), transfer_order_id=number, text=text))


def last_told(core: Core) -> list[str]:
    message = core.queries.messages()[-1]
    assert message.kind == "commented"
    tell: list[str] = json.loads(message.payload)["tell"]
    return tell


def test_everyone_may_speak_whatever_the_status(core: Core) -> None:
    number = str(core.execute(draft()).document_number)
    for login in PEOPLE:
        say(core, number, login, f"by {login}")
    core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="no"))
    say(core, number, "vic", "what a pity\n可惜")
    comments = core.queries.transfer_order(number).comments
    assert [(one.commented_by, one.text) for one in comments] == [
        *((login, f"by {login}") for login in PEOPLE),
        ("vic", "what a pity\n可惜"),
    ]
    assert verify(core).is_sound
    with pytest.raises(UnableToAllow):
        say(core, number, "operator")


def test_those_who_took_part_are_told_but_not_the_speaker(core: Core) -> None:
    number = str(submitted(core).document_number)
    say(core, number, "vic")
    assert last_told(core) == ["pia", "sam"], "who drafted it and who is asked now"
    core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id=number))
    say(core, number, "fay")
    assert last_told(core) == ["pia", "sam", "vic"], "who drafted, decided, and spoke before"
    core.execute(DisablePerson(**sender("ada"), login="vic"))
    say(core, number, "sam")
    assert last_told(core) == ["pia", "fay"]
    payload = json.loads(core.queries.messages()[-1].payload)
    assert (payload["document_number"], payload["commented_by"], payload["text"], payload["status"]) == (
        number,
        "sam",
        "hm",
        "approved",
    )


def test_a_comment_does_not_outdate_what_others_see(core: Core) -> None:
    number = str(core.execute(draft()).document_number)
    assert say(core, number, "vic").version == 1
    changed = ChangeTransferOrder(
        **sender("paul"), transfer_order_id=number, expected_version=1, lines=(line(units=50),)
    )
    assert core.execute(changed).version == 2
    say(core, number, "vic")
    with pytest.raises(UnableToOverwrite, match=r"changed by paul at .*: units of CHAIR 40 → 50"):
        core.execute(
            ChangeTransferOrder(**sender("pia"), transfer_order_id=number, expected_version=1, lines=(line(units=60),))
        )


def test_a_repeated_comment_is_one(core: Core) -> None:
    number = str(core.execute(draft()).document_number)
    command = CommentOnTransferOrder(**sender("vic"), transfer_order_id=number, text="once")
    core.execute(command)
    assert core.execute(command).was_done_before
    assert len(core.queries.transfer_order(number).comments) == 1


@pytest.mark.parametrize("text", ["", " \n ", "bell\a", "x" * 2_001])
def test_a_text_that_is_none_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="text must"):
        CommentOnTransferOrder(**sender("vic"), transfer_order_id="x", text=text)
