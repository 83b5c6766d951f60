"""Workflow and document approval for municipal education departments."""
