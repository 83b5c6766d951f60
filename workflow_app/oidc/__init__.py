"""OpenID Connect: who somebody is by the word of another server (OpenID Connect Core 1.0)."""
