"""Parts that several objects share: bodies, people, eyes, wheels, doors and roofs."""
