from __future__ import annotations

import pytest
from pydantic import ValidationError

from sipforge.infra.settings import DialogueSettings


def test_a_chat_model_has_no_default_and_must_be_named() -> None:
    assert DialogueSettings().engines == ("answers",)
    with pytest.raises(ValidationError, match=r"needs ctranslate2\.model"):
        DialogueSettings.model_validate({"engines": ["answers", "ctranslate2"]})
    chosen = DialogueSettings.model_validate(
        {"engines": ["answers", "ctranslate2"], "ctranslate2": {"model": "some-chat-model"}}
    )
    assert chosen.ctranslate2.model == "some-chat-model"
