"""English: must more follow what the caller said, and is it more than a sign of listening? Pure.

A sentence is open when its end calls for more words: a conjunction, an article, a preposition, an auxiliary,
a subject, a filler, a verb that wants an object. English also ends whole sentences on some of these ("Which
floor are you on?", "what should I do", "yes, I am"). The table below says which ends are open, and what in
the sentence excuses each. Whether a sentence that is not open is finished, its words alone do not tell; a
whole number does (`dictation`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sipforge.text.english.dictation import dictated
from sipforge.text.plain import words
from sipforge.text.turn_end import Completeness, last_sentence, trails_off

_WH = "(?:what|when|where|who|whom|whose|which|why|how|what's|where's|who's|when's|how's)"
_BE = "(?:is|are|was|were|am)"
_AUXILIARY = (
    "(?:is|are|was|were|am|do|does|did|have|has|had|will|would|shall|should|can|could|may|might|must|don't|"
    "doesn't|didn't|can't|couldn't|won't|wouldn't|isn't|aren't|wasn't|weren't|haven't|hasn't|shouldn't)"
)
_DETERMINER = "(?:an?|the|my|your|our|their|his|its|every|these|those)"
_PRONOUN = "(?:i|you|he|she|it|we|they|this|that|there|these|those|somebody|someone|nobody|anyone)"
_PREPOSITION = (
    "(?:to|of|at|from|with|for|in|on|by|about|into|onto|without|between|during|per|via|against|under|near|"
    "behind|after|before|around|through|towards|regarding|concerning|within|beside|across)"
)
_OBJECT_ASKED = "(?:what|which|who|whom|how|much|many|all|nothing)"


class _End(NamedTuple):
    """An end that calls for more words, in a sentence of lower-case words, with its question mark."""

    open: str
    excused: str = "(?!)"
    """What in the sentence makes a whole one of it all the same."""


_ENDS: Final = tuple(
    (re.compile(rf"(?:^|.*\s){end.open}\??"), re.compile(end.excused))
    for end in (
        _End(
            rf"(?:{_DETERMINER}|and|or|but|because|cause|if|whether|than|although|though|unless|until|since)"
        ),
        _End("(?:while|whereas|as|nor|plus|whose|also|just|very|(?:and|but) (?:now|then))"),
        _End("(?:um|uh|er|erm|uhm|eh|hmm?|actually|basically)"),
        _End("(?:so|well)", r"\b(?:think so|as well)\??$"),
        _End("like", rf"\b{_WH}\b"),
        # "I'd like to pay by card, can I?"
        _End(
            "(?:i|we|he|she|they|i'd|i'll|i'm|i've|we're|we'd|we'll|we've|you're|they're|he's|she's)",
            rf"^(?!.*\b{_WH}\b)(?:\S+ ){{3,}}{_AUXILIARY} {_PRONOUN}\?$",
        ),
        _End("(?:it's|there's|what's|where's|who's|when's|how's|here's|name's|number's|let's|gonna)"),
        _End("that's", rf"\b{_WH}\b"),
        _End(rf"\S+ \S+ {_WH}"),
        # "She told me that", "the paper that".
        _End(rf"(?:(?:tell|told|think|hope|matter|sure|so|him|her|me|us|them)|{_DETERMINER} \S+) that"),
        # "Where are you from?", "how much is it for?"; not "how do I get there from".
        _End(
            _PREPOSITION,
            r"\b(?:what|where|who|whom|whose|which|what's|where's|who's|how (?:much|many|long|far))"
            r"\b.* \S+\?$"
            r"|\b(?:come|go|drop|move|check|log|sign|get) (?:in|on|by|through)\??$"
            r"|\b(?:hold|carry|going|later) on\??$|\bcall in\??$|\bcome over\??$|\bstop by\??$"
            r"|\b(?:day|week|month|long|moment|called) before\??$|\b(?:day|week) after\??$",
        ),
        # "Yes, I am", "what should I do", "can you tell me where it is"; not "what I would like is".
        _End(
            _AUXILIARY,
            rf"\b(?:never|not) \S+$|^(?:yes|no)(?: \S+)? {_PRONOUN} \S+$"
            rf"|^(?!what {_PRONOUN}\b)(?:\S+ \S+ (?:.* )?{_WH}(?: \S+)* \S+ \S+"
            rf"|(?:\S+ )?{_WH}(?: \S+)*? {_AUXILIARY}(?: \S+)* \S+ \S+)\??$",
        ),
        # "What time do you", "can it"; not "how are you".
        _End(
            rf"{_AUXILIARY} (?:you|it|there|this|that)", rf"\b{_WH}\b.*\b{_BE} \S+$|^(?:\S+ ){{3,}}\S+ \S+\?$"
        ),
        _End(
            r"(?<!you )(?<!if )(?:want|need|wanted|needed|like|wondering|wonder|prefer|rather)",
            rf"\b(?:{_WH}|all)\b",
        ),
        _End("(?:tell|give|let|show) me"),
        # "I have to take"; not "what do I have to bring", "do I have to book?".
        _End(
            r"\S+ (?:know|ask|find|get|make|book|have|see|discuss|bring|send|take|buy|change|measure"
            r"|include)",
            rf"\b{_OBJECT_ASKED}\b|\bto book\?$",
        ),
        # "If I cannot come on Monday", where no question, no order and no "then" follows.
        _End(
            r"(?<!.)(?:(?:if|although|unless|since)(?: \S+){2,9}|when(?: \S+){2,5})",
            rf"\bthen\b|\b{_AUXILIARY} (?:{_PRONOUN}|{_DETERMINER})\b|^\S+ .*\b{_WH}\b"
            rf"|^when (?!{_PRONOUN}\b)",
        ),
    )
)
"""What calls for more, and what excuses it."""
_OPENERS: Final = re.compile(
    rf"^(?:(?:um|uh|er|erm|uhm|eh|like|well|so|hmm?|actually|basically|and|but|okay|hello|hi|then|now)"
    rf" (?!{_PREPOSITION}\b))+"
)
_SHORT: Final = re.compile(
    r"of course|all right|no i don't|yes i do|i do|i see|that is all|that's it|how are you|never mind|why not"
)
"""What is whole, whatever it ends on."""

_LISTENING: Final = (
    r"m+ ?h+m*|h+m+|m{2,}|m+ ?m+|uh+ ?h?uh|u+h|a+h|aha|oh|ok|okay|right|all right|alright|yeah|yep|yup|yes|"
    r"sure|i see|got it|i understand|good|great|fine|really|of course|exactly|perfect|cool"
)
_BACKCHANNEL: Final = re.compile(rf"(?:(?:{_LISTENING})(?: |$)){{1,4}}")


def is_backchannel(text: str) -> bool:
    """Whether `text` only shows that the caller listens ("mm-hm", "okay, I see").

    After a question "yes" and "okay" are answers: then do not ask.
    """
    said = " ".join(words(text))
    return bool(_BACKCHANNEL.fullmatch(said))


def completeness(text: str) -> Completeness:
    """Whether more must follow: OPEN; FINISHED after a whole number."""
    told = dictated(text)
    if told is not None:
        return told
    sentence = last_sentence(text)
    said = " ".join(words(sentence)).removesuffix(" please")
    if not said or _SHORT.fullmatch(said):
        return Completeness.UNSURE
    asked = sentence.endswith("?") or (sentence.endswith(".") and bool(re.match(rf"{_WH}\b", said)))
    said = _OPENERS.sub("", said) + "?" * asked
    calls = any(end.fullmatch(said) and not excused.search(said) for end, excused in _ENDS)
    return Completeness.OPEN if calls or trails_off(text) else Completeness.UNSURE
