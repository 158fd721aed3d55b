"""Reading, checking and rendering what miners submit. Untrusted bytes: runs in a separate process."""
