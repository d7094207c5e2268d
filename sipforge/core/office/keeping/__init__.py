"""The office as it is kept: its users, what the inventory declares, what was added on the host; and what a
wanted change comes to."""
