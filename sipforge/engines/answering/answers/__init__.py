"""The engine `answers`: the office's own written answers, found by matching. The door is `dialogue`.

A question goes through `clauses`, `terms` (with `healing`), `matching`, `plan`; `heard` knows what was said.
"""
