"""Accounts: sign-in, passwords, second factors, access changes."""
