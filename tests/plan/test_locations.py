"""Locations of binds as paths."""

from pathlib import Path, PurePath

import pytest

from naftiko_runtime.plan.locations import file_path, scheme_of, seen_from


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("file:///run/secrets.yaml", "/run/secrets.yaml"),
        ("file:/run/secrets.yaml", "/run/secrets.yaml"),
        ("file://localhost/run/secrets.yaml", "/run/secrets.yaml"),
        ("FILE:///run/secrets.yaml", "/run/secrets.yaml"),
        ("file:///./shared/secrets.yaml", "shared/secrets.yaml"),
        ("file:///../secrets.yaml", "../secrets.yaml"),
        ("file://./secrets.yaml", "secrets.yaml"),
        ("file://../secrets.yaml", "../secrets.yaml"),
        ("file://shared/secrets.yaml", "shared/secrets.yaml"),
        ("file:secrets.yaml", "secrets.yaml"),
        ("file:./secrets.yaml", "secrets.yaml"),
        ("file:localhost/secrets.yaml", "localhost/secrets.yaml"),
        ("file:///.env", "/.env"),
        ("file:.env", ".env"),
        ("file:my%20secrets.yaml", "my secrets.yaml"),
        ("file:", "."),
    ],
)
def test_a_file_may_be_written_in_many_ways(location: str, path: str) -> None:
    assert file_path(location) == Path(path)


@pytest.mark.parametrize(
    ("location", "scheme"),
    [
        ("vault://secret/shop", "vault"),
        ("k8s-secret://a/b", "k8s-secret"),
        ("files:x", "files"),
        ("./secrets.yaml", ""),
        ("", ""),
    ],
)
def test_any_other_location_is_no_file(location: str, scheme: str) -> None:
    assert file_path(location) is None
    assert scheme_of(location) == scheme


@pytest.mark.parametrize(
    ("location", "away", "seen"),
    [
        ("file:///./a b.yaml", "shared", "file:shared/a%20b.yaml"),
        ("file:./x.yaml", "../50%", "file:../50%25/x.yaml"),
        ("file:///./x.yaml", ".", "file:///./x.yaml"),
        ("file:///run/x.yaml", "shared", "file:///run/x.yaml"),
        ("vault://x", "shared", "vault://x"),
    ],
)
def test_a_relative_file_is_written_anew_for_another_folder(location: str, away: str, seen: str) -> None:
    assert seen_from(location, PurePath(away)) == seen
