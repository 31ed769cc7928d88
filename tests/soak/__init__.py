"""What `make soak` runs, for as long as it is told: broken capability files, over and over."""
