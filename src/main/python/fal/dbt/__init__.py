"""Names by which projects made for the old fal import what this one has."""
