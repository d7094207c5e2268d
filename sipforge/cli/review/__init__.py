"""`sipforge review`: a native speaker judges what an assistant says. `command` is its door."""
