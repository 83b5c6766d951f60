"""Who and what there is on a day: people, organisations, offices, the calendar."""
