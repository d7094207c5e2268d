"""What the office is (its users) and the Asterisk configuration that describes it, as pure text."""
