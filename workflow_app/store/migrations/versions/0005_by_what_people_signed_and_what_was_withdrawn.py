"""By what people signed, and which papers were withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    with op.batch_alter_table('vote', schema=None) as batch_op:
        batch_op.add_column(sa.Column('signature_kind', sa.String(length=20), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('evidence_upload_id', ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_vote_evidence_upload_id_upload'), 'upload', ['evidence_upload_id'], ['id'])
    with op.batch_alter_table('vote', schema=None) as batch_op:
        batch_op.alter_column('signature_kind', server_default=None, existing_type=sa.String(length=20))
    for name in ('document', 'data_version'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('history_seq', ID, nullable=False, server_default='0'))
            batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.alter_column('history_seq', server_default=None, existing_type=ID)


def downgrade() -> None:
    for name in ('data_version', 'document'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_column('withdrawn_at')
            batch_op.drop_column('history_seq')
    with op.batch_alter_table('vote', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_vote_evidence_upload_id_upload'), type_='foreignkey')
        batch_op.drop_column('evidence_upload_id')
        batch_op.drop_column('signature_kind')
