"""The kinds of steps a flow is made of."""
