"""A server of our own with the shapes of OpenAI's interface, for tests and measurements without OpenAI."""
