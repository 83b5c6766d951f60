"""A document has its PDF beside it."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('document') as batch_op:
        batch_op.add_column(sa.Column('pdf_asked_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('pdf_sha256', sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            'fk_document_pdf_sha256_stored_file', 'stored_file', ['pdf_sha256'], ['sha256']
        )


def downgrade() -> None:
    with op.batch_alter_table('document') as batch_op:
        batch_op.drop_constraint('fk_document_pdf_sha256_stored_file', type_='foreignkey')
        batch_op.drop_column('pdf_sha256')
        batch_op.drop_column('pdf_asked_at')
