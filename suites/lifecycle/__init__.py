"""Chapter lifecycle: running, stopping and closing a loop, and asyncio's own ways to run one."""
