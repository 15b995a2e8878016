"""The page of a report: a file for each section, from the report's numbers to HTML."""
