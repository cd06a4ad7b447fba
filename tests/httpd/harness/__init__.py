"""The harness of tests/httpd: starts real httpds and talks to them. See README.md."""
