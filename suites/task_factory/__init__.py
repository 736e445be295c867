"""Chapter task_factory: who makes the tasks, and with which arguments."""
