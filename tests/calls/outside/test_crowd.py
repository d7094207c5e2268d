"""Two hundred calls at once from outside: the trunk's limit holds, and no other call is harmed."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest

from tests.calls.outside.office import CUSTOMER, MENU_SAYS, TO_MENU
from tests.calls.telephones import ABSENT, CALLER
from tests.phones.audio import read_wav, resample
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.recording import mouth_to_ear_seconds
from tests.phones.speech import english

CALLS = 200
LINES = 10
"""`calls` of a trunk that names none."""
SENTENCE = "The quick brown fox jumps over the lazy dog near the river bank."
TIMES = 6
MOST_MOUTH_TO_EAR_SECONDS = 0.4


@pytest.mark.alone
def test_a_crowd_harms_no_call(line, outsider, phone, judge, recordings):
    colleague, caller = phone(ABSENT, auto_answer=True), phone(CALLER)
    caller.dial(ABSENT)
    colleague.wait_talking()
    samples, rate_hz = read_wav(english(SENTENCE))
    sentence = np.concatenate([resample(samples, rate_hz, SOURCE_RATE_HZ), np.zeros(SOURCE_RATE_HZ // 2)])
    said = caller.say_samples(np.tile(sentence, TIMES), wait=False)
    time.sleep(1.0)
    tag = line.place(TO_MENU, caller=CUSTOMER, times=CALLS)
    turned_away = line.wait_placed(tag, CALLS - LINES, 60.0)
    assert Counter(one.status for one in turned_away) == {"BUSY": CALLS - LINES}
    # The crowd is still there, and nobody else gets in.
    assert line.channels() >= LINES
    time.sleep(max(0.0, said.instant + said.seconds + 1.0 - time.monotonic()))
    heard, spoken = colleague.hangup("crowd-heard"), caller.finish("crowd-said")
    line.hangup()
    line.wait_placed(tag, CALLS)
    assert heard.packets_lost == 0
    assert mouth_to_ear_seconds(spoken, heard) < MOST_MOUTH_TO_EAR_SECONDS
    verdict = judge.heard_english(" ".join([SENTENCE] * TIMES), heard.heard)
    assert verdict.word_error_rate < 0.1, verdict
    # And the lines are free again.
    customer = outsider(CUSTOMER)
    customer.dial(TO_MENU)
    customer.wait_reply()
    assert judge.heard_english(MENU_SAYS, customer.hangup("after").heard).word_error_rate < 0.5
