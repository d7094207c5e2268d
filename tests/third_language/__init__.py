"""A language that SipForge does not come with, for tests: Italian, as somebody would add it who needs it.

Its folder `italian` goes under sipforge/text; beside it its phrases, its knowledge, and an inventory entry
(molecule/default/host_vars). `stage` makes the checkout that is deployed with it.
"""
