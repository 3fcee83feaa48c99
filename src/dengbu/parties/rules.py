"""Rules about people: one-time codes, names of posts that should not meet, agreements, log-in words. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Collection, Sequence
from typing import Final

from dengbu.core.identifiers import (
    check_document_number,
    check_organisation_name,
    check_person_name,
    check_phone,
    check_uscc,
)
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import DocumentKind

# --- one-time codes ---------------------------------------------------------------------------------------------

CODE_DIGITS: Final = 6
CODE_LIVES: Final = dt.timedelta(minutes=5)
CODE_TRIES: Final = 5
BETWEEN_CODES: Final = dt.timedelta(seconds=60)
CODES_A_DAY: Final = 10
# After a code was used to prove a phone, registration must be finished within this time.
PROOF_LIVES: Final = dt.timedelta(minutes=30)
PURPOSES: Final = ("login", "register", "confirm")
# The queue stores the arguments of a job, so phone and code go there encrypted. `notices.rules` says the same word.
SMS_JOB_PURPOSE: Final = "notices.send_now"


def code_hash(salt: str, code: str) -> str:
    """What is kept of a code: SHA-256 over salt and code. The code lives five minutes and five tries."""
    return hashlib.sha256(f"{salt}\x1f{code}".encode()).hexdigest()


def same_code(salt: str, code: str, kept: str) -> bool:
    return hmac.compare_digest(code_hash(salt, code), kept)


def may_send_code(sent: Sequence[dt.datetime], now: dt.datetime, *, day_start: dt.datetime) -> Refusal | None:
    """Whether one more code may go to a phone. `sent`: the instants of its codes of any purpose, newest first;
    `day_start`: the instant at which the office's day began."""
    if sent and now < sent[0] + BETWEEN_CODES:
        left = max(1, int((sent[0] + BETWEEN_CODES - now).total_seconds()))
        return Refusal(
            "CODE_TOO_SOON",
            "刚刚已经发过一条验证码。",
            f"请看一下手机短信；没有收到的，{left} 秒后再获取。",
            field="phone",
        )
    if sum(instant >= day_start for instant in sent) >= CODES_A_DAY:
        return Refusal(
            "CODE_DAILY_LIMIT",
            f"这个手机号今天已经获取了 {CODES_A_DAY} 次验证码。",
            "请明天再试，或打咨询电话、到窗口办理。",
            field="phone",
        )
    return None


def check_code_form(code: str) -> Refusal | None:
    """Judge what was typed into the code box, before any code is looked up."""
    if not code:
        return Refusal("CODE_EMPTY", "请输入短信验证码", field="code")
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return Refusal("CODE_FORM", "验证码应为 6 位数字", field="code")
    return None


CODE_EXPIRED: Final = Refusal("CODE_EXPIRED", "验证码已过期，请重新获取", field="code")


def code_wrong(left: int) -> Refusal:
    """The code does not fit; `left` more tries, none left: a new code is needed."""
    if left <= 0:
        return CODE_EXPIRED
    return Refusal("CODE_WRONG", f"验证码不正确，还可以试 {left} 次", field="code")


# --- real names -------------------------------------------------------------------------------------------------

NAME_AND_NUMBER_DIFFER: Final = Refusal(
    "IDENTITY_MISMATCH", "姓名与身份证号码不一致，请按身份证上的内容填写", field="id_number"
)
CHECK_PENDING: Final = "实名核验暂时没有返回结果，您可以先保存，稍后再核验"
WINDOW_CHECK: Final = "这种证件不能在网上核验。请带证件原件到登记窗口核验，核验后就可以网上申请。"
IDENTITY_TAKEN: Final = Refusal(
    "IDENTITY_TAKEN",
    "这个证件号码已经注册过账号。",
    "请用注册时的手机号登录；手机号已更换的，请带证件到登记窗口变更。",
    field="id_number",
)
IDENTITY_STANDS: Final = Refusal(
    "IDENTITY_STANDS",
    "这个账号已经核验为另一证件号码，不能改成别人的。",
    "请为申请人用本人的手机号另行注册；证件号码有变更的，请由科室负责人核实处理。",
    field="id_number",
)
PHONE_TAKEN: Final = Refusal("PHONE_TAKEN", "这个手机号已经注册过账号。", "请直接登录。", field="phone")
NOT_REGISTERED: Final = Refusal(
    "PHONE_NOT_REGISTERED", "这个手机号还没有注册。", "请先完成实名注册。", field="phone"
)
REAL_NAME_NEEDED: Final = Refusal(
    "REAL_NAME_NEEDED",
    "您的账号还没有通过实名核验，暂时不能提交申请。",
    "请在“账户”中重新核验，或带证件到登记窗口核验。",
)
# Kinds a natural person may register with. Only resident cards can be checked with the police on line.
PERSON_KINDS: Final = (
    DocumentKind.RESIDENT_ID,
    DocumentKind.HMT_ID,
    DocumentKind.PASSPORT,
    DocumentKind.OFFICER_ID,
)


def check_identity(*, name: str, document_kind: str, id_number: str, today: dt.date) -> list[Refusal]:
    """Every fault in what a person says about himself, in the order of the form."""
    found = [check_person_name(name, field="name")]
    kind = next((known for known in PERSON_KINDS if known == document_kind), None)
    if kind is None:
        found.append(Refusal("DOCUMENT_KIND_EMPTY", "请选择证件类型", field="document_kind"))
    else:
        found.append(check_document_number(kind, id_number, today=today, field="id_number"))
    return [refusal for refusal in found if refusal]


# --- organisations and agreements -------------------------------------------------------------------------------

ORGANISATION_KINDS: Final = {"developer": "开发企业", "bank": "银行", "enterprise": "其他企业"}


def check_organisation(
    *,
    kind: str,
    name: str,
    uscc: str,
    licence_no: str,
    legal_representative: str,
    contact_phone: str,
    licence_kind: str = "",
) -> list[Refusal]:
    """Every fault in what an organisation files (备案, F2)."""
    found: list[Refusal | None] = []
    if kind not in ORGANISATION_KINDS:
        found.append(Refusal("ORGANISATION_KIND_EMPTY", "请选择证照种类", field="licence"))
    found.append(check_organisation_name(name, field="name"))
    found.append(check_uscc(uscc, field="uscc"))
    if not licence_no.strip():
        found.append(Refusal("LICENCE_EMPTY", f"请输入{licence_kind or '证照'}编号", field="licence_no"))
    if not legal_representative.strip():
        found.append(
            Refusal(
                "LEGAL_REPRESENTATIVE_EMPTY", "请输入法定代表人（负责人）姓名", field="legal_representative"
            )
        )
    if contact_phone.strip():
        digits = "".join(sign for sign in contact_phone if sign.isdigit())
        if digits.startswith("1") and len(digits) == 11:
            found.append(check_phone(contact_phone, field="contact_phone"))
        elif not 7 <= len(digits) <= 12:
            found.append(
                Refusal(
                    "CONTACT_PHONE_FORM", "联系电话请填写手机号码，或带区号的固定电话", field="contact_phone"
                )
            )
    return [refusal for refusal in found if refusal]


def check_agreement(
    *, version: str, signed_on: dt.date, valid_from: dt.date, valid_until: dt.date, today: dt.date
) -> list[Refusal]:
    """Every fault in the dates of a service agreement."""
    found: list[Refusal] = []
    if not version.strip():
        found.append(Refusal("AGREEMENT_VERSION_EMPTY", "请输入协议版本，例如“2026版”", field="version"))
    if signed_on > today:
        found.append(Refusal("AGREEMENT_SIGNED_LATER", "日期不能晚于今天", field="signed_on"))
    if valid_from < signed_on:
        found.append(Refusal("AGREEMENT_FROM_EARLY", "生效日期不能早于签订日期", field="valid_from"))
    if valid_until <= valid_from:
        found.append(Refusal("AGREEMENT_UNTIL_EARLY", "到期日期应晚于生效日期", field="valid_until"))
    return found


# --- accounts and posts -----------------------------------------------------------------------------------------

PASSWORD_LENGTH: Final = 12


def check_login(login: str, password: str) -> list[Refusal]:
    """Every fault in the login name and first password of a staff or operator account."""
    found: list[Refusal] = []
    if not login:
        found.append(Refusal("LOGIN_EMPTY", "请输入用户名", field="login"))
    elif not (3 <= len(login) <= 30 and all(s.isascii() and (s.isalnum() or s in "._-") for s in login)):
        found.append(Refusal("LOGIN_FORM", "用户名应为 3—30 位字母、数字或 . _ -", field="login"))
    found.extend(check_password(password, login=login))
    return found


def check_password(password: str, *, login: str = "") -> list[Refusal]:
    """Length only, no composition drama; not the login name itself."""
    if not password:
        return [Refusal("PASSWORD_EMPTY", "请输入密码", field="password")]
    if len(password) < PASSWORD_LENGTH:
        return [
            Refusal(
                "PASSWORD_SHORT",
                f"密码至少 {PASSWORD_LENGTH} 位，现在是 {len(password)} 位",
                field="password",
            )
        ]
    if login and login.lower() in password.lower():
        return [Refusal("PASSWORD_HOLDS_LOGIN", "密码里不要包含用户名", field="password")]
    return []


# Posts that one person may hold at once but that never meet on one case, with the sentence the page shows.
_MEETINGS: Final = (
    ({"review", "accept"}, "同时担任审核和受理：自己审核过的办件，不能再由本人受理登簿。"),
    ({"review", "certify"}, "同时担任审核和缮证：自己审核过的办件，不能再由本人打印证书。"),
    ({"accept", "certify"}, "同时担任受理和缮证：自己登簿的办件，证书应由他人打印和发放。"),
    ({"admin", "review"}, "系统管理员兼任审核：权限管理和业务办理应由不同的人担任。"),
    ({"admin", "accept"}, "系统管理员兼任受理：权限管理和业务办理应由不同的人担任。"),
    ({"admin", "certify"}, "系统管理员兼任缮证：权限管理和业务办理应由不同的人担任。"),
)


def post_conflicts(posts: Collection[str]) -> list[str]:
    """What to watch when one person holds these posts. Allowed, but shown and written into the audit record."""
    held = set(posts)
    return [words for pair, words in _MEETINGS if pair <= held]


def login_failed(left: int) -> Refusal:
    """User name or password is wrong, the same sentence for both."""
    more = f"，还可以试 {left} 次" if left > 0 else ""
    return Refusal("LOGIN_WRONG", f"用户名或密码不正确{more}", field="username")
