"""What each step of the tutorial answers, made by hand from its mappings and the documents' examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A tool with its arguments, or a route with its body; what it answers, and what that calls."""

    what: str
    given: Mapping[str, Any]
    answer: Any
    calls: tuple[str, ...] = ()


NORTHERN_STAR = {
    "imo": "IMO-9321483",
    "name": "Northern Star",
    "type": "cargo",
    "flag": "NO",
    "status": "active",
}
PACIFIC_DAWN = {
    "imo": "IMO-9456781",
    "name": "Pacific Dawn",
    "type": "tanker",
    "flag": "SG",
    "status": "maintenance",
}
SPECS = {"specs": {"yearBuilt": 2015, "tonnage": 42000, "length": 229}}
OLD_FAITHFUL = {
    "vesselCode": "LEGACY-4012",
    "name": "Old Faithful",
    "type": "cargo",
    "flag": "GB",
    "status": "active",
}
IRON_MAIDEN = {
    "vesselCode": "LEGACY-2087",
    "name": "Iron Maiden",
    "type": "bulk_carrier",
    "flag": "PA",
    "status": "laid_up",
}
PLANNED = {
    "shipImo": "IMO-9321483",
    "departurePort": "Oslo",
    "arrivalPort": 'Port "Süd"\n',  # what would break a body that is pasted together
    "departureDate": "2026-04-10T08:00:00Z",
    "arrivalDate": "2026-05-02T14:00:00Z",
    "crewIds": ["CREW-001", "CREW-003"],
    "cargoIds": ["CARGO-2024-0451"],
}
VOYAGE = {
    "voyageId": "VOY-2026-042",
    "shipImo": "IMO-9321483",
    "route": {"from": "Oslo", "to": 'Port "Süd"\n'},
    "dates": {"departure": "2026-04-10T08:00:00Z", "arrival": "2026-05-02T14:00:00Z"},
    "crewIds": ["CREW-001", "CREW-003"],
    "cargoIds": ["CARGO-2024-0451"],
    "status": "planned",
}
CREW = [
    {"fullName": "Erik Lindström", "role": "captain"},
    {"fullName": "Aiko Tanaka", "role": "cook"},
]
CARGO = [{"type": "container", "description": "Electronics components", "weight": 12.5, "hazardous": False}]
WITH_CREW = {**NORTHERN_STAR, "yearBuilt": 2015, "tonnage": 42000, "length": 229, "crew": CREW}
MANIFEST = {
    "voyageId": "VOY-2026-042",
    "status": "planned",
    "route": {"from": "Oslo", "to": "Singapore"},
    "ship": {"name": "Northern Star", "type": "cargo", "flag": "NO"},
    "crew": CREW,
    "cargo": CARGO,
}
FLAT_MANIFEST = {
    "voyageId": "VOY-2026-042",
    "status": "planned",
    "departurePort": "Oslo",
    "arrivalPort": "Singapore",
    "shipName": "Northern Star",
    "shipType": "cargo",
    "shipFlag": "NO",
    "crew": CREW,
    "cargo": CARGO,
}
IMO = {"imo": "IMO-9321483"}

LIST = Asked("list-ships", {}, [NORTHERN_STAR, PACIFIC_DAWN], ("GET /ships",))
ACTIVE = Asked("list-ships", {"status": "active"}, [NORTHERN_STAR], ("GET /ships?status=active",))
SHIP = Asked("get-ship", IMO, NORTHERN_STAR, ("GET /ships/IMO-9321483",))
SHAPED = Asked("get-ship", IMO, {**NORTHERN_STAR, **SPECS}, ("GET /ships/IMO-9321483",))
LEGACY = Asked("list-legacy-vessels", {}, [OLD_FAITHFUL, IRON_MAIDEN], ("GET /vessels",))
LAID_UP = Asked("list-legacy-vessels", {"status": "laid_up"}, [IRON_MAIDEN], ("GET /vessels?status=laid_up",))
CREATE = Asked("create-voyage", PLANNED, VOYAGE, ("POST /voyages",))
CREWED = Asked("get-ship-with-crew", IMO, WITH_CREW, ("GET /ships/IMO-9321483", "GET /crew"))
FLEET = Asked(
    "get-voyage-manifest",
    {"voyageId": "VOY-2026-042"},
    MANIFEST,
    ("GET /voyages/VOY-2026-042", "GET /ships", "GET /crew", "GET /cargo"),
)

SEVERAL = (LIST, ACTIVE, SHAPED, LEGACY, LAID_UP)
TOOLS: Mapping[int, tuple[Asked, ...]] = {
    1: (Asked("get-ship", {"imo_number": "IMO-1"}, {**NORTHERN_STAR, "imo": "IMO-1"}),),
    2: (LIST, ACTIVE, SHIP),
    3: (LIST, ACTIVE, SHIP),
    4: (LIST, ACTIVE, SHAPED),
    5: SEVERAL,
    6: (*SEVERAL, CREATE),
    7: (*SEVERAL, CREATE, CREWED),
    8: (*SEVERAL, CREATE, CREWED),
    9: (*SEVERAL, CREATE, CREWED),
    10: (*SEVERAL, CREATE, CREWED),
    11: (*SEVERAL, CREATE, CREWED, FLEET),
}

ROUTES_OF_7 = (
    Asked("GET /ships?status=active", {}, [NORTHERN_STAR], ("GET /ships?status=active",)),
    Asked("GET /ships/IMO-9321483", {}, {**NORTHERN_STAR, **SPECS}, ("GET /ships/IMO-9321483",)),
    Asked("GET /ships/IMO-9321483/crew", {}, WITH_CREW, ("GET /ships/IMO-9321483", "GET /crew")),
    Asked("GET /legacy/vessels", {}, [OLD_FAITHFUL, IRON_MAIDEN], ("GET /vessels",)),
    Asked("GET /legacy/vessels?status=laid_up", {}, [IRON_MAIDEN], ("GET /vessels?status=laid_up",)),
    Asked("POST /voyages", PLANNED, VOYAGE, ("POST /voyages",)),
)
ROUTES: Mapping[int, tuple[Asked, ...]] = {
    7: ROUTES_OF_7,
    10: ROUTES_OF_7,
    11: (*ROUTES_OF_7, Asked("GET /voyages/VOY-2026-042/manifest", {}, FLAT_MANIFEST, FLEET.calls)),
}
