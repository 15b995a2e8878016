"""Two tables brought together by links that were found between their rows."""
