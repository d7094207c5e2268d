"""SipForge: the program of an office telephone server with voice assistants.

Floors, each importing only from those below: orchestrator, bot, monitor, cli (services; they never import
each other) on engines and infra, on core and text. Only a service's `__main__` builds concrete objects.
"""
