"""The bank's portal: its queues, and the discharge of its own mortgages. Filing itself is in `web.filing`."""
