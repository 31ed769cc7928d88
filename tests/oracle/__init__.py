"""A second reading of capability files, which knows nothing of the runtime's and predicts what is sent."""
