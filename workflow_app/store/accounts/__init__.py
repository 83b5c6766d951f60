"""Accounts, sessions and what an administrator changes."""
