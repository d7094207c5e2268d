"""Asterisk's manager interface: a client for a service, one for a command, and what both stand on."""
