"""Tables of data lakes: which version of them is meant, and the files that say so."""
