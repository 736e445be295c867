"""Chapter sendfile: sendfile() over transports, sock_sendfile() over sockets."""
