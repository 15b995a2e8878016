"""Files of lines, such as CSV: made plain, surveyed, sampled, read, and what could not be read told."""
