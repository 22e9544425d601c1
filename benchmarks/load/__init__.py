"""Many people at one server: a client without a browser, and what is measured with it."""
