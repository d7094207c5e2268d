"""English: is the caller's sentence whole, and is it more than a sign of listening? Pure.

Rules, in prose. A sentence is open when its last word calls for another: a conjunction, an article, a
preposition, an auxiliary, a subject, a filler, a verb that wants an object. English also ends whole sentences
on some of these ("Which floor are you on?", "what should I do", "yes, I am"), so the words before decide
there. Digits in a row are a number being dictated until there are as many as a telephone number has. A
question that begins like one, or a statement with a subject and its verb, is finished; the rest is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from sipforge.text.plain import fold, words
from sipforge.text.turn_end import Completeness, last_sentence, trails_off

FINISHED, OPEN, UNSURE = Completeness.FINISHED, Completeness.OPEN, Completeness.UNSURE


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(text.split(","))


_WH: Final = _set("what when where who whom whose which why how what's where's who's when's how's")
_BE: Final = _set("is are was were am")
_AUXILIARY: Final = _BE | _set(
    "do does did have has had will would shall should can could may might must don't doesn't didn't can't "
    "couldn't won't wouldn't isn't aren't wasn't weren't haven't hasn't shouldn't"
)
_FILLER: Final = _set("um uh er erm uhm eh like well so hmm hm actually basically")
_DETERMINER: Final = _set("a an the my your our their his its every these those")
_CONJUNCTION: Final = _set(
    "and or but because cause if whether than although though unless until since while whereas as nor plus "
    "that's whose also just very"
)
_PREPOSITION: Final = _set(
    "to of at from with for in on by about into onto without between during per via against under near "
    "behind after before around through towards regarding concerning within beside across"
)
_SUBJECT: Final = _set("i we he she they i'd i'll i'm i've we're we'd we'll we've you're they're he's she's")
_CONTRACTED: Final = _set("it's there's what's where's who's when's how's here's name's number's let's gonna")
_PRONOUN: Final = _set("i you he she it we they this that there these those somebody someone nobody anyone")
_WANTS_OBJECT: Final = _set("want need wanted needed like wondering wonder prefer rather")
_TRANSITIVE: Final = _set(
    "know ask find get make book have see discuss bring send take change buy measure include want need"
)
_TOLD: Final = _set("tell told think hope matter sure so him her me us them")
_OBJECT_ASKED: Final = _set("what which who whom how much many all nothing")
"""Where one of these is in the sentence, the object of its last verb may have been named already."""
_CIRCUMSTANCE_ASKED: Final = _set("how when why how's when's")
_OPENERS: Final = _FILLER | _set("and but okay hello hi then now")
_PARTICLES: Final = _phrases(
    "come in,come on,hold on,go on,carry on,come by,drop by,log in,sign in,check in,call in,come over,"
    "move in,move on,drop in,stop by,get in,get by,going on,later on,get through,go through,day before,"
    "week before,month before,long before,day after,week after,called before,moment before"
)
_ENDS: Final = _phrases("think so,as well")
_ASKED_ENDS: Final = _phrases("to book")
"""What looks as if an object were to follow, and may end a question: "Do I have to book?"."""
_TAG_WORDS: Final = 4
"""A question this long may end on "can I?", which otherwise begins one."""
_IN_FRONT: Final = {"if": 10, "although": 10, "unless": 10, "since": 10, "when": 6}
"""Words that a clause beginning so may have before something else must have followed it."""
_SHORT: Final = _phrases(
    "yes,no,yeah,yep,nope,okay,ok,sure,right,thanks,thank you,bye,goodbye,bye bye,hello,hi,hey,please,"
    "yes please,no thanks,no thank you,of course,all right,alright,pardon,sorry,exactly,correct,"
    "that's right,never mind,not now,thank you very much,thanks a lot,good morning,good afternoon,"
    "good evening,operator,that's all,that's it,that is all,what,why,when,where,how,who,repeat,stop,wait,"
    "help,yes i do,yes i am,no i don't,i do,i don't know,i see,how are you,who are you,where are you,"
    "see you,me too,why not"
)

_DIGIT_WORDS: Final = _set("zero oh one two three four five six seven eight nine")
_TIMES: Final = {"double": 1, "triple": 2}
"""Digits that such a word adds to the one after it."""
_PHONE_DIGITS: Final = 9
"""A national number without its leading zero."""
_COUNTRY_DIGITS: Final = 12
_EXTENSION_DIGITS: Final = 4
_NUMBER_NEAR: Final = _set("number phone telephone mobile call whatsapp")
_TOKEN: Final = re.compile(r"\+?\d[\d-]*(?:[:.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")

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
    """Whether the caller's sentence is whole."""
    sentence = last_sentence(text)
    said = words(sentence)
    while len(said) > 1 and said[-1] == "please":
        said = said[:-1]
    dictated = _dictated(text)
    if not said or dictated is not None:
        return dictated or UNSURE
    if " ".join(said) in _SHORT:
        return FINISHED
    asked = sentence.endswith("?") or (sentence.endswith(".") and said[0] in _WH)
    if trails_off(text) or _wants_more(said, asked):
        return OPEN
    return FINISHED if _is_whole(said, sentence) else UNSURE


def _wants_more(said: Sequence[str], asked: bool) -> bool:
    """Whether the last word calls for another."""
    while len(said) > 1 and said[0] in _OPENERS and said[1] not in _PREPOSITION:
        said = said[1:]
    last, before = said[-1], said[-2] if len(said) > 1 else ""
    wh = next((place for place, word in enumerate(said) if word in _WH), None)
    word = last in _DETERMINER | _CONJUNCTION | _SUBJECT | _CONTRACTED
    filler = last in _FILLER and not (last == "like" and wh is not None) and f"{before} {last}" not in _ENDS
    clause = (last in _WH and len(said) > 2) or (last == "that" and _names_something(said))
    goes_on = before in {"and", "but"} and last in {"now", "then", "i"}
    if asked and wh is None and len(said) > _TAG_WORDS and before in _AUXILIARY and last in _PRONOUN:
        return False
    if filler or clause or goes_on or (word and not (last == "that's" and wh is not None)):
        return True
    if last in _PREPOSITION:
        stranded = asked and wh is not None and len(said) >= 3 and _asks_for_object(said, wh)
        return not stranded and f"{before} {last}" not in _PARTICLES
    if last in _AUXILIARY:
        return before not in {"never", "not"} and not _auxiliary_can_end(said, wh)
    done = asked and f"{before} {last}" in _ASKED_ENDS
    missing = _object_is_missing(said, wh) or (_may_lack_object(said) and not done)
    return _subject_is_last(said, wh) or missing or _clause_in_front(said)


def _asks_for_object(said: Sequence[str], wh: int) -> bool:
    """Whether a preposition at the end has its object in front: "where are you from", not "how ... from"."""
    return said[wh] not in _CIRCUMSTANCE_ASKED or said[wh + 1] in {"much", "many", "long", "far"}


def _names_something(said: Sequence[str]) -> bool:
    """Whether the "that" at the end begins a clause, as in "the paper that" and "she told me that"."""
    return len(said) > 1 and (said[-2] in _TOLD or (len(said) > 2 and said[-3] in _DETERMINER))


def _auxiliary_can_end(said: Sequence[str], wh: int | None) -> bool:
    """As in "yes, I am", "can you tell me where it is" and "what should I do"."""
    if len(said) <= 4 and len(said) >= 2 and said[-2] in _PRONOUN and said[0] in {"yes", "no"}:
        return True
    if wh is None or wh > len(said) - 3:
        return False
    if said[0] == "what" and said[1] in _PRONOUN:
        # "What I would like is": the question word is the subject.
        return False
    return wh > 1 or any(word in _AUXILIARY for word in said[1:-2])


def _subject_is_last(said: Sequence[str], wh: int | None) -> bool:
    """As in "what time do you" and "can it"."""
    if len(said) < 2 or said[-1] not in {"you", "it", "there", "this", "that"} or said[-2] not in _AUXILIARY:
        return False
    return not (said[-2] in _BE and wh is not None)


def _object_is_missing(said: Sequence[str], wh: int | None) -> bool:
    """As in "I would like", "I wanted to know", "could you tell me"."""
    last, pair = said[-1], " ".join(said[-2:])
    if wh is None and len(said) > 1 and last in _WANTS_OBJECT and said[-2] not in {"you", "if"}:
        return "all" not in said
    return pair in {"tell me", "give me", "let me", "show me"}


def _may_lack_object(said: Sequence[str]) -> bool:
    """As in "I have to take"."""
    return len(said) > 1 and said[-1] in _TRANSITIVE and not _OBJECT_ASKED & set(said)


def _clause_in_front(said: Sequence[str]) -> bool:
    """As in "if I cannot come on Monday", where no question, no order and no "then" follows."""
    longest = _IN_FRONT.get(said[0], 0)
    statement = len(said) > 2 and not (said[0] == "when" and said[1] not in _PRONOUN)
    if not statement or len(said) > longest or "then" in said:
        return False
    asks = any(word in _AUXILIARY and other in _PRONOUN | _DETERMINER for word, other in pairwise(said))
    return not asks and _WH.isdisjoint(said[1:])


def _is_whole(said: Sequence[str], sentence: str) -> bool:
    if len(said) < 3 or said[-1] in _PREPOSITION | _AUXILIARY or _may_lack_object(said):
        return False
    if sentence.endswith("?"):
        return any(word in _WH | _AUXILIARY for word in said)
    return sentence[-1] in ".!" and any(word in _AUXILIARY | _SUBJECT | _CONTRACTED for word in said[:-1])


def _dictated(text: str) -> Completeness | None:
    """What the digits at the end tell, or None where no number is being dictated."""
    tokens = [token.lower() for token in _TOKEN.findall(fold(text))]
    start = len(tokens)
    while start and (tokens[start - 1] in _DIGIT_WORDS | _TIMES.keys() or _is_digits(tokens[start - 1])):
        start -= 1
    run, context = tokens[start:], tokens[max(0, start - 4) : start]
    if not run:
        return None
    count = sum(_TIMES.get(token, 1) if token[0].isalpha() else sum(map(str.isdigit, token)) for token in run)
    extension = "extension" in context or "room" in context
    if extension:
        return FINISHED if count >= _EXTENSION_DIGITS else OPEN
    first = run[0]
    begins_like_one = first in {"zero", "double"} or first[0] in "0+" or context[-1:] == ["plus"]
    if not (begins_like_one or len(run) > 2 or (_NUMBER_NEAR & set(context) and count > 1)):
        return None
    abroad = first[0] == "+" or context[-1:] == ["plus"] or first.startswith("250")
    leading = 1 if first in {"zero", "oh"} or first[0] == "0" else 0
    wanted = _COUNTRY_DIGITS if abroad else _PHONE_DIGITS + leading
    return FINISHED if count >= wanted and run[-1] not in _TIMES else OPEN


def _is_digits(token: str) -> bool:
    return token[0] in "+0123456789" and not any(mark in token for mark in ":.,")
