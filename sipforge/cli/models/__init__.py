"""`sipforge models`: `commands` is its door; fetch, convert and use have files of their own."""
