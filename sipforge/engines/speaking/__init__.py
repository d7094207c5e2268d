"""From words to sound: one voice engine a file. Doors: `make` in each file."""
