"""What an assistant decides to say and do: `dialogue_policy` is the door. Pure."""
