"""Chapter datagrams: create_datagram_endpoint(), its transports and protocols."""
