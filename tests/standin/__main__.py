"""`python -m tests.standin --port N --key KEY`: OpenAI on 127.0.0.1, as far as tests need it."""

from __future__ import annotations

import argparse

import uvicorn

from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.hearing.whisper.transcriber import WhisperStt
from sipforge.engines.speaking.piper import PiperTts
from tests.models import model
from tests.standin.app import Pace, Protocol, build
from tests.standin.faults import Faults


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", required=True, help="the only API key that is accepted")
    parser.add_argument("--first-token", type=float, default=Pace().first_token_seconds, metavar="SECONDS")
    parser.add_argument("--token", type=float, default=Pace().token_seconds, metavar="SECONDS")
    given = parser.parse_args()
    stt = WhisperStt(WhisperModel(model("whisper-base"), "en"))
    tts = PiperTts(model("piper-en-joe"), 150)
    pace = Pace(first_token_seconds=given.first_token, token_seconds=given.token)
    app = build(given.key, stt, tts, pace, Faults())
    uvicorn.run(app, host="127.0.0.1", port=given.port, http=Protocol, ws="none", log_level="critical")


if __name__ == "__main__":
    main()
