"""From sound to words: voice activity and speech to text. Doors: `make` in each engine's file."""
