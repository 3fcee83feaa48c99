"""Pages for those who go out: on a phone, at the place."""
