"""Whisper through CTranslate2: `transcriber` writes down anything, `phrases` picks one of the expected."""
