"""A call with an assistant, without a clock or a socket: facts come in, commands come out.

Door: `machine.Machine` (with `facts`, `commands` and the `states`); it is made of `listening` (turns, by
`endpointing` and `barge_in`), `speaking` (by `replies` and `speech`) and the `dialogue_policy`.
"""
