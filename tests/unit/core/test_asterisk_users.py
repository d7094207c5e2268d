import pytest

from sipforge.core.office.users import User, UserError, render

ANGE = User("1001", "Ange Uwase", "s3cret-1001-aaaa")
JEAN = User("1002", "Jean-Paul É. & Co", "s3cret-1002-aaaa")


def test_the_three_files_of_two_users() -> None:
    header = "; Written by sipforge: changes made here are lost. See: sipforge user --help\n"
    assert render([JEAN, ANGE]) == {
        "sipforge_pjsip_users.conf": header
        + """
[1001](sipforge-endpoint)
type=endpoint
auth=1001
aors=1001
callerid="Ange Uwase" <1001>
mailboxes=1001@default

[1001](sipforge-auth)
type=auth
auth_type=userpass
username=1001
password=s3cret-1001-aaaa

[1001](sipforge-aor)
type=aor

[1002](sipforge-endpoint)
type=endpoint
auth=1002
aors=1002
callerid="Jean-Paul É. & Co" <1002>
mailboxes=1002@default

[1002](sipforge-auth)
type=auth
auth_type=userpass
username=1002
password=s3cret-1002-aaaa

[1002](sipforge-aor)
type=aor
""",
        "sipforge_voicemail_users.conf": header
        + "[default]\n1001 => ,Ange Uwase\n1002 => ,Jean-Paul É. & Co\n",
        "sipforge_extensions_users.conf": header
        + "exten => 1001,1,Gosub(sub-user,s,1(1001))\n"
        + "exten => 1001,hint,PJSIP/1001\n"
        + "exten => 1002,1,Gosub(sub-user,s,1(1002))\n"
        + "exten => 1002,hint,PJSIP/1002\n",
    }


def test_without_users_the_files_exist_all_the_same() -> None:
    files = render([])
    assert sorted(files) == [
        "sipforge_extensions_users.conf",
        "sipforge_pjsip_users.conf",
        "sipforge_voicemail_users.conf",
    ]
    assert all(text.startswith(";") for text in files.values())


@pytest.mark.parametrize("extension", ["1000", "1999"])
def test_both_ends_of_the_range_are_in_it(extension: str) -> None:
    assert User(extension, "A", "s" * 12).extension == extension


@pytest.mark.parametrize("extension", ["999", "2000", "10000", "1001\n", " 1001", "100a", "", "\u0661001"])
def test_an_extension_outside_is_refused_with_the_range(extension: str) -> None:
    with pytest.raises(ValueError, match="from 1000 to 1999"):
        User(extension, "A", "s" * 12)


@pytest.mark.parametrize("name", ["Ange", "Ange Uwase", "O'Neil", "R&D / Lab #2", "Müller-É.", "ngā_1", "雨"])
def test_ordinary_names_are_allowed(name: str) -> None:
    assert User("1001", name, "s" * 12).name == name


@pytest.mark.parametrize(
    "character", [*list('";,[](){}<>|=\\$`*?!%^~'), "\n", "\r", "\t", "\x00", "\x7f", "\u202e"]
)
def test_what_could_change_a_line_of_configuration_is_refused(character: str) -> None:
    with pytest.raises(UserError, match=r"name of 1001.*is not allowed"):
        User("1001", f"A{character}B", "s" * 12)


@pytest.mark.parametrize(
    ("name", "why"), [("", "is empty"), (" A", "white space"), ("A ", "white space"), ("é" * 33, "64 bytes")]
)
def test_a_name_of_the_wrong_form_is_refused(name: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        User("1001", name, "s" * 12)


def test_a_name_of_64_bytes_is_allowed() -> None:
    assert User("1001", "é" * 32, "s" * 12).name == "é" * 32


@pytest.mark.parametrize(
    "secret", ["s" * 11, "s" * 129, "with;comment", "with\nline-end", "with space--", "sécrét-sécrét"]
)
def test_a_bad_secret_is_refused_and_not_told(secret: str) -> None:
    with pytest.raises(UserError, match="secret of 1001") as told:
        User("1001", "A", secret)
    assert secret not in str(told.value)


def test_a_secret_is_in_no_repr() -> None:
    assert "s3cret" not in repr(ANGE)
