"""Random lives of small groups, through the whole engine, and a plain model of tallies, streaks, tiers and counters."""
