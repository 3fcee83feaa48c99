"""Filing an application, page by page, in three portals with one set of views. Addresses: README.md."""
