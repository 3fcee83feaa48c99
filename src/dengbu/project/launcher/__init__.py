"""What `dengbu up` is made of: the embedded PostgreSQL, its three roles, the data folder and the processes."""
