"""Sound as samples: rates, loudness, cutting, and playout in 20 ms frames. Imports numpy only."""
