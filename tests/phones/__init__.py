"""Real SIP phones (baresip processes) that speak, listen and record: for the demo and the call tests."""
