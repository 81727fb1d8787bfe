"""Years of groups, through the whole engine, and their figures worked out anew from all that happened."""
