"""What the orchestrator counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from sipforge.core.audio.playout import PlayoutCounts
from sipforge.core.breaker import BreakerState
from sipforge.core.capacity import Limit, Source
from sipforge.infra.metrics import Metrics

STAGES_LIMIT: Final = 32
"""Names of stages a bot may bring up; more would let it fill Prometheus."""
LATE_BUCKETS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)


class Telemetry:
    """The orchestrator's metrics, by what happens rather than by how it is counted."""

    def __init__(self, metrics: Metrics) -> None:
        """Register all metrics."""
        self._active = metrics.gauge("sipforge_calls_active", "Assistant calls in progress", ["bot"])
        self._limit = metrics.gauge(
            "sipforge_calls_limit",
            "Calls that an assistant takes at once, under where that number comes from; 0 under the others",
            ["bot", "source"],
        )
        self._calls = metrics.counter("sipforge_calls", "Assistant calls that are over", ["bot", "outcome"])
        self._refused = metrics.counter("sipforge_calls_refused", "Calls not admitted", ["reason"])
        self._returned = metrics.counter(
            "sipforge_calls_returned", "Callers brought back to their assistant", ["bot", "detail"]
        )
        self._rejected = metrics.counter(
            "sipforge_audiosocket_peers_rejected", "AudioSocket connections dropped before they were a call"
        )
        self._frames = metrics.counter("sipforge_playout_frames", "Frames sent to Asterisk")
        self._late_frames = metrics.counter("sipforge_playout_late_frames", "Frames over 20 ms late")
        self._restarts = metrics.counter("sipforge_playout_restarts", "Times playout was over 100 ms late")
        self._underruns = metrics.counter("sipforge_playout_underruns", "Speech that ran dry", ["bot"])
        self._unplayed = metrics.counter(
            "sipforge_playout_dropped_bytes", "Speech that did not fit the queue", ["bot"]
        )
        self._late = metrics.histogram(
            "sipforge_playout_late_seconds", "How late frames were sent", buckets=LATE_BUCKETS
        )
        self._unheard = metrics.counter(
            "sipforge_caller_audio_dropped_frames", "Caller audio the bot did not read in time", ["bot"]
        )
        self._stages = metrics.histogram(
            "sipforge_answer_stage_seconds", "Time of each stage of an answer", ["bot", "stage"]
        )
        self._stage_names: set[str] = set()
        self._lost_entries = metrics.gauge(
            "sipforge_history_lost_entries", "Words of callers and replies that Redis could not be given"
        )
        self._redis = metrics.gauge("sipforge_redis_up", "1 while Redis answers")
        self._lines = metrics.gauge("sipforge_lines_told", "1 while Asterisk tells of holds and keys")
        self._breaker = metrics.gauge(
            "sipforge_breaker_closed", "1 closed, 0.5 half open, 0 open: may the bot be called?", ["bot"]
        )

    def watch_store(self, available: Callable[[], bool], lost_entries: Callable[[], int]) -> None:
        """Ask these whenever metrics are read."""
        self._redis.set_function(lambda: float(available()))
        self._lost_entries.set_function(lambda: float(lost_entries()))

    def watch_breaker(self, bot: str, state: Callable[[], BreakerState]) -> None:
        """Ask `state` whenever metrics are read."""
        worth = {BreakerState.CLOSED: 1.0, BreakerState.HALF_OPEN: 0.5, BreakerState.OPEN: 0.0}
        self._breaker.labels(bot).set_function(lambda: worth[state()])

    def watch_limit(self, bot: str, limit: Callable[[], Limit]) -> None:
        """Ask `limit` whenever metrics are read."""

        def under(source: Source) -> float:
            found = limit()
            return float(found.calls) if found.source is source else 0.0

        for source in Source:
            self._limit.labels(bot, source.value).set_function(partial(under, source))

    def watch_lines(self, told: Callable[[], bool]) -> None:
        """Ask `told` whenever metrics are read."""
        self._lines.set_function(lambda: float(told()))

    def refused(self, reason: str) -> None:
        """A call was not admitted."""
        self._refused.labels(reason).inc()

    def returned(self, bot: str, detail: str) -> None:
        """A caller was brought back from where the assistant had sent the call."""
        self._returned.labels(bot, detail).inc()

    def peer_rejected(self) -> None:
        """An AudioSocket connection was dropped before it was a call."""
        self._rejected.inc()

    def call_began(self, bot: str) -> None:
        """Asterisk connected the audio of a call."""
        self._active.labels(bot).inc()

    def call_over(self, bot: str, outcome: str, counts: PlayoutCounts) -> None:
        """A call that began is over."""
        self._active.labels(bot).dec()
        self._calls.labels(bot, outcome).inc()
        self._frames.inc(counts.frames)
        self._late_frames.inc(counts.late_frames)
        self._restarts.inc(counts.restarts)
        self._underruns.labels(bot).inc(counts.underruns)
        self._unplayed.labels(bot).inc(counts.dropped_bytes)

    def frame_sent(self, late_seconds: float) -> None:
        """A frame went to Asterisk."""
        self._late.observe(late_seconds)

    def caller_audio_dropped(self, bot: str, frames: int) -> None:
        """The bot did not read caller audio in time."""
        self._unheard.labels(bot).inc(frames)

    def answer_measured(self, bot: str, values: dict[str, float]) -> None:
        """A bot reported times of an answer; a value is a stage when its name ends in `_seconds`."""
        for name, value in values.items():
            stage = name.removesuffix("_seconds")
            if stage == name:
                continue
            if len(self._stage_names) < STAGES_LIMIT:
                self._stage_names.add(stage)
            if stage in self._stage_names:
                self._stages.labels(bot, stage).observe(value)
