"""The service that watches Asterisk's manager events: state, metrics, orphans. Its door is `__main__`."""
