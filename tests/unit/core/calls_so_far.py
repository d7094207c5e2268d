"""Calls as far as a test's own story begins."""

from __future__ import annotations

from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import TranscriptEvent
from tests.unit.core.conversation_world import World


def greeted() -> World:
    """A call in which the greeting was heard."""
    world = World().begin()
    world.speak_all()
    assert world.state is State.LISTENING
    return world


def thinking() -> World:
    """A call whose first question is over, recognised, and not yet thought about."""
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.25)
    world.recognised()
    world.hear(False, 0.2)
    assert world.state is State.THINKING
    return world


def speaking(*sentences: str, topics: tuple[str, ...] = ()) -> World:
    """A call in which the reply to the first question is being played, and nothing of it was heard yet."""
    world = thinking()
    world.understood(topics=topics)
    world.answer(*(sentences or ("From eight to five.",)))
    while world.make():
        pass
    assert world.state is State.SPEAKING
    return world


def departing(meaning: Meaning = Meaning.OPERATOR) -> World:
    """A call in which a way out is decided, and its words are being played."""
    world = thinking()
    world.understood(meaning)
    while world.make():
        pass
    assert world.state is State.DEPARTING
    return world


def turns_with_another_question(world: World) -> list[int]:
    """The caller asks a short question that is not known: the turns that were transcribed so far."""
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.recognised()
    world.hear(False, 0.2)
    world.understood(Meaning.UNKNOWN)
    return [one.turn for one in world.commands(TranscriptEvent)]
