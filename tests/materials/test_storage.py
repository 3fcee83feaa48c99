"""Stored material is found by its digest, whole or not at all."""

from __future__ import annotations

import hashlib
import threading

import pytest

from dengbu.materials import storage as stored


@pytest.fixture
def store(tmp_path):
    return stored.WholeFileStorage(location=tmp_path, base_url="/none/")


def test_the_key_is_made_of_the_digest(store):
    digest = hashlib.sha256(b"picture").hexdigest()
    key = stored.put(b"picture", "image/jpeg", storage=store)
    assert key == f"{digest[:2]}/{digest[2:4]}/{digest}.jpg"
    assert stored.read_verified(key, storage=store) == b"picture"


def test_writing_twice_keeps_one_object(store, tmp_path):
    stored.put(b"picture", "image/png", storage=store)
    stored.put(b"picture", "image/png", storage=store)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_writers_of_the_same_bytes_at_once_all_get_the_one_key(store, tmp_path):
    content = b"x" * 500_000
    start, keys = threading.Barrier(6), []

    def write():
        start.wait()
        keys.append(stored.put(content, "image/jpeg", storage=store))

    threads = [threading.Thread(target=write) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(set(keys)) == 1 and len(keys) == 6
    assert stored.read_verified(keys[0], storage=store) == content
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_an_object_half_written_by_a_dead_process_is_written_again(store, tmp_path):
    key = stored.put(b"picture", "application/pdf", storage=store)
    (tmp_path / key).write_bytes(b"pic")
    assert stored.put(b"picture", "application/pdf", storage=store) == key
    assert stored.read_verified(key, storage=store) == b"picture"


def test_a_write_that_breaks_off_leaves_nothing_under_the_key(store, tmp_path, monkeypatch):
    def disk_full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stored.os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        stored.put(b"picture", "image/jpeg", storage=store)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_an_altered_object_is_not_handed_out(store, tmp_path):
    key = stored.put(b"picture", "image/jpeg", storage=store)
    (tmp_path / key).write_bytes(b"pictu7e")
    with pytest.raises(stored.StoredFileDamaged):
        stored.read_verified(key, storage=store)


def test_a_missing_object_is_named(store):
    key = stored.key_for("ab" * 32, "image/jpeg")
    with pytest.raises(stored.StoredFileDamaged, match=key):
        stored.open_stored(key, storage=store)


@pytest.mark.parametrize("key", ["../../etc/passwd", "ab/cd/short.jpg", "ab/cd/" + "00" * 32 + ".jpg"])
def test_only_our_own_keys_are_opened(store, key):
    with pytest.raises(ValueError, match="not a key"):
        stored.open_stored(key, storage=store)
