import grp
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipforge.core.office.keeping.described import Described
from sipforge.core.office.office import Office
from sipforge.core.office.reading import OfficeError
from sipforge.core.office.users import Encryption
from sipforge.infra.asterisk.office_store import PROMPTS, OfficeStore, OfficeStoreError, User

ANGE = User("1001", "Ange É.", "s3cret-1001-aaaa")
JEAN = User("1002", "Jean", "s3cret-1002-aaaa")
WITH_BOTH = Described((ANGE, JEAN))
FILES = [
    "sipforge_extensions_users.conf",
    "sipforge_pjsip_trunks.conf",
    "sipforge_pjsip_users.conf",
    "sipforge_voicemail_users.conf",
]
MODULES = ["app_voicemail.so", "pbx_config.so", PROMPTS, "res_pjsip.so"]
GROUP = {"groups": {"sales": {"extension": "4001", "members": ["1001"]}}}
TRUNK = {"trunks": {"carrier": {"server": "sip.carrier.example", "user": "u", "secret": "hidden-word"}}}


@pytest.fixture
def store(tmp_path: Path) -> OfficeStore:
    (tmp_path / "asterisk").mkdir()
    (tmp_path / "public").mkdir()
    return OfficeStore(
        tmp_path,
        tmp_path / "asterisk",
        tmp_path / "public",
        {"2000": "english"},
        group=grp.getgrgid(os.getgid()).gr_name,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def save(store: OfficeStore, *users: User) -> None:
    store.save(store.load(), Described(users))


def write(store: OfficeStore, *users: User) -> None:
    store.write_files(store.outdated_files(Office(users)))


def test_no_store_is_nothing(store: OfficeStore) -> None:
    assert store.load() == Described()


def test_what_is_saved_is_loaded_by_extension(store: OfficeStore, tmp_path: Path) -> None:
    with store.lock():
        save(store, JEAN, ANGE)
    assert store.load() == WITH_BOTH
    assert mode(tmp_path / "users.json") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "asterisk",
        "public",
        "users.json",
        "users.lock",
    ]


def test_all_that_a_user_has_is_kept(store: OfficeStore) -> None:
    user = User("1001", "Ange", "s3cret-1001-aaaa", "wide", "ange@office.example", Encryption.REQUIRED)
    save(store, user)
    assert store.load().users == (user,)


def test_both_layers_are_kept_apart_and_from_others(store: OfficeStore, tmp_path: Path) -> None:
    store.save(Described(), Described(declared=GROUP, added=TRUNK))
    assert store.load() == Described(declared=GROUP, added=TRUNK)
    folder = tmp_path / "office"
    assert mode(folder) == 0o700
    assert [mode(folder / name) for name in ("declared.json", "host.json")] == [0o600] * 2
    assert not (tmp_path / "users.json").exists()


def test_only_what_differs_is_saved(store: OfficeStore, tmp_path: Path) -> None:
    described = Described((ANGE,), GROUP, TRUNK)
    store.save(Described(), described)
    (tmp_path / "office" / "declared.json").unlink()
    store.save(described, Described((JEAN,), GROUP, {}))
    assert store.load() == Described((JEAN,), {}, {})


def test_the_same_extension_twice_is_not_saved(store: OfficeStore) -> None:
    save(store, JEAN)
    with pytest.raises(OfficeStoreError, match="twice"):
        save(store, ANGE, ANGE)
    assert store.load().users == (JEAN,)


def test_an_office_that_makes_no_sense_is_refused(store: OfficeStore) -> None:
    with pytest.raises(OfficeError, match=r"groups.sales.members: 1001"):
        store.office(Described(declared=GROUP))
    assert store.office(Described((ANGE,), GROUP)).extensions["2000"] == "the assistant english"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"format": 2, "users": []}',
        '{"format": 1}',
        '{"format": 1, "users": [5]}',
        '{"format": 1, "users": ["1001"]}',
        '{"format": 1, "users": [{"extension": "1001"}]}',
        '{"format": 1, "users": [{"extension": "1001", "name": "A", "secret": "s3cret-1001-aa", "pin": 1}]}',
        '{"format": 1, "users": [{"extension": "2001", "name": "A", "secret": "s3cret-1001-aaaa"}]}',
        json.dumps({"format": 1, "users": [{"extension": "1001", "name": "A", "secret": "s" * 12}] * 2}),
        "\udcff",
    ],
)
def test_a_damaged_store_is_an_error_and_not_empty(store: OfficeStore, tmp_path: Path, content: str) -> None:
    (tmp_path / "users.json").write_text(content, errors="surrogateescape")
    with pytest.raises(OfficeStoreError, match=r"users\.json: is damaged"):
        store.load()


@pytest.mark.parametrize("name", ["declared.json", "host.json"])
@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 1, "plan": []}'])
def test_a_damaged_layer_is_an_error_and_not_empty(
    store: OfficeStore, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / "office").mkdir()
    (tmp_path / "office" / name).write_text(content)
    with pytest.raises(OfficeStoreError, match=rf"{name}: is damaged"):
        store.load()


def test_a_huge_store_is_refused(store: OfficeStore, tmp_path: Path) -> None:
    (tmp_path / "users.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    with pytest.raises(OfficeStoreError, match="larger"):
        store.load()


def test_a_second_writer_waits_and_then_gives_up(store: OfficeStore) -> None:
    with store.lock(), pytest.raises(OfficeStoreError, match="another command"), store.lock(wait_seconds=0):
        pytest.fail("two writers at once")
    with store.lock(wait_seconds=0):
        pass


def test_the_files_are_written_once_and_only_if_they_differ(store: OfficeStore, tmp_path: Path) -> None:
    asterisk, public = tmp_path / "asterisk", tmp_path / "public"
    outdated = store.outdated_files(Office((ANGE,)))
    assert sorted(path.name for path in outdated) == ["directory.json", "hours.json", "menus.json", *FILES]
    assert not store.pending
    store.write_files(outdated)
    assert store.pending == MODULES
    assert sorted(path.name for path in asterisk.iterdir()) == FILES
    assert [mode(asterisk / name) for name in FILES] == [0o640] * 4
    assert [mode(path) for path in public.iterdir()] == [0o644] * 3
    assert 'callerid="Ange É." <1001>' in (asterisk / FILES[2]).read_text(encoding="utf-8")
    store.settle()
    assert store.outdated_files(Office((ANGE,))) == {}
    store.write_files({})
    assert not store.pending


def test_what_the_assistants_read_holds_no_secret(store: OfficeStore, tmp_path: Path) -> None:
    write(store, JEAN, ANGE)
    directory = json.loads((tmp_path / "public" / "directory.json").read_text(encoding="utf-8"))
    assert directory == [{"extension": "1001", "name": "Ange É."}, {"extension": "1002", "name": "Jean"}]


def test_only_the_modules_whose_files_changed_are_waited_for(store: OfficeStore, tmp_path: Path) -> None:
    write(store, ANGE)
    store.settle()
    (tmp_path / "asterisk" / FILES[3]).write_text("x")
    write(store, ANGE)
    assert store.pending == ["app_voicemail.so"]
    (tmp_path / "asterisk" / FILES[0]).write_text("x")
    write(store, ANGE)
    assert store.pending == ["app_voicemail.so", "pbx_config.so"]


def test_a_mark_that_names_no_module_means_all(store: OfficeStore, tmp_path: Path) -> None:
    (tmp_path / "users.pending").write_text("")
    assert store.pending == MODULES


def test_a_file_that_another_hand_changed_is_outdated(store: OfficeStore, tmp_path: Path) -> None:
    write(store, ANGE)
    changed, unreadable = tmp_path / "asterisk" / FILES[0], tmp_path / "asterisk" / FILES[1]
    changed.write_text("x")
    unreadable.chmod(0o600)
    assert sorted(store.outdated_files(Office((ANGE,)))) == [changed, unreadable]


def test_a_missing_asterisk_directory_is_named(tmp_path: Path) -> None:
    store = OfficeStore(tmp_path, tmp_path / "nowhere", tmp_path)
    with pytest.raises(OfficeStoreError, match=r"nowhere.*No such file"):
        write(store, ANGE)


def test_no_secret_is_in_a_repr(store: OfficeStore) -> None:
    described = Described((ANGE,), TRUNK, TRUNK)
    shown = repr(described) + repr(store.office(Described((ANGE,), TRUNK)))
    assert "hidden-word" not in shown + repr(store.outdated_files(store.office(Described((ANGE,), TRUNK))))
    assert "s3cret" not in shown


class TestLocalFiles:
    OWN = "[local-office]\nexten => 55,1,Goto(inside,1001,1)\n"

    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "local"
        folder.mkdir()
        return folder

    def test_they_come_along_only_if_asked(self, store: OfficeStore, tmp_path: Path) -> None:
        (self.folder(tmp_path) / "extensions.conf").write_text(self.OWN)
        write(store, ANGE)
        assert store.outdated_files(Office((ANGE,))) == {}
        ((path, file),) = store.outdated_files(Office((ANGE,)), local=True).items()
        assert (path.name, file.after, file.module) == (
            "sipforge_local_extensions.conf",
            self.OWN,
            "pbx_config.so",
        )
        store.write_files({path: file})
        assert path.read_text() == self.OWN
        assert mode(path) == 0o640
        assert store.outdated_files(Office((ANGE,)), local=True) == {}

    def test_one_that_is_gone_is_emptied(self, store: OfficeStore, tmp_path: Path) -> None:
        path = self.folder(tmp_path) / "pjsip.conf"
        path.write_text("[local-door]\ntype = aor\n")
        store.write_files(store.outdated_files(Office((ANGE,)), local=True))
        path.unlink()
        ((included, file),) = store.outdated_files(Office((ANGE,)), local=True).items()
        assert (included.name, file.after) == ("sipforge_local_pjsip.conf", "")

    @pytest.mark.parametrize("name", ["extensions.conf", "pjsip.conf"])
    def test_one_that_is_wrong_is_refused_with_its_name(
        self, store: OfficeStore, tmp_path: Path, name: str
    ) -> None:
        (self.folder(tmp_path) / name).write_text("[office]\n")
        with pytest.raises(
            OfficeError, match=rf"local/{name}: line 1: a section .* what was there before stays"
        ):
            store.outdated_files(Office((ANGE,)), local=True)

    def test_one_that_is_not_text_is_named(self, store: OfficeStore, tmp_path: Path) -> None:
        (self.folder(tmp_path) / "pjsip.conf").write_bytes(b"\xff")
        with pytest.raises(OfficeStoreError, match=r"local/pjsip\.conf: .*utf-8"):
            store.outdated_files(Office((ANGE,)), local=True)


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
    store: OfficeStore, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    save(store, ANGE)
    (tmp_path / "users.json").chmod(0)
    tmp_path.chmod(0o555)
    for path in (tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    request.getfixturevalue("nobody")
    with pytest.raises(OfficeStoreError, match="run as root: sudo sipforge"):
        store.load()
    with pytest.raises(OfficeStoreError, match="run as root: sudo sipforge"), store.lock():
        pytest.fail("a lock file in a folder of root's")
