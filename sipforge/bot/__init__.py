"""The service that is one assistant: hears, understands, answers, speaks. Its door is `__main__`.

`build` makes its parts from the settings, `service` takes calls, `call/` is one call.
"""
