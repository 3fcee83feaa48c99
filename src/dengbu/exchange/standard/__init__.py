"""The tables of TD/T 1066 as a folder of CSV files: an existing register comes in, ours goes out the same way."""
