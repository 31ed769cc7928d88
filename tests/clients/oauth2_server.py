"""An authorization server and the API that takes its tokens, by Authlib; prints its port and serves."""

import os
import time
from dataclasses import dataclass

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback

SCOPE = "ships.read ships.write"


@dataclass
class Client(ClientMixin):
    client_id: str
    secret: str
    method: str

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        allowed = set(SCOPE.split())
        return " ".join(word for word in (scope or "").split() if word in allowed)

    def check_client_secret(self, client_secret):
        return bool(self.secret) and client_secret == self.secret

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.method

    def check_grant_type(self, grant_type):
        return grant_type in ("client_credentials", "refresh_token")


@dataclass
class Token(TokenMixin):
    client_id: str
    access: str
    refresh: str
    scope: str
    expires_in: int
    issued_at: float
    revoked: bool = False

    def check_client(self, client):
        return client.get_client_id() == self.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.expires_in

    def is_expired(self):
        return time.time() >= self.issued_at + self.expires_in

    def is_revoked(self):
        return self.revoked


CLIENTS = {
    client.client_id: client
    for client in (
        Client("by-header", "s3cret", "client_secret_basic"),
        Client("by-body", "s3:cr%t+ é&=", "client_secret_post"),
        Client("public", "", "none"),
    )
}
TOKENS = [Token("public", "", "r-0", SCOPE, 3600, time.time())]


def keep(token, asked):
    TOKENS.append(
        Token(
            asked.client.client_id,
            token["access_token"],
            token.get("refresh_token", ""),
            token.get("scope", ""),
            token["expires_in"],
            time.time(),
        )
    )


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class Refresh(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return next((each for each in TOKENS if each.refresh == refresh_token and not each.revoked), None)

    def authenticate_user(self, refresh_token):
        return "jo"

    def revoke_old_credential(self, refresh_token):
        refresh_token.revoked = True


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return next((each for each in TOKENS if each.access and each.access == token_string), None)


app = Flask(__name__)
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
server = AuthorizationServer(app, query_client=CLIENTS.get, save_token=keep)
server.register_grant(ClientCredentials)
server.register_grant(Refresh)
protect = ResourceProtector()
protect.register_token_validator(Validator())


@app.post("/oauth/token")
def token():
    return server.create_token_response()


@app.get("/ships")
@protect("ships.read")
def ships():
    return jsonify(ships=["Ada"], tokens=len([each for each in TOKENS if each.access]))


@app.post("/revoke")
def revoke():
    for each in TOKENS:
        if each.access:
            each.expires_in = 0
    return jsonify(request.get_json(silent=True))


if __name__ == "__main__":
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    print(serving.server_port, flush=True)
    serving.serve_forever()
