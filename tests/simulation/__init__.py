"""A community of groups and members, simulated over weeks, and a plain model of what must happen there."""
