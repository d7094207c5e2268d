"""Offers: what waits for telephones, on a real disk."""

import stat
import threading
from pathlib import Path

import pytest

from sipforge.infra.provisioning.offers import NoSuchOffer, Offer, OfferGone, Offers, OffersError
from sipforge.infra.provisioning.sealing import WrongSecret, name_of, seal, unseal

OFFER = Offer("1001", "application/xml", "<passwd>s3cret</passwd>")
NOW, HOUR = 1_000_000.0, 3600.0
MAC = "001565aabbcc"


@pytest.fixture
def offers(tmp_path: Path) -> Offers:
    return Offers(tmp_path / "offers")


def everything(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_link_is_good_once(offers: Offers) -> None:
    token = offers.put_link(OFFER, NOW, NOW + HOUR)
    assert offers.see_link(token, NOW + 1) == OFFER
    assert offers.take_link(token, NOW + 2) == OFFER
    for again in (offers.take_link, offers.see_link):
        with pytest.raises(OfferGone) as gone:
            again(token, NOW + 3)
        assert (gone.value.extension, gone.value.why) == ("1001", "used")


def test_a_link_is_good_until_its_time(offers: Offers) -> None:
    token = offers.put_link(OFFER, NOW, NOW + HOUR)
    assert offers.see_link(token, NOW + HOUR - 1) == OFFER
    for _ in range(2):
        with pytest.raises(OfferGone, match="expired"):
            offers.take_link(token, NOW + HOUR)


def test_tokens_are_long_and_differ(offers: Offers) -> None:
    tokens = {offers.put_link(Offer(str(number), "x", "y"), NOW, NOW + HOUR) for number in range(1000, 1010)}
    assert len(tokens) == 10
    assert all(len(token) == 43 for token in tokens)


def test_of_many_who_come_at_once_one_gets_it(offers: Offers) -> None:
    token = offers.put_link(OFFER, NOW, NOW + HOUR)
    start, got = threading.Barrier(8), []

    def take() -> None:
        start.wait()
        try:
            got.append(offers.take_link(token, NOW))
        except OfferGone as gone:
            got.append(gone.why)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(OFFER) == 1
    assert got.count("used") == 7


def test_a_newer_link_of_a_user_replaces_the_older(offers: Offers) -> None:
    first = offers.put_link(OFFER, NOW, NOW + HOUR)
    other = offers.put_link(Offer("1002", "x", "y"), NOW, NOW + HOUR)
    second = offers.put_link(OFFER, NOW, NOW + HOUR)
    with pytest.raises(OfferGone, match="replaced"):
        offers.take_link(first, NOW)
    assert offers.take_link(other, NOW).extension == "1002"
    assert offers.take_link(second, NOW) == OFFER


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "é", "a" * 5000])
def test_a_guess_finds_nothing(offers: Offers, token: str) -> None:
    offers.put_link(OFFER, NOW, NOW + HOUR)
    with pytest.raises(NoSuchOffer):
        offers.take_link(token, NOW)


def test_the_folder_tells_neither_the_secret_nor_the_content(offers: Offers, tmp_path: Path) -> None:
    token = offers.put_link(OFFER, NOW, NOW + HOUR)
    offers.put_phone(MAC, OFFER, "the-password")
    kept = everything(tmp_path)
    for secret in (token, "the-password", "s3cret", "passwd>"):
        assert secret.encode() not in kept
    assert name_of(token).encode() in kept
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "offers").iterdir()}
    assert modes == {0o640}
    offers.take_link(token, NOW)
    assert b"sealed" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*.gone"))


def test_a_desk_telephone_gets_its_file_again_and_again_by_its_password(offers: Offers) -> None:
    offers.put_phone(MAC, OFFER, "the-password")
    for _ in range(2):
        assert offers.see_phone(MAC, "1001", "the-password") == OFFER
    for mac, extension, password in (
        (MAC, "1001", "another"),
        (MAC, "1002", "the-password"),
        ("001565aabbcd", "1001", "the-password"),
    ):
        with pytest.raises(NoSuchOffer):
            offers.see_phone(mac, extension, password)
    offers.drop_phone(MAC)
    with pytest.raises(NoSuchOffer):
        offers.see_phone(MAC, "1001", "the-password")


def test_the_same_for_a_desk_telephone_is_not_written_again(offers: Offers, tmp_path: Path) -> None:
    offers.put_phone(MAC, OFFER, "the-password")
    before = everything(tmp_path)
    offers.put_phone(MAC, OFFER, "the-password")
    assert everything(tmp_path) == before
    offers.put_phone(MAC, Offer("1001", "application/xml", "new"), "the-password")
    assert offers.see_phone(MAC, "1001", "the-password").content == "new"
    offers.put_phone(MAC, OFFER, "another")
    assert offers.see_phone(MAC, "1001", "another") == OFFER


def test_what_is_swept_and_what_is_remembered(offers: Offers, tmp_path: Path) -> None:
    old = offers.put_link(OFFER, NOW, NOW + HOUR)
    new = offers.put_link(Offer("1002", "x", "y"), NOW, NOW + 2 * HOUR)
    assert offers.sweep(NOW + HOUR) == 1
    with pytest.raises(OfferGone, match="expired"):
        offers.take_link(old, NOW)
    assert offers.take_link(new, NOW + HOUR).extension == "1002"
    assert offers.sweep(NOW + HOUR + 6 * 86400) == 0
    with pytest.raises(OfferGone):
        offers.take_link(old, NOW)
    offers.sweep(NOW + HOUR + 8 * 86400)
    with pytest.raises(NoSuchOffer):
        offers.take_link(old, NOW)
    assert list((tmp_path / "offers").iterdir()) == []


def test_a_folder_that_is_not_there_yet_is_empty(offers: Offers) -> None:
    assert offers.sweep(NOW) == 0
    with pytest.raises(NoSuchOffer):
        offers.see_phone(MAC, "1001", "x")


def test_a_damaged_file_is_named(offers: Offers, tmp_path: Path) -> None:
    token = offers.put_link(OFFER, NOW, NOW + HOUR)
    path = tmp_path / "offers" / f"link-{name_of(token)}.json"
    path.write_text("{")
    with pytest.raises(OffersError, match="is damaged"):
        offers.take_link(token, NOW)


def test_no_repr_has_the_content() -> None:
    assert "s3cret" not in repr(OFFER)


def test_sealing() -> None:
    sealed = seal("Muraho, é", "one")
    assert unseal(sealed, "one") == "Muraho, é"
    assert seal("Muraho, é", "one") != sealed
    for wrong in (lambda: unseal(sealed, "two"), lambda: unseal(sealed[:-5] + "AAAA=", "one")):
        with pytest.raises(WrongSecret):
            wrong()
