"""Chapter debug: debug mode: slow callbacks, calls from the wrong thread, origins of coroutines."""
