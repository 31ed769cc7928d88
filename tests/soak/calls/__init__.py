"""Many callers over an upstream that fails now and then: nothing may be lost, doubled or leaked."""
