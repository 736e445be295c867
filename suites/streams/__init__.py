"""Chapter streams: StreamReader and StreamWriter on the loop's transports."""
