"""The engine `pivot`: a dialogue in English with a translator between. The door is `dialogue`."""
