"""One process tree on one machine: broker, migrations, web, relay, worker, beat.

spec = ChildSpec("web", [sys.executable, "-m", "workflow_app.cli", "web"])
sys.exit(Supervisor(load_settings(), [spec], migrate=upgrade_schema).run())
"""

from workflow_app.supervisor.broker import Broker, find_broker
from workflow_app.supervisor.child import ChildSpec
from workflow_app.supervisor.errors import AlreadyRunningError, StartError
from workflow_app.supervisor.tree import (
    EXIT_ALREADY_RUNNING,
    EXIT_CANNOT_START,
    EXIT_STOPPED,
    Supervisor,
)

__all__ = [
    "EXIT_ALREADY_RUNNING",
    "EXIT_CANNOT_START",
    "EXIT_STOPPED",
    "AlreadyRunningError",
    "Broker",
    "ChildSpec",
    "StartError",
    "Supervisor",
    "find_broker",
]
