"""Stand-ins and drivers for trying the system out; nothing shipped imports them."""
