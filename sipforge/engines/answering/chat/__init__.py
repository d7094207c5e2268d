"""The engine `ctranslate2`: a chat model on this host, held to the office's facts. The door is `dialogue`."""
