"""What authors write, as frozen types that know where each part was written."""
