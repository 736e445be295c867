"""Floor three: the methods of the loop, one module for each heading of the manual.

create_connection(), create_server(), create_datagram_endpoint() and start_tls() are longer
than 40 lines for their parameters alone, of which the manual gives them up to seventeen.
"""
