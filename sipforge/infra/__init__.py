"""The host: one facility a file or folder, one library behind each. Imports core and text."""
