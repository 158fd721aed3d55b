"""What several objects share: bodies, people, eyes, walls and roofs."""
