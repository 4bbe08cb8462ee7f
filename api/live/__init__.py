"""What a process keeps in memory of the store, and makes from it in the background."""
