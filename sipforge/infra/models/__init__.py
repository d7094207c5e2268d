"""Speech models on a host: `manifest` (what there is), `store` (installing), `hub` (fetching), `choices`.

`manifest`, `store` and `download` run on hosts without SipForge, too: no imports but the standard library.
"""
