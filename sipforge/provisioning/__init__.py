"""The service from which telephones fetch how to register, over HTTPS. Its door is `__main__`."""
