"""What orchestrator and bot say to each other besides audio, JSON: `hello` first, then `events`. Pure."""
