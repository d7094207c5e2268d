"""Text, without input or output: a folder for each language, and beside them what all languages share.

The door is `language.load_language`; a language's own door is `LANGUAGE` in its `__init__`. Imports nothing.
"""
