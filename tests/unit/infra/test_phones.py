"""The file of the host's desk telephones."""

import stat
from pathlib import Path

import pytest

from sipforge.core.provisioning.desk_phones import DeskPhone, Model
from sipforge.infra.provisioning.phones import PhonesError, load_phones, save_phones

PHONES = (
    DeskPhone("000b82aabbcc", Model.GRANDSTREAM, "1002", "two"),
    DeskPhone("001565aabbcc", Model.YEALINK, "1001", "one"),
)


def test_what_was_saved_is_loaded_and_root_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    assert load_phones(path) == ()
    save_phones(path, reversed(PHONES))
    assert load_phones(path) == PHONES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"format": 2, "phones": []}', '{"format": 1, "phones": [{"mac": "x"}]}', '{"format": 1}'],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "phones.json"
    path.write_text(content)
    with pytest.raises(PhonesError, match=r"phones\.json: is damaged"):
        load_phones(path)
