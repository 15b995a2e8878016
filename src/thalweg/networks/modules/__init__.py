"""The modules that networks are built of. Only they need torch: a network's settings import theirs when it is built."""
