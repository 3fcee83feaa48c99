"""Every term that the code stores or shows stands in docs/glossary.md."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from dengbu.cases.documents import KINDS
from dengbu.cases.lifecycle import EVENTS, STATE_NAMES, State
from dengbu.catalog.registrations import TYPES
from dengbu.core.vocabulary import RestrictionCode
from dengbu.parties.permissions import POSTS

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text("utf-8")
NAMED = set(re.findall(r"`([^`]+)`", GLOSSARY))
MODELS = sorted({m.__name__ for m in apps.get_models() if m.__module__.startswith("dengbu.")})
# One row of a table: the word of the code, then what people say.
SAID = set(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", GLOSSARY, re.MULTILINE))


@pytest.mark.parametrize("name", MODELS)
def test_every_table_of_the_house_is_in_the_glossary(name: str) -> None:
    assert name in NAMED


def test_every_state_stands_beside_the_word_people_read() -> None:
    assert {(state.value, STATE_NAMES[state]) for state in State} <= SAID


def test_every_event_of_the_road_is_in_the_glossary() -> None:
    assert set(EVENTS) <= NAMED


def test_every_registration_type_stands_beside_its_name() -> None:
    assert {(code, kind.name) for code, kind in TYPES.items()} <= SAID


def test_every_restriction_stands_beside_its_words() -> None:
    assert {(code.value, code.label) for code in RestrictionCode} <= SAID


def test_every_post_and_every_document_stands_beside_its_name() -> None:
    assert {(post.code, post.name) for post in POSTS.values()} <= SAID
    assert {(kind, name) for kind, (name, _) in KINDS.items()} <= SAID


def test_the_glossary_names_no_restriction_that_is_gone() -> None:
    known = {code.value for code in RestrictionCode}
    assert {word for word in NAMED if re.fullmatch(r"R_[A-Z0-9_]+", word)} <= known
