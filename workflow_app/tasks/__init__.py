"""Celery: three-line tasks that call services; SQL is the truth, the broker carries ids."""
