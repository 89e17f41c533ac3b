"""A site that signs people in with Okno by Authlib, driven by the tests: it reads
what it is told as lines of JSON and says as lines of JSON where the browser has to
go and what it got. The words are those of ../../clients_test.go."""

import json
import secrets
import sys

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url


def hear():
    return json.loads(sys.stdin.readline())


def say(**words):
    print(json.dumps(words), flush=True)


told = hear()
found = requests.get(get_well_known_url(told["issuer"], external=True), timeout=10).json()
assert found["issuer"] == told["issuer"], found["issuer"]
provider = OpenIDProviderMetadata(found)

if told.get("secret"):
    site = OAuth2Session(told["client"], told["secret"], scope=told["scope"], redirect_uri=told["redirect"],
                         token_endpoint_auth_method="client_secret_basic", revocation_endpoint_auth_method="client_secret_basic")
    method = "client_secret_basic"
else:
    method = PrivateKeyJWT(token_endpoint=told["issuer"], alg="ES256", headers={"kid": told["key"]["kid"]})
    site = OAuth2Session(told["client"], JsonWebKey.import_key(told["key"]), scope=told["scope"], redirect_uri=told["redirect"],
                         token_endpoint_auth_method=method, revocation_endpoint_auth_method=method)

verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
if told.get("pushed"):
    state = secrets.token_urlsafe(16)
    pushed = requests.post(provider["pushed_authorization_request_endpoint"], timeout=10, auth=site.client_auth(method), data={
        "response_type": "code", "client_id": told["client"], "redirect_uri": told["redirect"], "scope": told["scope"], "state": state, "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"})
    assert pushed.status_code == 201, pushed.text
    address = requests.Request("GET", provider["authorization_endpoint"],
                               params={"client_id": told["client"], "request_uri": pushed.json()["request_uri"]}).prepare().url
else:
    site.code_challenge_method = "S256"
    address, state = site.create_authorization_url(provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
say(go=address)

tokens = site.fetch_token(provider["token_endpoint"], authorization_response=hear()["back"], state=state, code_verifier=verifier)
keys = JsonWebKey.import_key_set(requests.get(provider["jwks_uri"], timeout=10).json())
claims = jwt.decode(tokens["id_token"], keys, claims_cls=CodeIDToken, claims_params={"nonce": nonce, "client_id": told["client"]},
                    claims_options={"iss": {"essential": True, "value": told["issuer"]}, "aud": {"essential": True, "value": told["client"]}})
claims.validate(leeway=10)
info = site.get(provider["userinfo_endpoint"]).json()
fresh = site.refresh_token(provider["token_endpoint"])
again = site.get(provider["userinfo_endpoint"]).json()
ask = {"token_type_hint": "access_token"}
before = site.introspect_token(provider["introspection_endpoint"], token=fresh["access_token"], **ask).json()
site.revoke_token(provider["revocation_endpoint"], token=fresh["refresh_token"], token_type_hint="refresh_token").raise_for_status()
after = site.introspect_token(provider["introspection_endpoint"], token=fresh["access_token"], **ask).json()
refused = ""
try:
    site.refresh_token(provider["token_endpoint"], refresh_token=fresh["refresh_token"])
except OAuthError as no:
    refused = no.error
say(claims=dict(claims), info=info, same=again["sub"] == info["sub"], type=tokens["token_type"], before=before["active"], after=after["active"], refused=refused)

say(go=requests.Request("GET", provider["end_session_endpoint"], params={
    "id_token_hint": fresh.get("id_token") or tokens["id_token"], "post_logout_redirect_uri": told["after"], "state": state}).prepare().url)
