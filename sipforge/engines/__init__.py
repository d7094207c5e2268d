"""What hears, answers and speaks: one model library or service a file, behind the Protocols of `protocols`.

The door is `registry`: an engine is a file with `make` and one entry there. Imports text, core and infra.
"""
