"""What browsers are served: the console's files, and sessions to use the interface with."""
