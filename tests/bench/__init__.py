"""The benchmark: real phones against a deployed appliance, from recordings, one report. See `make bench`."""
