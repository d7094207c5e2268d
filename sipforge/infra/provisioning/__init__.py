"""What waits for telephones to fetch it: offers, sealed; the host's desk telephones; QR codes."""
