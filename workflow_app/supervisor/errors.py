"""What may prevent the tree of processes from starting."""


class StartError(Exception):
    """The tree cannot start; the message is a Russian sentence for the operator."""


class AlreadyRunningError(StartError):
    """Another tree is working on the same data."""
