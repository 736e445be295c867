"""Chapter transports: reading, writing, closing and flow control of stream transports."""
