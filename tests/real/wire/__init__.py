"""What wire.py consists of: see there."""
