"""Chapter sock_methods: the loop's sock_*() coroutines on plain sockets."""
