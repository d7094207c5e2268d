"""Asterisk from outside: manager interface, FastAGI, call records, and the users' files."""
