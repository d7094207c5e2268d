"""What systemd gives and wants: credentials, readiness and watchdog, and units through systemctl."""
