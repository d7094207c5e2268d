"""`sipforge user qr` and `sipforge user phone`. The door is `commands`."""
