"""From outside to the front desk, the Kinyarwanda assistant, the operator, who holds and sends on."""

from __future__ import annotations

import time

import pytest

from tests.calls.operator.test_transfers import until
from tests.calls.outside.office import CUSTOMER, TO_DESK
from tests.calls.outside.test_arrivals import BACK, FORTH, talk
from tests.calls.telephones import COLLEAGUE, OPERATOR
from tests.calls.test_front_desk import open_office  # noqa: F401 - a fixture
from tests.phones.conversation import KINYARWANDA
from tests.phones.speech import english


@pytest.mark.alone
@pytest.mark.usefixtures("open_office")
def test_a_call_goes_all_the_way(outsider, phone, appliance, judge, texts, past):
    topic = next(iter(texts(KINYARWANDA).topics.values()))
    customer, operator, colleague = outsider(CUSTOMER), phone(OPERATOR), phone(COLLEAGUE)
    customer.dial(TO_DESK)
    customer.wait_reply()
    customer.say(KINYARWANDA.speak(topic.questions[0]))
    customer.wait_reply(30.0)
    call = appliance.calls()[0]
    assert (call["caller"], call["bot"]) == (CUSTOMER, "kinyarwanda")
    customer.press("0")
    operator.wait_ringing(20.0)
    assert operator.peer == CUSTOMER
    operator.accept()
    operator.wait_quiet(3.0, 30.0)  # the briefing
    operator.say(english(FORTH), wait=False)
    customer.wait_speech()
    assert appliance.calls() == []
    operator.hold()
    time.sleep(5.0)
    operator.resume()
    time.sleep(0.5)
    operator.say(english(BACK, "rms"))
    customer.wait_quiet(1.5, 20.0)
    operator.transfer(COLLEAGUE)
    colleague.wait_ringing()
    assert colleague.peer == CUSTOMER
    colleague.accept()
    operator.wait_over(10.0)
    operator.finish(OPERATOR)
    time.sleep(0.5)
    talk(judge, colleague, customer, COLLEAGUE, CUSTOMER)
    appliance.wait_idle()
    until(lambda: len(past(3)) == 3, "the records are there")
    records = [(one["caller"], one["dialled"], one["outcome"]) for one in past(3)]
    assert records == [
        (CUSTOMER, "3000", "answered"),
        (CUSTOMER, OPERATOR, "answered"),
        (CUSTOMER, COLLEAGUE, "answered"),
    ]
