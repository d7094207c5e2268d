import re

import pytest

from sipforge.core.office.asterisk.users import endpoints
from sipforge.core.office.office import Office, Plan
from sipforge.core.office.users import Encryption, User

SECRET = "a-password-of-a-phone"


def sections(own: Encryption | None, office: Encryption) -> list[str]:
    plan = Plan(encryption=office)
    return re.findall(
        r"^\[.*$", endpoints(Office((User("1001", "Aline", SECRET, encryption=own),), plan)), re.M
    )


@pytest.mark.parametrize("setting", list(Encryption))
def test_the_own_setting_goes_before_that_of_the_office(setting: Encryption) -> None:
    others = [one for one in Encryption if one is not setting]
    for office in others:
        assert sections(setting, office)[0] == f"[1001](sipforge-endpoint-{setting.value})"
    assert sections(None, setting)[0] == f"[1001](sipforge-endpoint-{setting.value})"


def test_who_must_be_encrypted_has_a_door_beside_that_lets_nobody_in() -> None:
    assert sections(Encryption.REQUIRED, Encryption.OFF)[1:] == [
        "[1001](sipforge-auth)",
        "[1001](sipforge-aor)",
        "[1001@unencrypted](sipforge-closed)",
    ]
    for other in (Encryption.OFFERED, Encryption.OFF):
        assert not any("unencrypted" in section for section in sections(other, Encryption.REQUIRED))
