"""The whole of a call in a bot as one machine: facts come in, commands come out, time is an argument. Pure.

Rules, in prose (those of one part stand with it: endpointing, barge_in, speech, dialogue_policy):

1. At the caller's first short pause what was said so far is recognised and thought about, on speculation. Who
   goes on makes that work useless. The turn is over after a silence that depends on the words: short where they
   are a whole question or reply, long where the sentence is open, in between where nobody can tell.
2. Who goes on before the reply is heard, or speaks over its first `continue_seconds`, has not finished: the
   turn goes on, with all that was said. A turn that was ended for its length is ended.
3. A reply that is not there after `filler_seconds` is announced, and again every `AGAIN_SECONDS`.
4. A way out (a transfer, a message, another assistant, the end) is prepared when it is decided, and taken once
   its words were heard. Until then words that are meant revoke it, unless they agree to it; so do the keys.
   A call that nobody uses is ended all the same, when that was revoked once.
5. While the telephone holds the call, time does not count, nothing is heard, and what is said holds still.
6. Nothing waits for ever: sound that is not reported as heard counts as heard, a reply that breaks off is
   replaced, and idle time ends a call whatever noise there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sipforge.core.conversation.actions import (
    Action,
    Departure,
    HandOver,
    Hangup,
    Hush,
    Invite,
    Phrase,
    ReadMenu,
    Reason,
    Repeat,
    Say,
    TakeMessage,
    Tell as TellReply,
    TellTopic,
    Transfer,
)
from sipforge.core.conversation.barge_in import BargeIn, Verdict
from sipforge.core.conversation.commands import (
    Command,
    Depart,
    Drop,
    End,
    Hasten,
    Note,
    PlayInvitation,
    Prepare,
    Recognise,
    Speak,
    Tell,
    ThinkAgain,
    Warn,
)
from sipforge.core.conversation.dialogue_policy import DialoguePolicy, Meaning
from sipforge.core.conversation.endpointing import Endpointing, TurnRules
from sipforge.core.conversation.facts import (
    Elapsed,
    Fact,
    Heard,
    HungUp,
    Key,
    Part,
    PlayedUpTo,
    PlayoutCleared,
    PutOnHold,
    ReplyEnded,
    Sent,
    Sounded,
    TakenBack,
    Thought,
    Window,
)
