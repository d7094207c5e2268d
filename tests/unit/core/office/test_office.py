"""An office that cannot be is refused in one sentence that begins with the key."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from sipforge.core.office.office import read_plan
from sipforge.core.office.reading import OfficeError
from sipforge.core.office.users import Encryption, User
from tests.unit.core.office.example import ASSISTANTS, DOCUMENT, USERS, changed, office, rendered


def test_the_example_is_an_office() -> None:
    found = office()
    assert found.extensions == {
        "1001": "user Ange Uwase",
        "1002": "user Jean-Paul É. & Co",
        "1003": "user Aline",
        "2000": "the assistant english",
        "3000": "the assistant kinyarwanda",
        "4001": "group sales",
        "4002": "group support",
        "4003": "group desk",
        "5000": "menu main",
    }


def test_an_empty_document_is_an_office_without_the_outside() -> None:
    plan = read_plan({})
    assert (plan.hours, plan.groups, plan.menus, plan.trunks, plan.codes, plan.outside) == ((),) * 5 + (None,)
    assert plan.encryption is Encryption.OFFERED


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        # What does not exist.
        ("groups.sales.members", ["1001", "1009"], "groups.sales.members: 1009 is the extension of no user"),
        ("groups.sales.otherwise", "1009", "groups.sales.otherwise: 1009 is the extension of nobody"),
        (
            "groups.sales.otherwise",
            "voicemail 1009",
            "groups.sales.otherwise: 1009 is the extension of no user",
        ),
        ("menus.main.keys.3", "6000", "menus.main.keys.3: 6000 is the extension of nobody"),
        ("menus.main.otherwise", "6000", "menus.main.otherwise: 6000 is the extension of nobody"),
        ("menus.main.closed", "6000", "menus.main.closed: 6000 is the extension of nobody"),
        ("menus.main.hours", "winter", "menus.main.hours: there are no opening hours 'winter'"),
        ("menus.main.says.french", "Un.", "menus.main.says: there is no assistant 'french' to say it"),
        ("menus.main.closed_says.french", "Un.", "menus.main.closed_says: there is no assistant 'french'"),
        ("trunks.carrier.numbers.+250788100209", "6000", "trunks.carrier.numbers.+250788100209: 6000 is"),
        ("trunks.carrier.default", "6000", "trunks.carrier.default: 6000 is the extension of nobody"),
        ("codes.*55.to", "6000", "codes.*55.to: 6000 is the extension of nobody"),
        ("outside.trunks", ["carrier", "sbc"], "outside.trunks: there is no trunk 'sbc'"),
        ("outside.classes", {"staff": []}, "users.1002.outside: there is no class 'abroad'"),
        ("outside.default_class", "guests", "outside.default_class: there is no class 'guests'"),
        # What is there twice.
        ("groups.sales.members", ["1001", "1001"], "groups.sales.members: somebody is there twice"),
        ("groups.sales.extension", "2000", "groups.sales.extension: 2000 is that of the assistant english"),
        ("groups.sales.extension", "4002", "groups.support.extension: 4002 is that of groups.sales"),
        ("menus.main.extension", "4001", "menus.main.extension: 4001 is that of groups.sales"),
        (
            "trunks.gsm.numbers.+250788100200",
            "1001",
            "trunks.gsm.numbers: +250788100200 comes in by trunks.carrier already",
        ),
        ("outside.emergency", ["112", "112"], "outside.emergency: '112' is there twice"),
        ("outside.premium", ["+2509", "+2509"], "outside.premium: '+2509' is there twice"),
        ("outside.trunks", ["gsm", "gsm"], "outside.trunks: 'gsm' is there twice"),
        ("outside.classes.staff", ["+256", "+256"], "outside.classes.staff: '+256' is there twice"),
        ("outside.emergency", ["700"], "outside.emergency: 700 is a service of the office: parking"),
        # Rules that overlap.
        ("outside.premium", ["+25"], "outside.premium: '+25' holds the whole country 250"),
        ("outside.premium", ["+250"], "outside.premium: '+250' holds the whole country 250"),
        ("outside.national_prefix", "00", "outside.national_prefix: '00' begins like the international one"),
        (
            "outside.national_prefix",
            "001",
            "outside.national_prefix: '001' begins like the international one",
        ),
        # What goes round.
        ("groups.sales.otherwise", "4001", "a call that nobody takes goes in a circle: 4001 → 4001"),
        ("groups.sales.otherwise", "4002", "a call that nobody takes goes in a circle: 4001 → 4002 → 4001"),
        (
            "menus.main.otherwise",
            "5000",
            "menus.main: a call that nobody takes goes in a circle: 5000 → 5000",
        ),
        ("menus.main.closed", "5000", "menus.main: a call that nobody takes goes in a circle: 5000 → 5000"),
        ("groups.sales.otherwise", "5000", "4001 → 5000 → 4002 → 4001"),
        # Words and numbers of another kind.
        ("grops", {}, "grops: there is no such section; there are: codes, encryption, groups"),
        ("groups", ["sales"], "groups: must be names with what each stands for"),
        ("groups.sales", "4001", "groups.sales: must be keys with values, such as { extension: ..."),
        (
            "groups.sales.color",
            "red",
            "groups.sales.color: there is no such key; there are: extension, members",
        ),
        ("groups.sales.name", "x", "groups.sales.name: there is no such key"),
        ("groups.sales.last", "x", "groups.sales.last: there is no such key"),
        ("groups.new", {"members": ["1001"]}, "groups.new.extension: is missing"),
        ("groups.sales.members", "1001", "groups.sales.members: must be a list"),
        ("groups.sales.members", [["1001"]], "groups.sales.members[0]: must be text"),
        ("groups.sales.members", [], "groups.sales.members: is empty"),
        (
            "groups.sales.members",
            ["2000"],
            "groups.sales.members: extension '2000': must be a number from 1000",
        ),
        ("groups.sales.extension", "1005", "must be a number from 2000 to 9999"),
        ("groups.sales.extension", True, "groups.sales.extension: must be text"),
        ("groups.sales.ring", "some", "groups.sales.ring: must be one of all, order, rotate"),
        ("groups.sales.seconds", 4, "groups.sales.seconds: 4 is not from 5 to 300"),
        ("groups.sales.seconds", 301, "groups.sales.seconds: 301 is not from 5 to 300"),
        ("groups.sales.seconds", "long", "groups.sales.seconds: must be a whole number"),
        ("groups.sales.seconds", True, "groups.sales.seconds: must be a whole number"),
        ("groups.sales.seconds", 2.5, "groups.sales.seconds: must be a whole number"),
        (
            "groups.sales.otherwise",
            "voicemail 4002",
            "groups.sales.otherwise: 'voicemail 4002': only a user has",
        ),
        (
            "groups.sales.otherwise",
            "mailbox 1001",
            "groups.sales.otherwise: 'mailbox 1001' is no destination",
        ),
        ("menus.main.keys", {}, "menus.main.keys: is empty"),
        ("menus.main.keys.12", "1001", "menus.main.keys: '12' is no key of a telephone"),
        ("menus.main.keys.a", "1001", "menus.main.keys: 'a' is no key of a telephone"),
        ("menus.main.says", {}, "menus.main.says: is empty"),
        ("menus.main.says", "Press 1.", "menus.main.says: must be keys with values"),
        ("menus.main.says.english", "", "menus.main.says.english: must be 1 to 600 letters"),
        ("menus.main.says.english", "a" * 601, "menus.main.says.english: must be 1 to 600 letters"),
        (
            "menus.main.hours",
            "",
            "menus.main.hours: is missing, but there is something for when it is closed",
        ),
        ("trunks.carrier.secret", "", "trunks.carrier.secret: is missing: an account has both"),
        ("trunks.gsm.secret", "word", "trunks.gsm.user: is missing: an account has both"),
        ("trunks.gsm.register", True, "trunks.gsm.user: is missing, which registration needs"),
        ("trunks.gsm.register", "yes", "trunks.gsm.register: must be true or false"),
        ("trunks.gsm.server", "", "trunks.gsm.server: '' is no server"),
        ("trunks.gsm.server", "host:0", "trunks.gsm.server: 'host:0' is no server"),
        ("trunks.gsm.server", "host:65536", "trunks.gsm.server: 'host:65536' is no server"),
        ("trunks.gsm.server", "host:٥٠٦٠", "trunks.gsm.server: 'host:٥٠٦٠' is no server"),
        ("trunks.gsm.transport", "sctp", "trunks.gsm.transport: must be one of udp, tcp, tls"),
        (
            "trunks.gsm.number_format",
            "local",
            "trunks.gsm.number_format: must be one of plus, digits, national",
        ),
        ("trunks.gsm.calls", 0, "trunks.gsm.calls: must be 1 to 1000"),
        ("trunks.gsm.caller_number", "0788100200", "trunks.gsm.caller_number: '0788100200' must be a plus"),
        ("trunks.gsm.numbers", {"0788100200": "1001"}, "trunks.gsm.numbers: '0788100200' must be a plus"),
        ("codes.55", {"to": "1001"}, "codes.55.code '55': must be a star and two to four digits"),
        ("codes.*78", {"to": "1001"}, "begins like *78, which means something already"),
        ("codes.*55.to", "", "codes.*55.to: is empty"),
        ("outside.country", "0250", "outside.country: '0250' is no calling code"),
        ("outside.national_prefix", "x", "outside.national_prefix: 'x' must be up to four digits"),
        ("outside.international_prefix", "", "outside.international_prefix: is empty"),
        ("outside.emergency", ["1001"], "outside.emergency: '1001' must be three or five digits"),
        ("outside.premium", ["0900"], "outside.premium: '0900' must be a plus and digits"),
        (
            "outside.classes.staff",
            ["local"],
            "outside.classes.staff: 'local' must be international, national",
        ),
        (
            "outside.classes.Staff",
            ["national"],
            "outside.classes: 'Staff' must be small letters, digits and -",
        ),
        ("outside.calls_at_once", -1, "outside.calls_at_once: must be 0 to 100000"),
        ("outside.assistants_may_ring", ["0788555555"], "outside.assistants_may_ring: '0788555555' must be"),
        ("encryption", "on", "encryption: must be one of required, offered, off"),
        ("hours.office.open", ["mon 25:00-26:00"], "hours.office.open: 'mon 25:00-26:00': there is no 25:00"),
        (
            "hours.office.closed",
            ["2027-02-29"],
            "hours.office.closed: '2027-02-29' is no date: 2027 has no 29",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(path: str, value: Any, why: str) -> None:
    with pytest.raises(OfficeError) as told:
        office(changed(path, value), USERS)
    assert why in str(told.value)
    assert str(told.value).startswith(("users.", path.partition(".")[0]))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["Sales", "s" * 32, "1st", "-a", "a_b", "a b", "é", "", "a\n"])
@pytest.mark.parametrize("section", ["hours", "groups", "menus", "trunks"])
def test_a_name_is_small_letters_digits_and_dashes(section: str, name: str) -> None:
    entry = next(iter(DOCUMENT[section].values()))
    with pytest.raises(OfficeError, match=rf"(?s)^{section}\..*name: .* must be small letters, digits and -"):
        read_plan({section: {name: entry}})


def test_a_circle_over_two_menus_is_seen_though_each_goes_on_another_way() -> None:
    """In the evening nobody presses a key at the night's menu, which sends callers to the day's, which is
    closed."""
    says, keys = {"english": "Hello."}, {"1": "1001"}
    day = {"extension": "5001", "says": says, "keys": keys, "hours": "office", "closed": "5002"}
    night = {"extension": "5002", "says": says, "keys": keys, "otherwise": "5001"}
    menus = {**DOCUMENT["menus"], "day": day, "night": night}
    with pytest.raises(OfficeError, match=r"menus.day: .* in a circle: 5001 → 5002 → 5001"):
        office({**DOCUMENT, "menus": menus})
    night["otherwise"] = "1001"
    office({**DOCUMENT, "menus": menus})


def test_long_chains_that_end_are_checked_in_no_time() -> None:
    """Each may go on to both of the next two: more ways than there is time to walk."""
    menus = {}
    for number in range(5000, 5100):
        onward = [str(next_) if next_ < 5100 else "1001" for next_ in (number + 1, number + 2)]
        says, keys = {"english": "Hello."}, {"1": "1001"}
        entry = {"extension": str(number), "says": says, "keys": keys, "hours": "office"}
        menus[f"m{number}"] = {**entry, "otherwise": onward[0], "closed": onward[1]}
    office({**DOCUMENT, "menus": menus})


@pytest.mark.parametrize(
    "secret", ["with space", "semi;colon", 'quo"te', "an<gle", "line\nend", "é", "s" * 129, "a>"]
)
def test_a_secret_is_told_by_no_error_and_no_repr(secret: str) -> None:
    with pytest.raises(OfficeError, match=r"trunks.carrier.secret: may hold no") as told:
        office(changed("trunks.carrier.secret", secret))
    assert secret not in str(told.value)
    for wrong in ([secret], {"a": secret}, 1.5):
        with pytest.raises(OfficeError, match=r"trunks.carrier.secret: must be text") as told:
            office(changed("trunks.carrier.secret", wrong))
        assert secret not in str(told.value)
    assert "hidden-word" not in repr(office())
    assert "s3cret" not in repr(office())


HARMFUL = (
    *("\n[office]\n", "\r", "\x00", ";", "]", "[", ",", "${SHELL(id)}", '"', "'", "\\"),
    *("(", ")", " x", "=", "<", ">", "|", "&", "é", "\u2028"),
)
CHOSEN = {"hours", "groups", "menus", "trunks", "codes", "classes", "keys", "numbers", "says", "closed_says"}
"""Under these an administrator chooses the keys."""


def texts(document: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """The way to each text of a document, and to each key that is chosen."""
    if isinstance(document, dict):
        for key, value in document.items():
            if CHOSEN & set(path[-1:]):
                yield (*path, key, "the key")
            yield from texts(value, *path, key)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from texts(value, *path, str(index))
    elif isinstance(document, str):
        yield path


def poisoned(path: tuple[str, ...], harm: str) -> dict[str, Any]:
    """The example with harm within one of its texts."""
    document: dict[str, Any] = copy.deepcopy(dict(DOCUMENT))
    place: Any = document
    *folders, last = path[:-1] if path[-1] == "the key" else path
    for folder in folders:
        place = place[int(folder)] if isinstance(place, list) else place[folder]
    if path[-1] == "the key":
        place[last[0] + harm + last[1:] + last[0]] = place.pop(last)
    else:
        index: Any = int(last) if isinstance(place, list) else last
        place[index] = place[index][0] + harm + place[index][1:] + place[index][0]
    return document


@pytest.mark.parametrize("harm", HARMFUL, ids=ascii)
def test_no_text_can_change_the_meaning_of_a_line_of_configuration(harm: str) -> None:
    taken = []
    for path in texts(DOCUMENT):
        try:
            text = rendered(poisoned(path, harm))
        except OfficeError:
            continue
        taken.append(".".join(path))
        if path == ("trunks", "carrier", "secret"):
            # A password may hold what means nothing after an equals sign.
            assert not set(harm) & set('\n\r\x00;"<> ')
            assert f"\npassword=h{harm}idden-wordh\n" in text["pjsip_trunks"]
        else:
            assert text == rendered(), path
    # What menus say is spoken, and stands in no file of Asterisk's.
    said = {"menus.main.says.english", "menus.main.says.kinyarwanda", "menus.main.closed_says.english"}
    assert set(taken) - {"trunks.carrier.secret"} == said


def test_users_have_the_offices_encryption_unless_they_have_their_own() -> None:
    one = User("1004", "A", "s" * 12, encryption=Encryption.REQUIRED)
    found = office(changed("encryption", False), (*USERS, one))
    assert [found.encryption(user) for user in found.users] == [Encryption.OFF] * 3 + [Encryption.REQUIRED]
    assert ASSISTANTS["2000"] in found.assistants.values()
