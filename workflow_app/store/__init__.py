"""SQL storage: models, unit of work, outbox, queries, migrations."""
