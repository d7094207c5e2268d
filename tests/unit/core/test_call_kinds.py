import pytest

from sipforge.core.asterisk.call_kinds import kind_of
from sipforge.core.asterisk.state import channel_from
from tests.unit.core.test_asterisk_state import recorded


def test_the_recorded_calls() -> None:
    news = [channel_from(event) for event in recorded() if event["Event"] == "Newchannel"]
    kinds = [kind_of(channel, {"2000": "english"}) for channel in news]
    assert kinds == ["user", None, "assistant-english", None]


@pytest.mark.parametrize(("dialled", "kind"), [("600", "other"), ("2000", "other"), ("1999", "user")])
def test_by_the_extension_dialled(dialled: str, kind: str) -> None:
    channel = channel_from({"Uniqueid": "1", "Linkedid": "1", "Exten": dialled})
    assert kind_of(channel, {"3000": "kinyarwanda"}) == kind
