"""Wav2Vec2-BERT through CTranslate2: letters as they sound. The door is `transcriber`."""
