"""The benchmarks, a file each: a docstring that says what is measured, and `measure() -> Result`."""
