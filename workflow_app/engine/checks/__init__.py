"""What the verifier looks for, one kind of mistake a file."""
