"""Cases as rows: definitions, history, ballots, deadlines."""
