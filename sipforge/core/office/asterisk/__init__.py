"""The office as Asterisk's files, as text: the same office always gives the same bytes. `files` is the
door."""
