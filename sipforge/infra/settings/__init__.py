"""The settings file: `host` is its door and the whole of it, `assistants` one assistant's part."""
