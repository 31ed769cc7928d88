"""Turns an author's document into a plan: names become objects here, and nothing later looks any up."""
