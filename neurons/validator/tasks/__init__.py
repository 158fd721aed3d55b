"""Life of a task: handing out, judging, paying."""
