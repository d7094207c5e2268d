"""Rules without input or output: bytes, states, time as an argument. Imports numpy and nothing else.

Doors: `audiosocket` and `messages/` (what goes over the wire), `breaker`, `rate_limit`, and the folders.
"""
