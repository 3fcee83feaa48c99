"""What the two parties of a sale do on the portal, from the home page on: by links, labels and keys alone."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image

from dengbu.project.demo.candidates import Candidate
from tests.browser.people import Someone, paper

PROMISE = "我已阅读并承诺"


def file_sale(seller: Someone, home: Candidate, *, submit: bool = True) -> str:
    """The seller files, page by page, up to the declaration. Gives the number of the application."""
    assert home.owner.phone is not None and home.buyer is not None
    seller.start()
    seller.look("首页")
    seller.skip_to_content()
    seller.follow("卖房、互换、出资")
    seller.follow("存量房买卖转移登记")
    seller.look("办事指南")
    seller.follow("开始办理")
    seller.log_in_by_phone(home.owner.phone, look=True)
    seller.look("开始")
    seller.press("开始填写")
    seller.look("任务列表")
    seller.skip_to_content()
    task(seller, "确认不动产")
    find_home(seller, home)
    task(seller, "申请人和共有人")
    name_parties(seller, home)
    task(seller, "登记原因和合同")
    seller.write("合同备案号", home.filing_no)
    seller.press("查合同")
    seller.look("买卖合同")
    seller.press("保存并继续")
    task(seller, "上传材料")
    upload_all(seller)
    task(seller, "领证方式和联系方式")
    seller.look("领证方式")
    seller.tick("窗口自取")
    seller.press("保存并继续")
    task(seller, "核对并提交")
    seller.look("核对")
    declare(seller, PROMISE, "提交申请", submit=submit)
    if not submit:
        return ""
    seller.look("已提交")
    assert urlsplit(seller.page.url).path.endswith("/submitted/")
    return str(seller.page.locator("#confirm-number").inner_text())


def task(seller: Someone, title: str) -> None:
    """From the task list; where the page before led straight on, one is there already."""
    heading = seller.page.get_by_role("heading", level=1).first.inner_text()
    if title in heading:
        return
    row = seller.page.locator("main").get_by_role("link", name=re.compile(title)).first
    if not row.count():
        raise AssertionError(f"no way to {title} from {seller.page.url}: {seller.text()[:400]}")
    seller.enter(row, title)


def find_home(seller: Someone, home: Candidate) -> None:
    seller.look("找不动产")
    seller.write("按不动产权证号或不动产单元号查找", "4101060010010000")
    seller.press("查找")
    seller.look("没有找到")
    field = seller.page.get_by_label("按不动产权证号或不动产单元号查找", exact=True)
    assert field.input_value() == "4101060010010000"
    at_the_summary(seller)
    seller.write("按不动产权证号或不动产单元号查找", home.unit_code)
    seller.press("查找")
    seller.look("核对不动产")
    seller.press("就是这处，保存并继续")


def name_parties(seller: Someone, home: Candidate) -> None:
    """First with a slip of the pen: it is named, and the other fields keep what they hold."""
    assert home.owner.phone is not None and home.buyer is not None
    seller.look("当事人")
    seller.write("手机号码", home.owner.phone)
    seller.write("手机号码", "1390000", nth=1)
    seller.tick("一人单独所有")
    seller.press("保存并继续")
    seller.look("手机号码有误")
    at_the_summary(seller)
    phones = seller.page.get_by_label("手机号码", exact=True)
    assert [phones.nth(n).input_value() for n in (0, 1)] == [home.owner.phone, "1390000"]
    assert seller.page.get_by_label("一人单独所有", exact=True).is_checked()
    seller.write("手机号码", home.buyer.phone, nth=1)
    seller.press("保存并继续")


def at_the_summary(someone: Someone) -> None:
    """After a faulty form: the title says so, focus is at the summary (where scripts run), its link leads to the field."""
    assert someone.page.title().startswith("有错误："), f"{someone.page.url}: {someone.page.title()}"
    if someone.scripts:
        assert someone.focused("[data-error-summary]"), (
            f"{someone.page.url}: focus is not at the error summary"
        )
    link = someone.page.locator("[data-error-summary] a").first
    if link.count():
        someone.tab_to(link)
        someone.page.keyboard.press("Enter")
        if someone.scripts:
            assert someone.focused("input, select, textarea, fieldset, [tabindex]")


def declare(someone: Someone, promise: str, button: str, *, submit: bool = True) -> None:
    """Sent without the promise it comes back and says so; then it is ticked."""
    if submit:
        someone.press(button)
        someone.look(f"没有承诺-{button}")
        at_the_summary(someone)
    someone.tick(promise)
    if submit:
        someone.press(button)


def upload_all(seller: Someone) -> None:
    seller.look("材料清单")
    asked = seller.page.locator("main a.t").all_inner_texts()
    assert asked
    for n, name in enumerate(asked):
        if n == 0:
            seller.follow(name)
        elif (at := seller.page.get_by_role("heading", level=1).inner_text()) != name:
            if at != "上传材料":
                seller.follow("上传材料")  # what the buyer may bring himself is not asked for in between
            seller.follow(name)
        assert seller.page.get_by_role("heading", level=1).inner_text() == name
        upload(seller, f"paper-{n + 1}")
        if n == 0:
            seller.look("上传了一页")
        seller.follow("保存并继续")
    seller.look("材料齐了")
    seller.follow("继续")


def upload(someone: Someone, name: str) -> None:
    someone.give_file("拍照或选择文件", paper(name))
    if someone.scripts:
        someone.page.get_by_text("已上传", exact=True).first.wait_for()
        someone.follow(re.compile("^看缩略图"))
    else:
        someone.press("上传")
    assert someone.page.get_by_role("heading", name=re.compile(r"已上传 \d+ 页")).count() == 1


def log_in(someone: Someone, phone: str | None) -> None:
    assert phone is not None
    someone.start()
    someone.follow("登录")
    someone.log_in_by_phone(phone)


def confirm_as_buyer(buyer: Someone, home: Candidate, number: str) -> None:
    """The short message says: log in at the hall. What waits is on the first page."""
    assert home.buyer is not None
    log_in(buyer, home.buyer.phone)
    buyer.page.get_by_role("heading", name="需要您处理").wait_for()
    buyer.look("需要您处理")
    buyer.skip_to_content()
    open_case(buyer, number)
    buyer.look("核对并确认")
    declare(buyer, "以上内容我已核对，是我的真实意思，同意申请登记", "同意并确认")
    buyer.look("已确认")


def menu(someone: Someone, name: str) -> None:
    """A link of the main navigation; a phone has it behind 菜单."""
    link = someone.page.locator("#menu").get_by_role("link", name=name, exact=True)
    if not link.count():
        someone.tab_to(someone.page.get_by_role("link", name="菜单", exact=True), "菜单")
        someone.page.keyboard.press("Enter")
    someone.enter(link, name)


def open_case(someone: Someone, number: str) -> None:
    """From one's first page, the row with this number."""
    if urlsplit(someone.page.url).path != "/my/":
        menu(someone, "我的办件")
    row = someone.page.get_by_role("listitem").filter(has_text=number).filter(has=someone.page.locator("a.t"))
    someone.enter(row.first.locator("a.t"), number)


def correct(seller: Someone, docket: str, number: str) -> None:
    """Only what the reviewer bound a reason to can be changed."""
    open_case(seller, number)
    seller.look("需要补正")
    if not urlsplit(seller.page.url).path.endswith("/fix/"):
        seller.follow(re.compile("补正|修改"), nth=0)
    seller.look("补正列表")
    assert "共 1 处需要修改" in seller.text()
    refused = seller.context.request.get(f"/my/apply/{docket}/parties/")
    assert refused.status in (200, 403) and "保存并继续" not in refused.text()
    seller.follow("去修改第 1 处")
    upload(seller, "paper-again")
    seller.look("换了一页")
    seller.follow(re.compile("^保存并(继续|返回补正列表)$"))
    declare(seller, "我承诺修改后的内容和材料真实、合法、有效", "重新提交")
    seller.look("重新提交了")


def book_visit(buyer: Someone, number: str) -> None:
    open_case(buyer, number)
    buyer.look("已通过")
    if not buyer.page.url.endswith("/pass/"):
        buyer.follow("看二维码和短码")
    buyer.look("二维码和预约")
    slots = buyer.page.locator("input[name=slot]:not([disabled])")
    buyer.tick_box(slots.nth(1), "第二个时间")
    buyer.press("预约这个时间")
    buyer.look("约好了")
    buyer.follow("改期或取消")
    buyer.look("改期")
    buyer.follow("二维码和清单")


def decoded(buyer: Someone) -> str:
    """What a camera reads from the code on the screen."""
    code = buyer.page.get_by_role("img", name=re.compile("到窗口出示的二维码"))
    box = code.bounding_box()
    assert box and box["width"] >= 240, box
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    assert len(found) == 1
    return str(found[0].text)


def pay_online(buyer: Someone, number: str) -> None:
    open_case(buyer, number)
    buyer.look("待缴费")
    if not re.search(r"/my/pay/[^/]+/$", buyer.page.url):
        buyer.enter(buyer.page.locator(".turn a.btn:visible, .bar a.btn:visible").first, "缴费")
    buyer.look("缴费")
    buyer.press("微信支付")
    buyer.look("去付款")
    result = buyer.page.url
    buyer.follow("去付款")
    buyer.press("支付")
    for _ in range(3):  # the provider's pages have no way back: the browser's key has
        if buyer.page.url != result:
            buyer.page.go_back()
    if buyer.page.get_by_role("button", name="我已付款，查结果").count():
        buyer.press("我已付款，查结果")
    buyer.look("已缴清")
    assert "已缴清" in buyer.text()


def register(newcomer: Someone, somebody: Any, phone: str) -> None:
    """Phone and code, name and number, consent; with a slip at every step, which costs nothing but itself."""
    newcomer.start()
    newcomer.look("首页")
    newcomer.follow("登录")
    newcomer.look("登录")
    newcomer.follow("实名注册")
    newcomer.look("实名注册")
    newcomer.write("手机号码", phone[:7])
    newcomer.press("获取验证码")
    newcomer.look("手机号码有误")
    at_the_summary(newcomer)
    assert newcomer.page.get_by_label("手机号码", exact=True).input_value() == phone[:7]
    newcomer.ask_for_code(phone)
    newcomer.look("验证码")
    code = newcomer.code(phone)
    newcomer.write("短信验证码", f"{(int(code) + 1) % 1_000_000:06}")
    newcomer.press("下一步")
    newcomer.look("验证码不对")
    at_the_summary(newcomer)
    newcomer.write("短信验证码", code)
    newcomer.press("下一步")
    newcomer.look("姓名和证件")
    newcomer.write("姓名", somebody.name)
    newcomer.write("证件号码", somebody.number[:17])
    newcomer.press("下一步")
    newcomer.look("证件号码有误")
    at_the_summary(newcomer)
    assert newcomer.page.get_by_label("姓名", exact=True).input_value() == somebody.name
    newcomer.write("证件号码", somebody.number)
    newcomer.press("下一步")
    newcomer.look("确认同意")
    newcomer.press("同意并完成注册")
    newcomer.look("没有同意")
    at_the_summary(newcomer)
    newcomer.tick("我同意登记中心为核验身份和办理不动产登记，处理我的姓名、证件号码和手机号码")
    newcomer.tick("我承诺：以上信息是我本人的，内容真实")
    newcomer.press("同意并完成注册")
    newcomer.look("注册完成")
    assert "您已通过实名核验" in newcomer.text()
