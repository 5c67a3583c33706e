"""Folkmoot: a self-hosted assistant for a community that meets on Lemmy and in Matrix rooms."""
