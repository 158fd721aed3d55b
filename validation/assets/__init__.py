"""Reading, checking and rendering what miners submit. Untrusted bytes: runs in a process of its own."""
