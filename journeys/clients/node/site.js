// A site that signs people in with Okno by openid-client, driven by the tests: it
// reads what it is told as lines of JSON and says as lines of JSON where the
// browser has to go and what it got. The words are those of ../clients_test.go.
import { createInterface } from "node:readline";
import * as oidc from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const say = (words) => process.stdout.write(JSON.stringify(words) + "\n");

const told = await hear();
const key = await crypto.subtle.importKey("jwk", told.key, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const proof = oidc.PrivateKeyJwt({ key, kid: told.key.kid });
const config = await oidc.discovery(new URL(told.issuer), told.client, undefined, proof, { execute: [oidc.allowInsecureRequests] });
const options = told.dpop ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256")) } : undefined;

const verifier = oidc.randomPKCECodeVerifier();
const state = oidc.randomState();
const nonce = oidc.randomNonce();
const address = await oidc.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: told.redirect,
  scope: told.scope,
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
}, options);
say({ go: address.href });

const back = new URL((await hear()).back);
const tokens = await oidc.authorizationCodeGrant(config, back,
  { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }, undefined, options);
const claims = tokens.claims();
const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub, options);
const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
const infoAgain = await oidc.fetchUserInfo(config, fresh.access_token, claims.sub, options);
const before = await oidc.tokenIntrospection(config, fresh.access_token);
await oidc.tokenRevocation(config, fresh.refresh_token);
const after = await oidc.tokenIntrospection(config, fresh.access_token);
let refused = "";
await oidc.refreshTokenGrant(config, fresh.refresh_token, undefined, options).catch((e) => { refused = e.error ?? String(e); });
say({ claims, info, same: infoAgain.sub === info.sub, type: tokens.token_type, before: before.active, after: after.active, refused });

say({ go: oidc.buildEndSessionUrl(config, { id_token_hint: fresh.id_token ?? tokens.id_token, post_logout_redirect_uri: told.after, state }).href });
process.exit(0);
