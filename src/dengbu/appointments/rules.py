"""Decisions about visits: which slot fits, until when a visit may be changed. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Final

from dengbu.core.clock import SHANGHAI, local
from dengbu.core.refusals import Refusal

WINDOW, BULK = "window", "bulk"
CHANGE_UNTIL: Final = dt.time(17, 0)

SLOT_FULL: Final = Refusal(
    "SLOT_FULL", "该时段刚刚约满，请选择其他时段", "已为您显示最近可约的时段。", field="slot"
)
SLOT_UNKNOWN: Final = Refusal("SLOT_UNKNOWN", "请选择预约时间", "请从列表里选择一个时段。", field="slot")
SLOT_PAST: Final = Refusal("SLOT_PAST", "这个时段已经开始或已过去", "请选择之后的时段。", field="slot")
SLOT_KIND: Final = Refusal(
    "SLOT_KIND", "这个时段不办理这类业务", "单件业务请选窗口时段，批量业务请选大宗受理时段。", field="slot"
)
BOOKING_UNKNOWN: Final = Refusal("BOOKING_UNKNOWN", "没有找到这次预约。", "请刷新页面查看现在的预约。")
BOOKING_LATE: Final = Refusal(
    "BOOKING_LATE", "改期或取消请在前一天 17 时前办理，现在已经过了时间。", "不能来的，请打咨询电话告诉我们。"
)
BOOKING_ARRIVED: Final = Refusal("BOOKING_ARRIVED", "这次预约已经签到。", "请在大厅等候叫号。")
BOOKING_NOT_YOURS: Final = Refusal(
    "BOOKING_NOT_YOURS", "这次预约不是用您的账号预约的。", "请用预约时的账号登录。"
)


def change_until(starts_at: dt.datetime) -> dt.datetime:
    """The last instant at which a visit may be changed or cancelled: 17:00 of the day before, Shanghai time."""
    return dt.datetime.combine(local(starts_at).date() - dt.timedelta(days=1), CHANGE_UNTIL, tzinfo=SHANGHAI)


def may_change(
    *, starts_at: dt.datetime, ends_at: dt.datetime, arrived: bool, now: dt.datetime
) -> Refusal | None:
    """Whether a visit may still be moved or cancelled. After its time is over (missed, or papers were lacking) the
    next one may be booked."""
    if now >= ends_at:
        return None
    if arrived:
        return BOOKING_ARRIVED
    return BOOKING_LATE if now > change_until(starts_at) else None


def may_take(
    *,
    kind: str,
    starts_at: dt.datetime,
    capacity: int,
    booked: int,
    places: int,
    for_batch: bool,
    now: dt.datetime,
) -> Refusal | None:
    """Whether a slot has room for this visit. `booked` without the visit's own earlier places."""
    if kind != (BULK if for_batch else WINDOW):
        return SLOT_KIND
    if starts_at <= now:
        return SLOT_PAST
    return SLOT_FULL if booked + places > capacity else None
