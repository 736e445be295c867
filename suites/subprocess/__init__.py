"""Chapter subprocess: child processes, their transports, protocols and pipes."""
