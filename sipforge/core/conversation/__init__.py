"""A conversation as rules: whose turn it is, what the assistant does next, the keypad, the history. Pure.

Doors: `turn_taking` (when a turn ends, barge-in) and `dialogue_policy` (what is said and done).
"""
