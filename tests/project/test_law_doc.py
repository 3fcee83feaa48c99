"""docs/law.md names only what exists, and forgets no rule, time limit, fee or type."""

import re
import tomllib
from pathlib import Path

import pytest

from dengbu.catalog.policy import POLICY_DIR
from dengbu.catalog.registrations import TYPES

ROOT = Path(__file__).resolve().parents[2]
LAW = (ROOT / "docs" / "law.md").read_text("utf-8")
# `path/file.py: name, name`: code from src/dengbu, tests from the top; the names are defined in the file.
NAMED = sorted(set(re.findall(r"`([\w./]+/\w+\.(?:py|toml))(?:: ([\w, ]+))?`", LAW)))
WORDS = set(re.findall(r"`(\w+)`", LAW))


@pytest.mark.parametrize(("path", "names"), NAMED, ids=[f"{path}:{names}" for path, names in NAMED])
def test_every_file_and_name_of_the_page_exists(path: str, names: str) -> None:
    file = ROOT / path if path.startswith("tests/") else ROOT / "src" / "dengbu" / path
    assert file.is_file()
    text = file.read_text("utf-8")
    for name in filter(None, names.split(", ")):
        assert re.search(rf"^\s*(?:def |class )?{name}\b *[(:=]", text, re.MULTILINE), name


def test_the_page_names_its_code_and_tests() -> None:
    assert {"tests/catalog/test_seizures.py", "register/rules.py"} <= {path for path, _ in NAMED}


def test_every_rule_of_the_second_reading_has_its_row_in_order() -> None:
    assert re.findall(r"^\| (\d+) \| ", LAW, re.MULTILINE) == [str(n) for n in range(1, 28)]


def test_every_time_limit_and_fee_rule_is_spoken_of() -> None:
    limits = tomllib.loads((POLICY_DIR / "time_limits.toml").read_text("utf-8"))["limit"]
    standards = tomllib.loads((POLICY_DIR / "fees.toml").read_text("utf-8"))["standard"]
    keys = {limit["key"] for limit in limits} | {rule for standard in standards for rule in standard["rules"]}
    assert keys - WORDS == set()


def test_every_type_belongs_to_one_family() -> None:
    families = LAW.split("## 3.")[1].split("## 4.")[0]
    listed = [
        code
        for row in re.findall(r"^\| [^|]+ \| ((?:[A-Z]\d\d ?)+) \|", families, re.MULTILINE)
        for code in row.split()
    ]
    assert sorted(listed) == sorted(TYPES)


def test_every_policy_file_the_office_is_sent_to_exists() -> None:
    office = LAW.split("## 6.")[1].split("## 7.")[0]
    files = set(re.findall(r"`(\w+\.toml)`", office))
    assert files and {name for name in files if not (POLICY_DIR / name).is_file()} == set()
