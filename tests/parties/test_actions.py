"""Acts about people, on a real database."""

import datetime as dt

import pytest

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.identifiers import make_uscc
from dengbu.core.models import AuditRecord, User
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.parties import actions, queries
from dengbu.parties.actions import VISITOR
from dengbu.parties.models import Organisation, Person, ServiceAgreement, SmsCode, Staff
from dengbu.parties.ports import IdentityOutcome
from tests.parties.people import (
    OFFICE,
    PASSWORD,
    FakePolice,
    clerk,
    new_number,
    sent_code,
    somebody,
    waiting_jobs,
)

pytestmark = pytest.mark.django_db
PHONE = "13800002134"


def refused(call: object, *args: object, **kwargs: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value.codes


def test_a_code_is_kept_as_a_hash_and_travels_sealed() -> None:
    actions.send_code(actor=VISITOR, phone="138 0000-2134", purpose="login")
    row, (job,) = SmsCode.objects.get(), waiting_jobs("notices.send_now")
    code = sent_code()
    assert code not in row.code_hash and PHONE not in str(job) and code not in str(job)
    assert row.expires_at - row.sent_at == dt.timedelta(minutes=5)


def test_a_second_code_within_a_minute_is_refused() -> None:
    actions.send_code(actor=VISITOR, phone=PHONE, purpose="login")
    assert refused(actions.send_code, actor=VISITOR, phone=PHONE, purpose="register") == ("CODE_TOO_SOON",)


def test_five_wrong_tries_use_a_code_up() -> None:
    actions.send_code(actor=VISITOR, phone=PHONE, purpose="login")
    right = sent_code()
    wrong = "000000" if right != "000000" else "111111"
    said = []
    for _ in range(5):
        with pytest.raises(Refused) as caught:
            actions.check_code(actor=VISITOR, phone=PHONE, purpose="login", code=wrong)
        said.append(caught.value.refusals[0].message)
    assert said[0] == "验证码不正确，还可以试 4 次"
    assert said[-1] == "验证码已过期，请重新获取"
    assert refused(actions.check_code, actor=VISITOR, phone=PHONE, purpose="login", code=right) == (
        "CODE_EXPIRED",
    )


def test_a_code_works_once_and_for_its_own_purpose() -> None:
    actions.send_code(actor=VISITOR, phone=PHONE, purpose="login")
    code = sent_code()
    assert refused(actions.check_code, actor=VISITOR, phone=PHONE, purpose="register", code=code) == (
        "CODE_EXPIRED",
    )
    assert actions.check_code(actor=VISITOR, phone=PHONE, purpose="login", code=code)
    assert refused(actions.check_code, actor=VISITOR, phone=PHONE, purpose="login", code=code) == (
        "CODE_EXPIRED",
    )


def test_a_code_is_too_old_after_five_minutes() -> None:
    actions.send_code(actor=VISITOR, phone=PHONE, purpose="login")
    code = sent_code()
    _age(minutes=5)
    assert refused(actions.check_code, actor=VISITOR, phone=PHONE, purpose="login", code=code) == (
        "CODE_EXPIRED",
    )


def _age(*, minutes: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_smscode SET sent_at = sent_at - make_interval(mins => %s),"
            " expires_at = expires_at - make_interval(mins => %s), used_at = used_at - make_interval(mins => %s)",
            [minutes] * 3,
        )


def _registered(police: FakePolice, number: str, *, phone: str = PHONE, name: str = "王海涛") -> object:
    actions.send_code(actor=VISITOR, phone=phone, purpose="register")
    used = actions.check_code(actor=VISITOR, phone=phone, purpose="register", code=sent_code())
    return lambda: actions.register_person(
        actor=VISITOR, phone=phone, code_id=used, name=name, document_kind="resident_id", id_number=number
    )


def test_a_person_registers_under_a_checked_name_and_a_double_click_makes_one_account(
    police: FakePolice,
) -> None:
    number = new_number()
    again = _registered(police, number)
    first, second = again(), again()  # type: ignore[operator]
    person = Person.objects.get()
    assert first == second
    assert first.verified and person.id_index == crypto.index(number)
    assert number not in person.id_cipher and person.verification_ref == "GA-TEST"


def test_a_name_that_is_not_the_numbers_makes_no_account(police: FakePolice) -> None:
    police.outcome = IdentityOutcome.MISMATCH
    assert refused(_registered(police, new_number())) == ("IDENTITY_MISMATCH",)
    assert not Person.objects.exists()


def test_when_the_police_are_away_the_account_is_kept_and_checked_later(police: FakePolice) -> None:
    police.away = True
    number = new_number()
    made = _registered(police, number)()  # type: ignore[operator]
    assert not made.verified
    actor = queries.actor_of(made.user_id)
    assert actor is not None and actor.identity_index == ""
    assert refused(queries.require_real_name, actor) == ("REAL_NAME_NEEDED",)
    police.away = False
    assert actions.verify_identity(actor=actor, name="王海涛", document_kind="resident_id", id_number=number)
    actor = queries.actor_of(made.user_id)
    assert actor is not None and actor.identity_index == crypto.index(number)
    queries.require_real_name(actor)


def test_the_window_does_not_make_a_checked_account_another_persons(police: FakePolice) -> None:
    number = new_number()
    made = _registered(police, number)()  # type: ignore[operator]
    asked = {"actor": OFFICE, "person_id": made.person_id, "document_kind": "resident_id"}
    other = new_number()
    assert refused(actions.verify_at_window, **asked, name="李明", id_number=other) == ("IDENTITY_STANDS",)
    assert Person.objects.get().id_index == crypto.index(number)
    actions.verify_at_window(**asked, name="王海波", id_number=number)  # another name under the same number
    assert Person.objects.get().name == "王海波"


def test_nobody_registers_with_a_code_that_was_not_theirs_or_is_long_used(police: FakePolice) -> None:
    call = _registered(police, new_number())
    _age(minutes=31)
    assert refused(call) == ("CODE_EXPIRED",)
    with pytest.raises(NotPermitted):
        actions.register_person(
            actor=VISITOR,
            phone=PHONE,
            code_id=None,
            name="王海涛",
            document_kind="resident_id",
            id_number=new_number(),
        )


def test_one_identity_has_one_account_and_one_phone_has_one_owner(police: FakePolice) -> None:
    number = new_number()
    somebody("13800001111", number)
    assert refused(somebody, "13800002222", number) == ("IDENTITY_TAKEN",)
    assert refused(somebody, "13800001111") == ("PHONE_TAKEN",)


def test_a_login_by_code_creates_nothing(police: FakePolice) -> None:
    actions.send_code(actor=VISITOR, phone=PHONE, purpose="login")
    user, used = actions.login_by_code(actor=VISITOR, phone=PHONE, code=sent_code())
    assert user is None and used
    assert not User.objects.exists()


def test_a_login_is_noted_for_its_owner(police: FakePolice) -> None:
    made = somebody(PHONE)
    actor = queries.actor_of(made.user_id)
    assert actor is not None
    actions.log_in(actor=actor, user_id=made.user_id, how="手机验证码")
    assert User.objects.get(pk=made.user_id).last_login is not None
    assert AuditRecord.objects.filter(act="parties.log_in", actor=actor.key).exists()
    assert [j["template"] for j in waiting_jobs("notices.tell")] == ["registered", "logged_in"]


def _bank() -> Organisation:
    made = actions.file_organisation(
        actor=OFFICE,
        kind="bank",
        name="上街农商银行",
        uscc=make_uscc("419999", 77),
        licence_no="B0000H141010001",
        legal_representative="赵建国",
    )
    return Organisation.objects.get(pk=made)


def _sign(bank: Organisation, start: dt.date, end: dt.date) -> int:
    return actions.sign_agreement(
        actor=OFFICE,
        organisation_id=bank.pk,
        version="2026版",
        signed_on=min(start, clock.today()),
        valid_from=start,
        valid_until=end,
    )


def test_without_an_agreement_in_force_nothing_is_filed() -> None:
    bank, today, year = _bank(), clock.today(), dt.timedelta(days=365)
    assert refused(queries.require_agreement, bank, today) == ("AGREEMENT_NOT_IN_FORCE",)
    agreement = _sign(bank, today, today + year)
    bank = Organisation.objects.get(pk=bank.pk)
    assert queries.require_agreement(bank, today).pk == agreement
    assert refused(queries.require_agreement, bank, today + year + dt.timedelta(days=1)) == (
        "AGREEMENT_NOT_IN_FORCE",
    )
    actions.suspend_agreement(actor=OFFICE, agreement_id=agreement, reason="提交虚假材料")
    with pytest.raises(Refused, match="提交虚假材料"):
        queries.require_agreement(Organisation.objects.get(pk=bank.pk), today)
    actions.resume_agreement(actor=OFFICE, agreement_id=agreement)
    queries.require_agreement(Organisation.objects.get(pk=bank.pk), today)


def test_a_renewal_signed_ahead_leaves_the_present_agreement_in_force() -> None:
    bank, today = _bank(), clock.today()
    _sign(bank, today, today + dt.timedelta(days=30))
    _sign(bank, today + dt.timedelta(days=31), today + dt.timedelta(days=400))
    assert queries.agreement_state(Organisation.objects.get(pk=bank.pk), today).in_force
    assert refused(_sign, bank, today, today + dt.timedelta(days=10)) == ("AGREEMENT_OVERLAPS",)
    assert ServiceAgreement.objects.count() == 2


def test_an_organisation_is_filed_once() -> None:
    bank = _bank()
    assert refused(_bank) == ("USCC_TAKEN",)
    assert Organisation.objects.get() == bank


def test_a_closed_operator_may_nothing() -> None:
    bank = _bank()
    operator = actions.add_operator(
        actor=OFFICE, organisation_id=bank.pk, login="bank.li", password=PASSWORD, name="李强", phone=PHONE
    )
    user = User.objects.get(login="bank.li")
    actor = queries.actor_of(user.pk)
    assert actor is not None and actor.may("application.file") and queries.home_of(actor) == "/bank/"
    actions.set_operator_active(actor=OFFICE, operator_id=operator, active=False)
    actor = queries.actor_of(user.pk)
    assert actor is not None and not actor.may("application.file")


def test_posts_are_given_with_their_conflicts_and_nobody_drops_their_own_administration() -> None:
    clerk("boss", "admin")
    member = Staff.objects.get()
    boss = queries.actor_of(member.user_id)
    assert boss is not None
    told = actions.set_posts(actor=boss, staff_id=member.pk, posts=["admin", "review"], lines=["transfer"])
    assert len(told) == 1
    assert AuditRecord.objects.filter(act="parties.set_posts").latest("pk").detail["conflicts"] == told
    codes = refused(actions.set_posts, actor=boss, staff_id=member.pk, posts=["review"], lines=[])
    assert codes == ("POSTS_OWN_ADMIN",)


def test_only_the_administrator_opens_accounts() -> None:
    with pytest.raises(NotPermitted):
        actions.add_staff(
            actor=Actor(key="user:1", name="审核员", permissions=frozenset({"case.review"})),
            login="x.y",
            password=PASSWORD,
            number="9",
            name="张三",
            posts=["review"],
        )
    assert not Staff.objects.exists()
