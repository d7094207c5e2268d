import pytest

from sipforge.core.office.users import User, UserError

ANGE = User("1001", "Ange Uwase", "s3cret-1001-aaaa")


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


@pytest.mark.parametrize("address", ["aline@office.example", "a.b+c_d-1@mail.office.rw", "A" * 64 + "@x.yz"])
def test_ordinary_addresses_are_allowed(address: str) -> None:
    assert User("1001", "A", "s" * 12, email=address).email == address


@pytest.mark.parametrize(
    "address",
    [
        *(f"a{mark}b@office.example" for mark in '\n;,|"[]() <>${}\\\x00é'),
        *("@office.example", "a@office", "a@@office.example", "a@office.example\n", "a@.example"),
        *("A" * 65 + "@x.yz", "a@" + "x" * 250 + ".yz", "-oQ/tmp@office.example"),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="email of 1001"):
        User("1001", "A", "s" * 12, email=address)


@pytest.mark.parametrize("name", ["Sales", "1a", "a b", "a]", "a;", "a,b", "a\n", "${X}", "a" * 32, '"'])
def test_what_is_no_name_of_a_class_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"outside of 1001.*no name of a class"):
        User("1001", "A", "s" * 12, outside=name)
