"""Who is let in, how much, and for how long."""
