"""Faces of the service that look like other shops' interfaces."""
