"""What operators need: backups, health, invariants, import."""
