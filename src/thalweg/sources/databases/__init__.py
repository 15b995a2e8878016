"""Tables of databases, as Arrow batches."""
