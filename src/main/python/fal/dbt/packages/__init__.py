"""The old fal's place for its parts."""
