"""What we tell people: every sentence we send, with the names of its places, and how often we try. Pure."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# A short message of one part, without the signature the carrier puts before it.
SMS_LENGTH: Final = 70
# Tries of one message in all, and seconds between them (doubling).
ATTEMPTS: Final = 5
WAIT_SECONDS: Final = 4
JOB_PURPOSE: Final = "notices.send_now"
PHONE_PURPOSE: Final = "notices.message.phone"


@dataclass(frozen=True, slots=True)
class Template:
    """One approved text. `sms`: it goes to the phone as well, if one is known; else it only stands under 消息."""

    code: str
    title: str
    text: str
    sms: bool = True

    @property
    def places(self) -> tuple[str, ...]:
        """Names of its parameters, in the order in which they stand in the text."""
        return tuple(name for _, name, _, _ in string.Formatter().parse(self.text) if name)


TEMPLATES: Final[dict[str, Template]] = {
    t.code: t
    for t in (
        Template("login_code", "验证码", "{code}是您的验证码，{minutes}分钟内有效。请不要告诉别人。"),
        Template("registered", "注册成功", "您已完成注册。以后用手机号和短信验证码登录即可。", sms=False),
        Template(
            "logged_in", "登录提醒", "您的账号于{at}用{how}登录。不是本人操作的，请致电登记中心。", sms=False
        ),
        Template("invited", "请您确认", "{who}邀请您确认不动产登记申请{no}，请于{d}前登录网上大厅核对确认。"),
        Template(
            "draft_ending",
            "草稿即将到期",
            "您的草稿{no}保留到{d}，到期后草稿和已传的材料会删除。需要办理的请登录提交。",
        ),
        Template(
            "draft_ended", "草稿已到期", "您的草稿{no}已到期关闭，已传的材料已删除。需要办理的，请重新申请。"
        ),
        Template("confirmed", "对方已确认", "申请{no}的其他申请人已全部确认，请登录提交。"),
        Template(
            "confirmation_declined", "对方未确认", "申请{no}有申请人未确认，申请已退回，请登录查看原因。"
        ),
        Template(
            "submitted", "已提交", "您的申请已提交，编号{no}。预计{d}前完成网上审核，可在“查进度”查看。"
        ),
        Template(
            "filing_changed",
            "合同备案有变动",
            "申请{no}所用的合同备案已由房管部门变更或撤销，审核人员会重新核对，请与房管部门核实。",
        ),
        Template("correction", "需要补正", "申请{no}有{n}处需要补正，请于{d}前登录修改，其余内容不用重填。"),
        Template(
            "papers_mended",
            "对方已改好材料",
            "申请{no}的其他当事人已重新上传要求补正的材料，请登录核对后重新提交。",
        ),
        Template(
            "passed", "预审通过", "申请{no}网上审核已通过，请预约并带齐清单所列原件到窗口。二维码在办件页。"
        ),
        Template(
            "not_passed", "暂不能网上办理", "申请{no}暂不能网上办理，原因和下一步请登录查看，也可到窗口咨询。"
        ),
        Template("expired", "已过期", "申请{no}超过期限未办理，已过期。需要办理的，请重新申请。"),
        Template(
            "objection_ending",
            "异议登记即将失效",
            "{what}的异议登记{d}到期。已起诉或申请仲裁的，请在到期前带受理通知书办理，逾期失效。",
        ),
        Template(
            "notice_ending",
            "预告登记即将失效",
            "{what}的预告登记{d}到期，请在到期前申请转移或抵押登记，逾期预告登记失效。",
        ),
        Template(
            "pass_ending",
            "请尽快到窗口",
            "申请{what}的网上审核结果有效到{d}，请在此前带原件到窗口办理，过期须重新申请。",
        ),
        Template(
            "visit_missed",
            "预约未到",
            "申请{what}预约在{d}办理，没有签到。需要办理的，请登录重新预约，审核结果有效期内有效。",
        ),
        Template(
            "uncollected",
            "请来领取",
            "{what}的{paper}到{d}还没有领取，请带身份证和受理凭证到窗口领取，可委托他人代领。",
        ),
        Template(
            "land_ending",
            "土地使用期限将满",
            "您名下{what}的土地使用期限到{d}届满。需要续期的，请提前向自然资源部门申请。",
        ),
        Template(
            "stopped_by_order",
            "暂缓办理",
            "{no}的不动产收到法院等机关的文书，已依法暂缓办理，期间不计时限。书面通知和依据请到窗口领取。",
        ),
        Template(
            "held_by_order",
            "暂时不能办理",
            "申请{no}的不动产收到法院等机关的文书，在文书办结以前不能受理。原因请登录查看，或到窗口咨询。",
        ),
        Template(
            "supplement",
            "需要补充材料",
            "{no}受理后还缺{n}项材料，请于{d}前交到登记窗口，清单见办件页。补齐前不计入办理时限。",
        ),
        Template(
            "backfill",
            "等待补录旧登记",
            "{no}的不动产有一项旧登记正在从纸质档案补录，补录后自动继续办理，期间不计时限，您不用做什么。",
        ),
        Template(
            "undertaking_ending",
            "承诺的期限快到了",
            "{what}承诺补交（核查）的事项{d}到期，请在此前到办件页上传或交到登记窗口。",
        ),
        Template(
            "undertaking_over",
            "承诺的期限已过",
            "{what}承诺的事项{d}已到期，还没有办结。请尽快到办件页上传或到登记窗口办理，否则将认定没有兑现。",
        ),
        Template(
            "undertaking_returned",
            "补交的材料被退回",
            "{no}网上补交的材料没有通过核验，原因见办件页。请改好后重新上传，补交期限仍是{d}。",
        ),
        Template(
            "undertaking_broken",
            "承诺没有兑现",
            "{no}的承诺没有兑现，已列入名单，{d}前不适用容缺和承诺。有异议请致电登记中心。",
        ),
        Template(
            "withdrawal_asked",
            "请您决定是否撤回",
            "有申请人要撤回申请{no}。全部申请人同意才能撤回，请登录网上大厅查看。",
        ),
        Template("withdrawal_refused", "没有撤回", "申请{no}有申请人不同意撤回，继续办理。"),
        Template(
            "withdrawn",
            "已撤回",
            "申请{no}已由申请人撤回，已缴的费用退回原账户。不是您同意的，请致电登记中心。",
        ),
        Template(
            "booked", "已预约", "您已预约{d}{t}在{place}办理，请带身份证和清单材料。改期请在前一天17时前。"
        ),
        Template("booking_cancelled", "预约已取消", "您{d}{t}的预约已取消。需要办理的，请登录重新预约。"),
        Template(
            "visit_planned",
            "上门服务已安排",
            "申请{no}上门面签：{d}{t}，{who}上门，请备好身份证件，有变动请来电。",
        ),
        Template(
            "visit_declined",
            "不能上门",
            "申请{no}不能安排上门服务，原因和其他办法请登录查看，或致电登记中心。",
        ),
        Template("accepted", "已受理", "{no}已受理，受理凭证号{r}，承诺{d}前办结。"),
        Template("refused", "不予受理", "{no}本次不予受理，书面告知已当场交付，也可登录查看原因。"),
        Template(
            "fee_due", "待缴费", "{no}登记费{yuan}元，可登录网上缴费，也可在窗口缴费。缴清后领取{paper}。"
        ),
        Template(
            "fee_paid", "已缴费", "{no}登记费{yuan}元已缴清，凭证号可登录查看，领取时可在窗口索取凭证。"
        ),
        Template("registered_in_book", "已登簿", "{no}已登簿，正在制作{paper}，可领取时会再通知您。"),
        Template("registered_only", "已登簿", "{no}已登簿。这项登记不发证书，办理结果可登录查看。"),
        Template("ready", "可以领取", "{no}的{paper}已制好，请带身份证和受理凭证到{place}领取。"),
        Template(
            "ready_to_mail", "将要寄出", "{no}的{paper}已制好，缴清登记费后按您填的地址寄出，寄出时再通知您。"
        ),
        Template("mailed", "已寄出", "{no}的{paper}已寄出，邮件号{m}。请收件人本人凭身份证签收。"),
        Template(
            "mail_returned",
            "邮件被退回",
            "{no}的{paper}被邮局退回。请带身份证和受理凭证到{place}领取，或致电登记中心重新寄送。",
        ),
        Template(
            "renew", "登记簿已更正", "您的登记簿记载已更正（{no}），请带身份证和原证到{place}换领新证。"
        ),
        Template("corrected", "已更正", "{no}已更正登记簿。新的权证由权利人领取，办理结果可登录查看。"),
        Template("archived", "已办结", "{no}已办结，材料已归档。可登录网上大厅查看办理结果。"),
        Template(
            "agreement_suspended", "协议暂停", "贵单位的服务协议已暂停，暂时不能提交新申请。请联系登记中心。"
        ),
    )
}


def render(template: str, parameters: Mapping[str, str]) -> tuple[str, list[str]]:
    """The sentence with its places filled, and the values in order (the carrier wants them so).

    Raises KeyError for an unknown template or a missing place, ValueError for a parameter without a place or a
    sentence longer than one short message.
    """
    found = TEMPLATES[template]
    values = {name: str(parameters[name]) for name in found.places}
    surplus = set(parameters) - set(values)
    if surplus:
        raise ValueError(f"{template} has no place for {', '.join(sorted(surplus))}")
    text = found.text.format(**values)
    if found.sms and len(text) > SMS_LENGTH:
        raise ValueError(f"{template}: {len(text)} characters, a short message takes {SMS_LENGTH}")
    return text, list(values.values())
