"""One's own cases, visits, payments, properties and messages, in three portals with one set of views."""
