import grp
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipforge.infra.asterisk.users import User, UserStore, UserStoreError

ANGE = User("1001", "Ange É.", "s3cret-1001-aaaa")
JEAN = User("1002", "Jean", "s3cret-1002-aaaa")
FILES = ["sipforge_extensions_users.conf", "sipforge_pjsip_users.conf", "sipforge_voicemail_users.conf"]


@pytest.fixture
def store(tmp_path: Path) -> UserStore:
    (tmp_path / "asterisk").mkdir()
    return UserStore(tmp_path / "users.json", tmp_path / "asterisk", group=grp.getgrgid(os.getgid()).gr_name)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_no_store_is_no_users(store: UserStore) -> None:
    assert store.load() == ()


def test_what_is_saved_is_loaded_by_extension(store: UserStore, tmp_path: Path) -> None:
    with store.lock():
        store.save([JEAN, ANGE])
    assert store.load() == (ANGE, JEAN)
    assert mode(tmp_path / "users.json") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asterisk", "users.json", "users.lock"]


def test_the_same_extension_twice_is_not_saved(store: UserStore) -> None:
    store.save([JEAN])
    with pytest.raises(UserStoreError, match="twice"):
        store.save([ANGE, ANGE])
    assert store.load() == (JEAN,)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"format": 2, "users": []}',
        '{"format": 1}',
        '{"format": 1, "users": [{"extension": "1001"}]}',
        '{"format": 1, "users": [{"extension": "2001", "name": "A", "secret": "s3cret-1001-aaaa"}]}',
        json.dumps({"format": 1, "users": [{"extension": "1001", "name": "A", "secret": "s" * 12}] * 2}),
        "\udcff",
    ],
)
def test_a_damaged_store_is_an_error_and_not_empty(store: UserStore, tmp_path: Path, content: str) -> None:
    (tmp_path / "users.json").write_text(content, errors="surrogateescape")
    with pytest.raises(UserStoreError, match=r"users\.json: is damaged"):
        store.load()


def test_a_huge_store_is_refused(store: UserStore, tmp_path: Path) -> None:
    (tmp_path / "users.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    with pytest.raises(UserStoreError, match="larger"):
        store.load()


def test_a_second_writer_waits_and_then_gives_up(store: UserStore) -> None:
    with store.lock(), pytest.raises(UserStoreError, match="another command"), store.lock(wait_seconds=0):
        pytest.fail("two writers at once")
    with store.lock(wait_seconds=0):
        pass


def test_the_files_are_written_once_and_only_if_they_differ(store: UserStore, tmp_path: Path) -> None:
    directory = tmp_path / "asterisk"
    assert sorted(path.name for path in store.outdated_files([ANGE])) == FILES
    assert not store.is_pending
    store.write_files(store.outdated_files([ANGE]))
    assert store.is_pending
    assert sorted(path.name for path in directory.iterdir()) == FILES
    assert [mode(directory / name) for name in FILES] == [0o640] * 3
    assert 'callerid="Ange É." <1001>' in (directory / FILES[1]).read_text(encoding="utf-8")
    store.settle()
    assert store.outdated_files([ANGE]) == {}
    store.write_files({})
    assert not store.is_pending


def test_a_file_that_another_hand_changed_is_outdated(store: UserStore, tmp_path: Path) -> None:
    store.write_files(store.outdated_files([ANGE]))
    changed, unreadable = tmp_path / "asterisk" / FILES[0], tmp_path / "asterisk" / FILES[1]
    changed.write_text("x")
    unreadable.chmod(0o600)
    assert sorted(store.outdated_files([ANGE])) == [changed, unreadable]


def test_a_missing_asterisk_directory_is_named(tmp_path: Path) -> None:
    store = UserStore(tmp_path / "users.json", tmp_path / "nowhere")
    with pytest.raises(UserStoreError, match=r"nowhere.*No such file"):
        store.write_files(store.outdated_files([ANGE]))


@pytest.fixture
def nobody() -> Iterator[None]:
    """Somebody who is not root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    if before == 0:
        os.seteuid(before)


def test_somebody_else_is_told_to_be_root(
    store: UserStore, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store.save([ANGE])
    (tmp_path / "users.json").chmod(0)
    tmp_path.chmod(0o555)
    for path in (tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    request.getfixturevalue("nobody")
    with pytest.raises(UserStoreError, match="run as root: sudo sipforge"):
        store.load()
    with pytest.raises(UserStoreError, match="run as root: sudo sipforge"), store.lock():
        pytest.fail("a lock file in a folder of root's")
