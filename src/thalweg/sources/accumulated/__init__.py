"""Sources that grow: what is new is read and added to what is stored; a journal says what belongs to it."""
