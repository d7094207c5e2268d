"""The administrator's tool `sipforge`: a file or folder for each command. Its door is `__main__`."""
