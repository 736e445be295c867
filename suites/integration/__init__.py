"""Chapter integration: asyncio's higher-level parts, at work on the loop."""
