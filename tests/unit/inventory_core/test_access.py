"""Accounts, sign-in, lock-out, tokens, and which role may send which command."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from inventory_core.access import commands as access
from inventory_core.access import handlers, sign_in
from inventory_core.access.model import Actor
from inventory_core.access.passwords import UnableToChangePassword
from inventory_core.access.permissions import ROLES_OF_COMMAND, UnableToAllow
from inventory_core.access.scope import SCOPE_OF_COMMAND
from inventory_core.access.sign_in import UnableToAct, UnableToSignIn
from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.dispatch import HANDLERS
from inventory_core.errors import Malformed
from inventory_core.records import canonical_json
from inventory_core.storage.memory import MemoryStorage
from tests.core_builders import AT, PEOPLE, draft, later, people, sender, submitted
from tests.every_command import every_command


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


class TestChanging:
    def test_what_is_named_changes_and_the_rest_stays(self, core: Core) -> None:
        core.execute(access.ChangePerson(**sender("ada"), login="PIA", email="p@example.com", roles=("finance",)))
        core.execute(access.ChangePerson(**sender("ada"), login="pia", name="Pia P.", language="zh"))
        pia = core.queries.person("pia")
        assert pia is not None
        assert (pia.name, pia.email, pia.roles, pia.language) == ("Pia P.", "p@example.com", ("finance",), "zh")
        core.execute(access.ChangePerson(**sender("ada"), login="pia", email=""))
        assert core.queries.people()[[one.login for one in core.queries.people()].index("pia")].email is None

    def test_changing_nothing_is_recorded_nowhere(self, core: Core) -> None:
        entries = core.queries.journal()
        core.execute(access.ChangePerson(**sender("ada"), login="pia", name="Pia", roles=("planner",)))
        assert core.queries.journal() == entries

    @pytest.mark.parametrize(
        "fields", [{}, {"roles": ()}, {"roles": ("boss",)}, {"language": "fr"}, {"name": ""}, {"email": " "}]
    )
    def test_changes_that_mean_nothing_are_malformed(self, fields: dict[str, object]) -> None:
        with pytest.raises(Malformed):
            access.ChangePerson(**sender("ada"), login="pia", **fields)  # type: ignore[arg-type]

    def test_roles_that_were_taken_away_are_gone_at_the_next_command(self, core: Core) -> None:
        core.execute(draft("pia"))
        core.execute(access.ChangePerson(**sender("ada"), login="pia", roles=("viewer",)))
        with pytest.raises(UnableToAllow, match=r"pia \(viewer\)"):
            core.execute(draft("pia"))

    def test_an_unknown_person_is_neither_changed_nor_enabled(self, core: Core) -> None:
        for command in (
            access.ChangePerson(**sender("ada"), login="zoe", name="Zoe"),
            access.EnablePerson(**sender("ada"), login="zoe"),
        ):
            with pytest.raises(handlers.UnableToFindPerson, match="zoe has no account"):
                core.execute(command)

    def test_a_disabled_person_comes_back_as_he_was(self, core: Core) -> None:
        password = reset(core, "pia")
        core.execute(access.DisablePerson(**sender("ada"), login="pia"))
        core.execute(access.ChangePerson(**sender("ada"), login="pia", name="Pia P."))
        with pytest.raises(UnableToAct):
            core.execute(draft("pia"))
        for _ in range(2):
            core.execute(access.EnablePerson(**sender("ada"), login="pia"))
        assert core.queries.journal()[-1].event_type == "PersonEnabled"
        assert core.queries.journal()[-2].event_type == "PersonChanged"
        assert core.sign_in(login="pia", password=password, at=AT).name == "Pia P."
        core.execute(draft("pia"))


class TestOwnPassword:
    NEW = "correct horse battery"

    def change(self, core: Core, old: str, new: str = NEW, *, login: str = "pia") -> Outcome:
        return core.change_password(login=login, old_password=old, new_password=new, at=AT, key=f"change-{old}-{new}")

    def test_the_new_password_opens_and_the_old_one_does_not(self, core: Core) -> None:
        old = reset(core, "pia")
        assert self.change(core, old).secrets == {}
        assert core.sign_in(login="pia", password=self.NEW, at=AT).login == "pia"
        with pytest.raises(UnableToSignIn):
            core.sign_in(login="pia", password=old, at=AT)
        entry = core.queries.journal()[-1]
        assert (entry.actor_id, entry.event_type, entry.payload) == ("pia", "PasswordChanged", '{"login":"pia"}')

    def test_the_old_password_is_proven_and_guesses_are_counted(self, core: Core) -> None:
        old = reset(core, "pia")
        for _ in range(sign_in.TRIES_BEFORE_LOCK_OUT):
            with pytest.raises(UnableToSignIn, match="is wrong"):
                self.change(core, "guess")
        with pytest.raises(UnableToSignIn, match="too many failed tries"):
            self.change(core, old)

    @pytest.mark.parametrize(
        ("new", "words"),
        [
            ("short", "12 to 200"),
            ("x" * 201, "12 to 200"),
            ("aaaaaaaaaaaaa", "again and again"),
            ("Longlogin-Zoe", "login"),
        ],
    )
    def test_easy_passwords_are_refused(self, core: Core, new: str, words: str) -> None:
        add(core, "longlogin-zoe", "viewer")
        old = reset(core, "longlogin-zoe")
        with pytest.raises(UnableToChangePassword, match=words):
            self.change(core, old, new, login="longlogin-zoe")
        with pytest.raises(UnableToChangePassword, match="is the old one"):
            self.change(core, old, old, login="longlogin-zoe")
        assert core.sign_in(login="longlogin-zoe", password=old, at=AT)


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

    def test_a_login_that_nobody_has_is_locked_out_in_the_same_words(self, core: Core) -> None:
        words: dict[str, list[str]] = {"pia": [], "nobody": []}
        for login, said in words.items():
            for minutes in (*range(sign_in.TRIES_BEFORE_LOCK_OUT + 1), 30):
                with pytest.raises(UnableToSignIn) as refused:
                    core.sign_in(login=login, password="wrong", at=later(minutes))
                said.append(str(refused.value))
        assert words["pia"] == words["nobody"]
        assert "too many failed tries" in words["nobody"][-2]

    def test_strangers_fill_no_table(self, core: Core) -> None:
        """Tries of logins that nobody has share 4,096 slots, whose names no login can have."""
        assert {sign_in._slot(f"stranger-{number}") for number in range(50_000)} <= {
            f" {number:03x}" for number in range(4_096)
        }
        for name in (" 0ab", "two words"):
            with pytest.raises(Malformed):
                access.PersonToAdd(login=f"x{name}", name="x", roles=("viewer",))

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

    @pytest.mark.parametrize(
        "change", [{"roles": ("viewer",)}, {"warehouse_ids": ("us_3pl",)}, {"shop_ids": ("amazon_us",)}]
    )
    def test_the_last_admin_of_the_whole_company_stays_that(
        self, core: Core, change: dict[str, tuple[str, ...]]
    ) -> None:
        add(core, "zoe", "admin")
        core.execute(access.ChangePerson(**sender("ada"), login="zoe", warehouse_ids=("us_3pl",)))
        with pytest.raises(handlers.UnableToChangePerson, match="ada is the last admin of the whole company"):
            core.execute(access.ChangePerson(**sender("ada"), login="ada", **change))  # type: ignore[arg-type]
        with pytest.raises(handlers.UnableToDisablePerson, match="last admin"):
            core.execute(access.DisablePerson(**sender("ada"), login="ada"))
        core.execute(access.ChangePerson(**sender("ada"), login="zoe", warehouse_ids=()))
        core.execute(access.ChangePerson(**sender("ada"), login="ada", **change))  # type: ignore[arg-type]

    def test_a_scoped_admin_on_the_sheet_is_not_the_admin_that_a_company_needs(self) -> None:
        core = Core(MemoryStorage())
        sheet = (access.PersonToAdd(login="zoe", name="Zoe", roles=("admin",), warehouse_ids=("us_3pl",)),)
        assert set(core.execute(access.EnsurePeople(**sender("operator"), people=sheet)).secrets) == {"zoe", "admin"}


class TestTokens:
    def issue(self, core: Core, login: str) -> str:
        return core.execute(access.IssueToken(**sender("ada"), login=login, label="nightly")).secrets["token"]

    def test_a_token_acts_as_its_person_until_revoked(self, core: Core) -> None:
        token = self.issue(core, "pia")
        assert core.actor_of_token(token, at=AT).actor_id == "pia"
        [known] = core.queries.tokens()
        assert (known.login, known.label, known.issued_at, known.is_revoked) == ("pia", "nightly", AT, False)
        for _ in range(2):
            core.execute(access.RevokeToken(**sender("ada"), token_id=known.token_id))
        with pytest.raises(UnableToSignIn, match="revoked"):
            core.actor_of_token(token, at=AT)

    def test_a_disabled_persons_token_is_useless(self, core: Core) -> None:
        token = self.issue(core, "pia")
        core.execute(access.DisablePerson(**sender("ada"), login="pia"))
        with pytest.raises(UnableToSignIn):
            core.actor_of_token(token, at=AT)

    @pytest.mark.parametrize("token", ["", "diaobo_x", "None"])
    def test_unknown_tokens_open_nothing(self, core: Core, token: str) -> None:
        with pytest.raises(UnableToSignIn):
            core.actor_of_token(token, at=AT)

    def test_an_unknown_token_cannot_be_revoked(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToFindToken):
            core.execute(access.RevokeToken(**sender("ada"), token_id="token_x"))


class TestPermissions:
    def test_every_command_has_a_handler_a_role_and_a_scope(self) -> None:
        sent = {type(one) for one in every_command("ada")}
        assert set(HANDLERS) == set(ROLES_OF_COMMAND) == set(SCOPE_OF_COMMAND) == sent

    def test_the_screen_hides_what_the_core_would_refuse(self, core: Core) -> None:
        order = core.queries.transfer_order(str(submitted(core).document_number)).order
        names = {login: core.permissions(Actor(login, (role,)), order=order) for login, role in PEOPLE.items()}
        said = "CommentOnTransferOrder"
        assert names["pia"] == {"WithdrawTransferOrder", "CancelTransferOrder", said}
        assert names["sam"] == {"ApproveTransferOrder", "RejectTransferOrder", "CancelTransferOrder", said}
        assert names["fay"] == names["vic"] == {said}
        assert core.permissions(Actor("pia", ("planner", "supervisor")), order=order) == names["pia"], "his own order"
        for_everybody = {"ChangePassword", "RevokeToken"}
        assert core.permissions(Actor("pia", ("planner",))) == {"DraftTransferOrder", *for_everybody}
        assert core.permissions(Actor("vic", ("viewer",))) == for_everybody


def test_a_lock_out_needs_patience_but_no_lifetime() -> None:
    assert timedelta(minutes=1) <= sign_in.LOCK_OUT <= timedelta(hours=1)
