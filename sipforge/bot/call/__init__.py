"""One call of a bot, from hello to end: `conversation` joins listener, turns, policy and speaker."""
