"""The developer's portal: buildings, building tables, batches. One unit's pages are in `web.filing`."""
