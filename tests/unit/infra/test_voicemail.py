import os
from pathlib import Path

from sipforge.core.asterisk.mailbox_room import ALL
from sipforge.infra.asterisk.voicemail import free_bytes, mail_trouble


def test_each_mailbox_has_the_room_of_its_own_file_system(tmp_path: Path) -> None:
    for name in ("1001", "1002", "tmp"):
        (tmp_path / name).mkdir()
    # /proc has no room at all.
    (tmp_path / "1003").symlink_to("/proc")
    (tmp_path / "1004").symlink_to(tmp_path / "gone")
    found = free_bytes(tmp_path)
    assert found.keys() == {ALL, "1001", "1002", "1003"}
    place = os.statvfs(tmp_path)
    assert abs(found["1001"] - place.f_bavail * place.f_frsize) < 1_000_000_000
    assert found["1003"] == 0


def test_a_folder_that_cannot_be_seen(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "gone") == {}


def test_why_mail_did_not_go_out(tmp_path: Path) -> None:
    file = tmp_path / "mail-failed"
    assert mail_trouble(file) == ""
    file.write_text("msmtp: cannot connect to mail.example,\nport 25: Connection refused\n")
    assert mail_trouble(file) == "msmtp: cannot connect to mail.example, port 25: Connection refused"
    file.write_text("")
    assert mail_trouble(file) == "msmtp failed"
