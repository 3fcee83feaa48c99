import pytest
from django.core.files.storage import storages

from dengbu.core import documents
from dengbu.core.documents import DocumentDamaged


@pytest.fixture
def kept():
    return documents.store(b"%PDF-1.7 a document")


def test_a_document_is_found_by_what_it_is(kept):
    key, digest = kept
    assert key == f"{digest[:2]}/{digest[2:4]}/{digest}.pdf"
    assert documents.store(b"%PDF-1.7 a document") == kept
    assert documents.read_verified(key, digest) == b"%PDF-1.7 a document"


def test_an_altered_document_is_never_shown(kept):
    key, digest = kept
    path = storages["documents"].path(key)
    with open(path, "r+b") as file:
        file.write(b"X")
    with pytest.raises(DocumentDamaged):
        documents.read_verified(key, digest)
    with open(path, "r+b") as file:
        file.write(b"%")
    assert documents.read_verified(key, digest)


def test_a_half_written_document_is_written_again(kept):
    key, digest = kept
    with open(storages["documents"].path(key), "wb") as file:
        file.write(b"%PDF")
    assert documents.store(b"%PDF-1.7 a document") == kept
    assert documents.read_verified(key, digest) == b"%PDF-1.7 a document"


@pytest.mark.parametrize("key", ["../../etc/passwd", "aa/bb/short.pdf", ""])
def test_only_our_own_keys_are_read(kept, key):
    with pytest.raises(DocumentDamaged):
        documents.read_verified(key, kept[1])


def test_a_document_that_is_gone_is_said_to_be_gone(kept):
    digest = "0" * 64
    with pytest.raises(DocumentDamaged):
        documents.read_verified(f"00/00/{digest}.pdf", digest)


@pytest.mark.parametrize("suffix", [".pdf", "../x", "", "PDF"])
def test_a_suffix_is_a_plain_word(suffix):
    with pytest.raises(ValueError, match="suffix"):
        documents.store(b"x", suffix)
