from collections.abc import Iterator

import pytest

from tests.parties.people import FakePolice, at_the_office


@pytest.fixture
def police(settings: object) -> Iterator[FakePolice]:
    """A police service that says what the test tells it to."""
    with at_the_office(settings) as fake:
        yield fake
