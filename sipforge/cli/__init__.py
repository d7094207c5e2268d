"""The administrator's tool `sipforge`: a file or folder for each command. Its door is `__main__`.

What is imported inside functions costs up to 0.3 s, which `sipforge --help` need not wait for.
"""
