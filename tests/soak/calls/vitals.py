"""What a process takes: memory and descriptors."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Vitals:
    """A look at a process."""

    rss_mb: float
    descriptors: int

    @classmethod
    def of(cls, pid: int) -> "Vitals":
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        rss_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return cls(rss_kb / 1024, len(list(Path(f"/proc/{pid}/fd").iterdir())))
