"""Bearer tokens with which the orchestrator proves to a bot that a call is its own (JWT, HS256). Owns: PyJWT.

Claims: iss "sipforge-orchestrator", aud "bot-<name>", sub the call's UUID, iat, exp. The key is the
credential `jwt-key`. Time is an argument, in seconds since the epoch.
"""

from __future__ import annotations

from typing import Any, Final

import jwt

ISSUER: Final = "sipforge-orchestrator"
ALGORITHM: Final = "HS256"
SKEW_SECONDS: Final = 5
"""How far in the future a token may have been issued: both services share a clock, but it may be stepped."""


class TokenError(Exception):
    """A token is not valid for this bot at this time; the message says why and never holds the token."""


def issue_token(key: str, call: str, bot: str, seconds: int, now: float) -> str:
    """A token that lets the call `call` in at the bot `bot` for `seconds` from `now`."""
    claims = {
        "iss": ISSUER,
        "aud": f"bot-{bot}",
        "sub": call,
        "iat": int(now),
        "exp": int(now) + seconds,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def verify_token(key: str, token: str, bot: str, now: float) -> str:
    """The call id a token was issued for.

    Raises:
        TokenError: forged, malformed, expired, from the future, or meant for another bot.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=f"bot-{bot}",
            issuer=ISSUER,
            # Both times are compared below, against `now` instead of PyJWT's own clock.
            options={
                "require": ["iss", "aud", "sub", "iat", "exp"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError as error:
        raise TokenError(f"token refused: {error}") from error
    issued, expires, call = claims["iat"], claims["exp"], claims["sub"]
    if not isinstance(issued, int) or not isinstance(expires, int) or not isinstance(call, str):
        raise TokenError("token refused: a claim has the wrong type")
    if now >= expires:
        raise TokenError("token refused: expired")
    if issued > now + SKEW_SECONDS:
        raise TokenError("token refused: issued in the future")
    return call
