"""Bearer tokens, with time as an argument."""

import jwt
import pytest

from sipforge.infra.tokens import TokenError, issue_token, verify_token

KEY = "k" * 40
CALL = "01234567-89ab-cdef-0123-456789abcdef"


def test_a_token_gives_its_call_until_it_expires():
    token = issue_token(KEY, CALL, "english", 30, 1000.0)
    assert verify_token(KEY, token, "english", 1000.0) == CALL
    assert verify_token(KEY, token, "english", 1029.9) == CALL
    with pytest.raises(TokenError, match="expired"):
        verify_token(KEY, token, "english", 1030.0)


def test_the_claims_are_those_of_the_protocol():
    token = issue_token(KEY, CALL, "english", 30, 1000.7)
    claims = jwt.decode(token, KEY, ["HS256"], audience="bot-english", options={"verify_exp": False})
    assert claims == {
        "iss": "sipforge-orchestrator",
        "aud": "bot-english",
        "sub": CALL,
        "iat": 1000,
        "exp": 1030,
    }


def refused(token: str, key: str = KEY, bot: str = "english", now: float = 1000.0) -> str:
    with pytest.raises(TokenError) as caught:
        verify_token(key, token, bot, now)
    assert token[:20] not in str(caught.value) or not token
    return str(caught.value)


def test_other_keys_bots_and_times_are_refused():
    token = issue_token(KEY, CALL, "english", 30, 1000.0)
    refused(token, key="x" * 40)
    refused(token, bot="kinyarwanda")
    refused(token, now=990.0)
    header, claims, signature = token.split(".")
    refused(f"{header}.{claims}.{signature[::-1]}")


@pytest.mark.parametrize("token", ["", "a.b.c", "nonsense", "é.é.é"])
def test_what_is_no_token_is_refused(token):
    refused(token)


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "iat", "exp"])
def test_every_claim_is_needed(missing):
    claims = {"iss": "sipforge-orchestrator", "aud": "bot-english", "sub": CALL, "iat": 1000, "exp": 1030}
    del claims[missing]
    refused(jwt.encode(claims, KEY, "HS256"))


def test_an_unsigned_token_is_refused():
    claims = {"iss": "sipforge-orchestrator", "aud": "bot-english", "sub": CALL, "iat": 1000, "exp": 1030}
    refused(jwt.encode(claims, "", "none"))
