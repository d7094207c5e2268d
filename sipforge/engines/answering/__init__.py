"""From what was said to a reply: the dialogue engines, and the office's knowledge that they answer from."""
