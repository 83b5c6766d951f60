"""A registered paper is found by the hash of its text."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    numbered = sa.text("number <> ''")
    op.create_index(
        'ix_instance_text', 'instance', ['text_hash'],
        postgresql_where=numbered, sqlite_where=numbered,
    )


def downgrade() -> None:
    op.drop_index('ix_instance_text', table_name='instance')
