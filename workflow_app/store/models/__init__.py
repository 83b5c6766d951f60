"""Every table of the product: importing this package registers them all."""

from workflow_app.store.models import accounts, directory, documents, instances, messages, registers
from workflow_app.store.models.base import Base

__all__ = ["Base", "accounts", "directory", "documents", "instances", "messages", "registers"]
