"""An existing register comes in whole or not at all, and goes out as it came."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from benchmarks.register_folder import write
from dengbu.cases.documents.proofs import lines, obligors
from dengbu.certificates.queries import by_number, list_counts
from dengbu.core.acts import system
from dengbu.core.identifiers import make_uscc
from dengbu.core.models import AuditRecord, Counter, Idempotency
from dengbu.exchange import actions
from dengbu.exchange.models import KeptRow, QuarantinedGroup, RegisterImport
from dengbu.exchange.standard.exporting import export
from dengbu.exchange.standard.importing import Imported, import_register
from dengbu.register import effects as fx
from dengbu.register.history import history_of
from dengbu.register.models import Entry, RealEstateUnit, Restriction
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from dengbu.web.desk.register import _other, found_at
from dengbu.web.filing.presenters import restriction_rows
from tests.conftest import django_connected_to
from tests.register.homes import Given, put
from tests.support import databases

OFFICE = system("import")
HOMES = 130
HOME = "410106800001GB00001F0001"  # and four digits


def rows(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = sorted(tuple(row) for row in csv.reader(file))
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.csv")}


def take(folder: Path, tmp: Path, **more: Any) -> Imported:
    return import_register(folder, actor=OFFICE, report=tmp / "report", **more)


def alter(folder: Path, table: str, key: str, value: str, **change: str) -> None:
    """Change the rows whose field `key` holds `value`; `_drop` leaves them out."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        said = list(csv.DictReader(file))
    head = list(said[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, head)
        out.writeheader()
        for row in said:
            if row[key] == value:
                if "_drop" in change:
                    continue
                row |= change
            out.writerow(row)


def mix(path: Path) -> None:
    """GB18030 with a line of UTF-8, each of whose bytes GB18030 reads too."""
    head, line, *more = path.read_text("utf-8").splitlines()
    line = line.replace("上街区金华路", "上街区金华路甲乙")
    for part in re.findall("[一-龥]+", line):
        line = line if len(part) % 2 == 0 else line.replace(part, part + "号", 1)
    path.write_bytes(f"{head}\n".encode() + line.encode() + "\n".join(["", *more]).encode("gb18030"))


def head_of(folder: Path, table: str) -> list[str]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "old", HOMES)
    return tmp_path / "old"


def restrictions() -> list[tuple[Any, ...]]:
    fields = ("unit__code", "kind", "position", "until_at", "note", "party_index", "share_of")
    return sorted(Restriction.objects.values_list(*fields), key=str)


def codes(tmp: Path) -> set[tuple[str, str]]:
    with (tmp / "report" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(r["grade"], r["code"]) for r in csv.DictReader(file)}


@pytest.mark.django_db
def test_a_register_comes_in_and_goes_out_as_it_came(folder: Path, tmp_path: Path) -> None:
    class Undo(Exception): ...

    with pytest.raises(Undo), transaction.atomic():
        done = take(folder, tmp_path)
        assert (done.refused, done.quarantined, done.places) == (False, 0, HOMES + 1)
        assert verify(deep=True).ok
        export(tmp_path / "b", actor=OFFICE)
        raise Undo
    assert rows(tmp_path / "b") == rows(folder)
    assert not Entry.objects.exists()
    assert not take(tmp_path / "b", tmp_path).refused
    export(tmp_path / "c", actor=OFFICE)
    assert bytes_of(tmp_path / "c") == bytes_of(tmp_path / "b")


@pytest.mark.django_db
def test_an_easement_is_shown_to_those_it_concerns_and_goes_out_as_it_came(
    folder: Path, tmp_path: Path
) -> None:
    """Its types come later (docs/law.md 7); until then the book says what is there."""
    unit = HOME + "0010"
    said = {
        "GYDBDCDYH": unit, "YWH": "DY1", "GYDQLR": "户主九", "XYDZL": "金华路9号", "XYDQLR": "上街区供电公司",
        "XYDQLRZJZL": "7", "XYDQLRZJH": "91410106MA3X000025", "DYQNR": "架设电缆", "QLQSSJ": "2015-01-01",
        "QLJSSJ": "2035-01-01", "DJSJ": "2015-01-04 00:00:00", "QSZT": "1",
    }  # fmt: skip
    with (folder / "DYIQ.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(said))
        out.writeheader()
        out.writerow(said)
    assert not take(folder, tmp_path).refused and verify(deep=True).ok
    book = unit_book(unit)
    assert book is not None and book.title is not None
    (right,) = (r for r in book.rights if r.kind == "easement")
    words = "需役地：金华路9号；地役权内容：架设电缆；利用期限：2015年1月1日起 2035年1月1日止"
    assert _other(right) == {
        "kind": "地役权", "who": "上街区供电公司", "text": words, "span": "2015-01-04登簿", "over": False,
    }  # fmt: skip
    (stranger,) = (r for r in restriction_rows(book) if r["kind"] == "地役权")
    (owner,) = (r for r in restriction_rows(book, book.title.holder_indexes) if r["kind"] == "地役权")
    assert (stranger["text"], stranger["period"]) == (f"登簿编号{right.entry_number}", "")
    assert owner["text"].startswith(words.rpartition("；")[0])
    assert owner["period"] == "2015年1月1日起 2035年1月1日止"
    assert "地役权内容：架设电缆" in lines(right) and obligors(right) == ("户主九",)
    export(tmp_path / "out", actor=OFFICE)
    with (tmp_path / "out" / "DYIQ.csv").open(encoding="utf-8-sig", newline="") as file:
        (again,) = csv.DictReader(file)
    assert {k: v for k, v in again.items() if v} == said


@pytest.mark.django_db
def test_gb18030_is_read_as_well_as_utf8(tmp_path: Path) -> None:
    write(tmp_path / "gb", 12, "gb18030")
    write(tmp_path / "utf", 12)
    for name, encoding in (("gb", "gb18030"), ("utf", "utf-8")):  # a name that GBK does not know
        file = tmp_path / name / "QLR.csv"
        file.write_text(file.read_text(encoding).replace("户主零,", "户主𠮷㐂,"), encoding)
    take(tmp_path / "gb", tmp_path)
    export(tmp_path / "out", actor=OFFICE)
    assert rows(tmp_path / "out") == rows(tmp_path / "utf")


@pytest.mark.django_db
def test_the_book_knows_what_the_old_one_knew(folder: Path, tmp_path: Path) -> None:
    take(folder, tmp_path)
    book = unit_book(HOME + "0010")  # n = 9: owned and mortgaged
    assert book is not None and book.ownership is not None
    assert book.ownership.registered_on == dt.date(2016, 1, 4)
    assert book.ownership.terms["price_fen"] == 69_2500_00
    assert [(m.rank, m.terms["amount_fen"], m.terms["transfer_limited"]) for m in book.mortgages] == [
        (1, 40_5000_00, False)
    ]
    shared = unit_book(HOME + "0008")
    assert shared is not None and shared.ownership is not None
    assert [(h.share_numerator, shared.ownership.share_denominator) for h in shared.ownership.holders] == [
        (1, 3),
        (2, 3),
    ]
    seized = unit_book(HOME + "0051")
    assert seized is not None and [r.kind for r in seized.restrictions] == ["seizure"]
    past = history_of(HOME + "0006")
    assert [(e.kind, [name for name, _ in e.holders]) for e in past] == [
        ("house_ownership", ["户主五零零零零零五"])
    ]
    assert [e.what for e in history_of(HOME + "0052")] == ["restriction"]


@pytest.mark.django_db
def test_old_certificates_are_found_by_their_number(folder: Path, tmp_path: Path) -> None:
    take(folder, tmp_path)
    house, land, past = (
        by_number("上房权证字第00000020号"),
        by_number("上国用(2014)第 000001 号"),
        by_number("郑房权证字第00000005号"),
    )
    assert house is not None and (house.unit_code, house.state) == (HOME + "0021", "issued")
    assert land is not None and land.unit_code.endswith("W00000000")
    assert past is not None and past.state == "void"
    for typed in ("上国用[2014]第000001号", "上国用〔2014〕第000001号", " 上国用【２０１４】 第000001号"):
        assert by_number(typed) == land, typed


@pytest.mark.parametrize("batch", [1, 50])
@pytest.mark.django_db
def test_one_number_on_several_units_of_one_deal_is_one_paper_with_a_list(
    folder: Path, tmp_path: Path, batch: int
) -> None:
    """An export of our own proof of a works-in-progress mortgage comes in again, whatever the batches."""
    head = head_of(folder, "DYAQ")
    loans = [dict(zip(head, row, strict=True)) for row in rows(folder)["DYAQ.csv"] if list(row) != head]
    first, second = [r["YWH"] for r in loans if r["QSZT"] == "1"][:2]
    same = {"BDCDJZMH": "旧证明第7号", "YWH": "DY-7"}
    for deal in (first, second):
        alter(folder, "DYAQ", "YWH", deal, **same)
        alter(folder, "QLR", "YWH", deal, YWH="DY-7", QLRMC="示范银行")
    done = take(folder, tmp_path, batch=batch)
    assert (done.quarantined, verify(deep=True).ok) == (0, True), codes(tmp_path)
    paper = by_number("旧证明第7号")
    assert paper is not None and list_counts([paper.pk]) == {paper.pk: (2, 2)}
    export(tmp_path / "b", actor=OFFICE)
    assert rows(tmp_path / "b")["DYAQ.csv"] == rows(folder)["DYAQ.csv"]


@pytest.mark.django_db
def test_one_number_on_units_of_different_deals_stays_out(folder: Path, tmp_path: Path) -> None:
    head = head_of(folder, "DYAQ")
    loans = [dict(zip(head, row, strict=True)) for row in rows(folder)["DYAQ.csv"] if list(row) != head]
    for deal in [r["YWH"] for r in loans if r["QSZT"] == "1"][:2]:
        alter(folder, "DYAQ", "YWH", deal, BDCDJZMH="旧证明第7号")
    assert take(folder, tmp_path).quarantined == 2
    assert ("quarantine", "CERTIFICATE_NUMBER_DOUBLE") in codes(tmp_path)


@pytest.mark.django_db
def test_numbers_the_old_register_gave_are_never_given_again(folder: Path, tmp_path: Path) -> None:
    take(folder, tmp_path)
    last = Counter.objects.get(kind="certificate", year=2016).value
    assert last == 130  # n = 129 is titled: …第0000130号
    assert not Counter.objects.filter(kind="certificate", year=2014).exists()  # 上国用 is no series of ours


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(folder: Path, tmp_path: Path) -> None:
    alter(folder, "H", "BDCDYH", HOME + "0001", ZRZH=HOME[:-1] + "9")
    done = take(folder, tmp_path, dry_run=True)
    assert done.quarantined == 1
    assert (tmp_path / "report" / "findings.csv").exists()
    for model in (Entry, RegisterImport, KeptRow, QuarantinedGroup, AuditRecord, Idempotency, Counter):
        assert not model.objects.exists()  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda f: (f / "QLR.csv").unlink(), "FILE_MISSING"),
        (lambda f: (f / "FDCQ1.csv").write_text("BDCDYH\n"), "TABLE_UNKNOWN"),
        (lambda f: (f / "DYAQ.csv").write_bytes(b"BDCDYH,YWH\n\xff\xff,1\n"), "FILE_ENCODING"),
        (lambda f: (f / "DYAQ.csv").write_text("BDCDYH\n"), "COLUMN_MISSING"),
        (lambda f: (f / "H.csv").write_text((f / "H.csv").read_text() + "1,2\n"), "ROW_CELLS"),
        (lambda f: (f / "DYAQ.csv").write_bytes(b""), "FILE_EMPTY"),
        (lambda f: (f / "DYAQ.csv").rename(f / "DYAQ.xlsx"), "FILE_NOT_CSV"),
        (lambda f: (f / "dyaq.csv").write_bytes((f / "DYAQ.csv").read_bytes()), "FILE_DOUBLE"),
        (lambda f: mix(f / "H.csv"), "FILE_ENCODING"),
        (lambda f: alter(f, "CFDJ", "YWH", "CF202600000050", BDCDYH=HOME + "9999"), "LOAD_WITHOUT_UNIT"),
        (lambda f: alter(f, "CFDJ", "YWH", "CF202600000050", BDCDYH=HOME + "005"), "LOAD_WITHOUT_UNIT"),
    ],
)
def test_a_folder_with_a_broken_file_imports_nothing(
    folder: Path, tmp_path: Path, spoil: Any, code: str
) -> None:
    spoil(folder)
    done = take(folder, tmp_path)
    assert done.refused and ("refuse", code) in codes(tmp_path)
    assert not Entry.objects.exists() and not RegisterImport.objects.exists()


@pytest.mark.django_db
def test_a_table_that_was_forgotten_is_told(folder: Path, tmp_path: Path) -> None:
    """Without a word a register without its seizures would look whole."""
    (folder / "CFDJ.csv").unlink()
    take(folder, tmp_path, dry_run=True)
    with (tmp_path / "report" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        (said,) = (r for r in csv.reader(file) if r[1] == "TABLE_ABSENT")
    assert said[0] == "warn" and said[2] == "CFDJ.csv" and "查封" in said[6]


@pytest.mark.django_db
def test_a_unit_with_a_code_nobody_can_read_stays_out_whole(folder: Path, tmp_path: Path) -> None:
    """Its mortgage stays out with it, and nothing is said of a parcel that is in order."""
    for table in ("H", "FDCQ2", "DYAQ", "QLR"):
        alter(folder, table, "BDCDYH", HOME + "0010", BDCDYH="410106坏")
    done = take(folder, tmp_path, dry_run=True)
    assert (done.refused, done.quarantined) == (False, 1)
    assert ("quarantine", "PARCEL_QUARANTINED") not in codes(tmp_path)


@pytest.mark.django_db
def test_a_unit_at_fault_stays_out_whole_and_the_others_come_in(folder: Path, tmp_path: Path) -> None:
    alter(folder, "QLR", "YWH", "DY201700000009", _drop="")
    done = take(folder, tmp_path)
    assert ("quarantine", "HOLDER_MISSING") in codes(tmp_path)
    assert done.places == HOMES and unit_book(HOME + "0010") is None
    kept = QuarantinedGroup.objects.get()
    assert (kept.place, kept.codes) == (HOME + "0010", ["HOLDER_MISSING"])
    assert "户主" not in kept.cipher


@pytest.mark.django_db
def test_what_stayed_out_is_mended_and_comes_in_afterwards(folder: Path, tmp_path: Path) -> None:
    alter(folder, "QLR", "YWH", "FC201600000000", ZJH="410101199001011234")
    take(folder, tmp_path)
    assert ("quarantine", "ID_NUMBER_CHECK") in codes(tmp_path) and unit_book(HOME + "0001") is None
    mended = tmp_path / "report" / "quarantine"
    text = (mended / "QLR.csv").read_text("utf-8-sig").replace("410101199001011234", "11010519491231002X")
    (mended / "QLR.csv").write_text(text, "utf-8")
    done = import_register(mended, actor=OFFICE, report=tmp_path / "second")
    assert (done.refused, done.quarantined) == (False, 0)
    book = unit_book(HOME + "0001")
    assert book is not None and book.facts["structure"] == "reinforced_concrete"
    assert verify(deep=True).ok


@pytest.mark.django_db
def test_the_report_holds_no_identity_number(folder: Path, tmp_path: Path) -> None:
    alter(folder, "QLR", "YWH", "FC201600000000", ZJH="410101199001011234")
    take(folder, tmp_path, dry_run=True)
    said = (tmp_path / "report" / "findings.csv").read_text("utf-8-sig")
    assert "410101199001011234" not in said and "410***********1234" in said


def test_broken_off_it_goes_on_where_it_stood(
    own_database: Any, folder: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    whole = actions.import_batch
    calls = []

    def breaks(**given: Any) -> int:
        calls.append(given["upto"])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(**given)

    write(tmp_path / "sound", HOMES)
    alter(folder, "QLR", "YWH", "DY201700000009", _drop="")
    monkeypatch.setattr("dengbu.exchange.standard.importing.import_batch", breaks)
    with pytest.raises(KeyboardInterrupt):
        take(folder, tmp_path, batch=40)
    assert RealEstateUnit.objects.count() == 80  # two whole batches: the land and its unit, 79 homes
    assert RegisterImport.objects.get().state == "running"
    told = (tmp_path / "report" / "findings.csv").read_bytes()
    monkeypatch.undo()
    done = take(folder, tmp_path, batch=40)
    assert (done.resumed_after, done.places, done.quarantined) == (calls[1], HOMES, 1)
    assert take(folder, tmp_path).done_before
    assert (tmp_path / "report" / "findings.csv").read_bytes() == told  # nobody's mending is overwritten
    mended = tmp_path / "report" / "quarantine"
    assert rows(tmp_path / "report" / "resumed" / "quarantine") == rows(mended)
    for path in mended.glob("*.csv"):
        path.unlink()
    for path in (tmp_path / "sound").glob("*.csv"):
        head, *lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [x for x in lines if HOME + "0010" in x or path.stem in ("ZDJBXX", "ZRZ")]
        if kept:
            (mended / path.name).write_text("".join([head, *kept]), "utf-8")
    assert take(mended, tmp_path / "second").quarantined == 0
    assert verify(deep=True).ok
    export(tmp_path / "out", actor=OFFICE)
    assert rows(tmp_path / "out") == rows(tmp_path / "sound")


def test_a_batch_that_fails_leaves_nothing_of_itself(
    own_database: Any, folder: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    def breaks(**_: Any) -> int:
        raise RuntimeError("no paper")

    monkeypatch.setattr("dengbu.certificates.actions.take_over", breaks)
    with pytest.raises(RuntimeError):
        take(folder, tmp_path)
    assert not Entry.objects.exists() and not KeptRow.objects.exists()
    assert RegisterImport.objects.get().position == ""


@pytest.mark.django_db
def test_a_report_that_cannot_be_written_is_said_in_words(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(CommandError, match="文件读不出或写不进"):
        call_command("import_register", str(folder), "--dry-run", "--report", str(tmp_path / "taken" / "x"))


@pytest.mark.django_db
def test_the_command_refuses_with_status_one(folder: Path, tmp_path: Path) -> None:
    (folder / "QLR.csv").unlink()
    with pytest.raises(CommandError, match="什么都没有导入"):
        call_command("import_register", str(folder), report=tmp_path / "r")


def test_a_book_of_our_own_entries_goes_out_comes_in_and_goes_out_the_same(
    own_demo_database: Any, tmp_path: Path
) -> None:
    export(tmp_path / "b", actor=OFFICE)
    units = RealEstateUnit.objects.filter(ended_by__isnull=True).count()
    limits = restrictions()
    assert {"freeze", "objection", "seizure", "waiting_seizure"} <= {limit[1] for limit in limits}
    assert any(limit[-1] for limit in limits)  # on one holder's share
    name = databases.clone()
    try:
        with django_connected_to(name):
            done = take(tmp_path / "b", tmp_path)
            said = (tmp_path / "report" / "findings.csv").read_text()
            assert (done.refused, done.quarantined) == (False, 0), said[:3000]
            assert RealEstateUnit.objects.count() == units
            assert restrictions() == limits
            assert verify(deep=True).ok
            export(tmp_path / "c", actor=OFFICE)
    finally:
        databases.drop(name)
    assert bytes_of(tmp_path / "c") == bytes_of(tmp_path / "b")


@pytest.mark.django_db
def test_what_happened_since_the_import_stands_in_the_export(folder: Path, tmp_path: Path) -> None:
    take(folder, tmp_path)
    book = unit_book(HOME + "0010")
    assert book is not None
    loan = book.mortgages[0].public_id
    facts = {k: v for k, v in book.facts.items() if k != "location"} | {"location": "上街区新地址1号"}
    put(Given((book.code,), lambda _: [fx.End(book.code, loan, "paid"), fx.Amend(book.code, facts)]))
    export(tmp_path / "out", actor=OFFICE)
    before, now = rows(folder), rows(tmp_path / "out")
    changed = {name for name in before if before[name] != now[name]}
    assert changed == {"DYAQ.csv", "H.csv"}
    (paid,) = set(now["DYAQ.csv"]) - set(before["DYAQ.csv"])
    assert paid[-1] == "2"
    (moved,) = set(now["H.csv"]) - set(before["H.csv"])
    assert "上街区新地址1号" in moved


@pytest.mark.django_db
def test_a_mortgage_on_a_share_goes_out_and_comes_in_as_such(folder: Path, tmp_path: Path) -> None:
    """corrections 7"""

    class Undo(Exception): ...

    unit = HOME + "0008"
    with pytest.raises(Undo), transaction.atomic():
        take(folder, tmp_path)
        book = unit_book(unit)
        assert book is not None and book.title is not None
        whose = book.title.holders[1].name
        terms = {"amount_fen": 1_000_000, "mortgage_kind": "ordinary", "thing": "land_and_house", "transfer_limited": True,
                 "mortgagors": [whose], "share": "2/3"}  # fmt: skip
        loan = fx.Grant(
            "mortgage",
            unit,
            (fx.HolderIn("示范银行", "uscc", make_uscc("410106", 1)),),
            terms,
            rank=1,
            share_of=book.title.public_id,
        )
        put(Given((unit,), lambda _: [loan]))
        export(tmp_path / "b", actor=OFFICE)
        raise Undo
    done = take(tmp_path / "b", tmp_path)
    assert (done.refused, done.quarantined, verify(deep=True).ok) == (False, 0, True), codes(tmp_path)
    again = unit_book(unit)
    assert again is not None and again.title is not None
    (mortgage,) = again.mortgages
    assert (mortgage.share_words, mortgage.share_of) == (f"{whose}的2/3份额", again.title.public_id)
    export(tmp_path / "c", actor=OFFICE)
    assert bytes_of(tmp_path / "c") == bytes_of(tmp_path / "b")


@pytest.mark.django_db
def test_the_desk_finds_a_home_by_its_old_certificate(folder: Path, tmp_path: Path) -> None:
    take(folder, tmp_path)
    assert found_at("上房权证字 第00000020号") == ("desk.register_unit", HOME + "0021")
