"""Apache httpd on loopback: it asks for credentials in its own ways, and keeps what it is given (WebDAV)."""

import os
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import md5, sha1
from pathlib import Path

import pytest

from certifying import Authority
from daemon import daemon, free_ports

MODULES = Path("/usr/lib/apache2/modules")
USER, PASSWORD, REALM = "jo", 'pa:ss "wörd"', "ships"
LOADED = (
    *("mpm_event", "authn_core", "authz_core", "authn_file", "authz_user", "auth_basic", "auth_digest"),
    *("socache_shmcb", "ssl", "dav", "dav_fs", "dir"),
)

CONFIGURATION = """\
ServerRoot "{root}"
ServerName 127.0.0.1
PidFile "{root}/httpd.pid"
ErrorLog "{root}/error.log"
DefaultRuntimeDir "{root}"
Mutex "file:{root}"
{modules}
{user}
Listen 127.0.0.1:{port}
Listen 127.0.0.1:{tls_port}
DocumentRoot "{root}/www"
DavLockDB "{root}/dav.lock"
<Directory "{root}/www">
  Dav On
  Require all granted
</Directory>
<Location "/basic">
  AuthType Basic
  AuthName "{realm}"
  AuthBasicProvider file
  AuthUserFile "{root}/basic"
  Require valid-user
</Location>
<Location "/digest">
  AuthType Digest
  AuthName "{realm}"
  AuthDigestProvider file
  AuthUserFile "{root}/digest"
  Require valid-user
</Location>
<VirtualHost 127.0.0.1:{tls_port}>
  SSLEngine on
  SSLCertificateFile "{root}/server.pem"
  SSLCACertificateFile "{root}/ca.pem"
  SSLVerifyClient require
</VirtualHost>
"""


@dataclass(frozen=True)
class Apache:
    """A server that runs: where plain HTTP is, where TLS is, and the folder of what it serves."""

    url: str
    tls_url: str
    folder: Path


def program() -> str:
    found = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None or not (MODULES / "mod_auth_digest.so").exists():
        pytest.skip("no Apache httpd: run make test-all")
    return found


def prepare(root: Path, authority: Authority) -> Apache:
    """Write what Apache reads into a folder that its user can enter."""
    port, tls_port = free_ports()
    www = root / "www"
    for folder in (www, www / "basic", www / "digest", www / "tls"):
        folder.mkdir()
        folder.chmod(0o777)
        if folder != www:
            (folder / "ship.json").write_text('{"name": "Ada"}', encoding="utf-8")
    root.chmod(0o777)
    pair = authority.issue("server")
    (root / "server.pem").write_text(pair.certificate + pair.key, encoding="utf-8")
    (root / "ca.pem").write_text(authority.pair.certificate, encoding="utf-8")
    secret = md5(f"{USER}:{REALM}:{PASSWORD}".encode(), usedforsecurity=False).hexdigest()
    (root / "digest").write_text(f"{USER}:{REALM}:{secret}\n", encoding="utf-8")
    (root / "basic").write_text(f"{USER}:{_hashed(PASSWORD)}\n", encoding="utf-8")
    modules = "\n".join(f'LoadModule {name}_module "{MODULES}/mod_{name}.so"' for name in LOADED)
    user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
    values = {"root": root, "modules": modules, "user": user, "port": port, "tls_port": tls_port}
    (root / "httpd.conf").write_text(CONFIGURATION.format(realm=REALM, **values), encoding="utf-8")
    return Apache(f"http://127.0.0.1:{port}", f"https://127.0.0.1:{tls_port}", www)


@asynccontextmanager
async def run(apache: Apache) -> AsyncIterator[None]:
    """Run it until the context ends."""
    root = apache.folder.parent
    command = (program(), "-f", str(root / "httpd.conf"), "-DFOREGROUND")
    port = int(apache.url.rpartition(":")[2])
    async with daemon(*command, port=port, log=root / "error.log"):
        yield


def _hashed(password: str) -> str:
    """Hash as Apache's oldest own form does, which needs no library."""
    return "{SHA}" + b64encode(sha1(password.encode(), usedforsecurity=False).digest()).decode()
