"""Recording on demand: both are told, both are on it, and nobody else on the host may listen."""

from __future__ import annotations

import time

from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.speech import english

FOLDER = "/var/spool/asterisk/monitor"
FORTH, BACK, AFTER = (
    "Please send me twelve chairs on Monday.",
    "Twelve chairs will be there.",
    "And this is between you and me.",
)


def test_both_are_told_and_both_are_heard_until_it_is_stopped(
    phone, appliance, judge, english_texts, recordings
):
    def files() -> set[str]:
        return set(appliance.shell(f"ls {FOLDER} 2>/dev/null", check=False).split())

    before = files()
    caller, colleague = phone(CALLER), phone(COLLEAGUE, auto_answer=True)
    caller.dial(COLLEAGUE)
    colleague.wait_talking()
    time.sleep(1.0)
    caller.press("*1")
    caller.wait_reply()
    caller.say(english(FORTH))
    time.sleep(0.5)
    colleague.say(english(BACK, "rms"))
    time.sleep(1.0)
    caller.press("*1")
    time.sleep(1.5)
    caller.say(english(AFTER))
    time.sleep(0.5)
    callers, colleagues = caller.hangup("recorder"), colleague.finish("recorded")
    made = files() - before
    assert len(made) == 1, made
    path = f"{FOLDER}/{made.pop()}"
    recorded = appliance.fetch(path, recordings / "recorded.wav")
    modes = appliance.run("stat", "--format", "%U %a", FOLDER, path).split("\n")
    others = appliance.shell(
        f"setpriv --reuid nobody --clear-groups cat {path} >/dev/null && echo read", check=False
    )
    appliance.run("rm", path)
    notice = english_texts.telephone["recording"]
    assert judge.heard_english(notice, callers.heard).ok
    assert judge.heard_english(notice, colleagues.heard).ok
    assert judge.heard_english(FORTH, recorded).ok
    assert judge.heard_english(BACK, recorded).ok
    assert not judge.heard_english(AFTER, recorded).ok
    assert others == "", modes
