"""What Asterisk's events and files say, as values: channels, telephones, orphans, refused logins. Pure."""
