"""Types of credentials: their names, their JSON Schemas and their SD-JWT VC type metadata."""
