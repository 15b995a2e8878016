"""Measured claims: each figure in a file of `figures/`, its rivals in environments of their own."""
