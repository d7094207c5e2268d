"""The service that routes calls, owns their sessions, relays and paces audio. Its door is `__main__`."""
