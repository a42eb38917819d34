// openid-client, a certified client that we did not write, drives the whole server: what it accepts is by the book.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as client from 'openid-client';
import { Browser, formsOf } from './browser.mjs';
import { startServer } from './server.mjs';

const redirectUri = 'http://localhost:5999/callback';
const signedOutUri = 'http://localhost:5999/signed-out';
// With everything in it that RFC 6749 §2.3.1 has form-encoded.
const secret = 'odd:secret+with & 100% of /the=difficult ones';
const web = '0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4b01';
const poster = '0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4b02';
const spa = '0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4b03';
const signer = '0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4b04';
const user = { email: 'ada@example.com', password: 'correct horse battery staple', firstName: 'Ada', lastName: 'Lovelace' };
const scope = 'openid profile email offline_access';

const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
let server;

before(async () => {
  const publicKey = { ...await crypto.subtle.exportKey('jwk', keys.publicKey), kid: 'signer-1', use: 'sig', alg: 'ES256' };
  server = await startServer({
    variables: { password: user.password },
    apiKeys: [{ key: 'a-key-for-the-tests-of-openid-client-0123456789', description: 'tests' }],
    requests: [
      application(web, 'Web', { clientSecret: secret }, { token_endpoint_auth_method: 'client_secret_basic' }),
      application(poster, 'Poster', { clientSecret: secret },
        { token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }),
      application(spa, 'Single page', {}, { token_endpoint_auth_method: 'none' }),
      application(signer, 'Signer', {}, { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } }),
      {
        method: 'POST',
        url: '/api/user/registration',
        body: { user: { ...user, password: '#{password}' }, registration: { applicationId: web }, skipVerification: true },
      },
    ],
  });
});

after(() => server?.stop());

function application(id, name, oauthConfiguration, clientMetadata) {
  // A public client has no credentials of its own to ask with (RFC 6749 §4.4).
  const enabledGrants = ['authorization_code', 'refresh_token'];
  if (clientMetadata.token_endpoint_auth_method !== 'none') enabledGrants.push('client_credentials');
  return {
    method: 'POST',
    url: `/api/application/${id}`,
    body: {
      application: {
        name,
        oauthConfiguration: { authorizedRedirectURLs: [redirectUri], enabledGrants, ...oauthConfiguration },
        clientMetadata: { post_logout_redirect_uris: [signedOutUri], ...clientMetadata },
      },
    },
  };
}

async function discover(clientId, authentication, metadata = {}) {
  const config = await client.discovery(new URL(server.issuer), clientId, metadata, authentication,
    { execute: [client.allowInsecureRequests] });
  // Verifies the signature of every ID token as well, although the connection to the token endpoint would vouch for it.
  client.enableNonRepudiationChecks(config);
  return config;
}

const discoverWeb = () => discover(web, client.ClientSecretBasic(secret));

/** Starts a login: the address to open, and what must come back. */
async function startLogin(config, parameters = {}) {
  const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { url, checks };
}

async function fillLoginForm(browser, url) {
  const page = await browser.open(url, redirectUri);
  assert.equal(page.status, 200, page.html);
  return await browser.submit(page, { loginId: user.email, password: user.password }, redirectUri);
}

/** A whole login up to the tokens, which openid-client has validated then. */
async function login(config, browser = new Browser()) {
  const { url, checks } = await startLogin(config);
  const answer = await fillLoginForm(browser, url);
  return await client.authorizationCodeGrant(config, answer.url, checks);
}

async function refusal(promise) {
  const error = await promise.then(() => undefined, reason => reason);
  assert.ok(error, 'it was expected to be refused');
  return error.error;
}

test('The discovery document names every endpoint', async () => {
  const metadata = (await discoverWeb()).serverMetadata();
  assert.equal(metadata.issuer, server.issuer);
  assert.ok(metadata.supportsPKCE());
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  for (const name of ['authorization', 'token', 'userinfo', 'introspection', 'revocation', 'end_session'])
    assert.ok(metadata[`${name}_endpoint`]?.startsWith(`${server.issuer}/`), `${name}_endpoint`);
  assert.ok(metadata.jwks_uri.startsWith(`${server.issuer}/`));
});

test('A confidential client signs a user in with a code and PKCE', async () => {
  const tokens = await login(await discoverWeb());
  const claims = tokens.claims();
  assert.equal(claims.iss, server.issuer);
  assert.equal(claims.aud, web);
  assert.ok(claims.at_hash);
  assert.ok(claims.auth_time <= claims.iat);
  assert.equal(tokens.token_type, 'bearer');
  assert.ok(tokens.expiresIn() > 0);
  assert.ok(tokens.refresh_token);
});

test('A public client signs a user in with PKCE alone', async () => {
  const tokens = await login(await discover(spa, client.None()));
  assert.equal(tokens.claims().aud, spa);
});

test('A client that asks for it gets its ID token signed with ES256', async () => {
  const tokens = await login(await discover(poster, client.ClientSecretPost(secret), { id_token_signed_response_alg: 'ES256' }));
  assert.equal(JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url')).alg, 'ES256');
});

test('A client signs its assertion with a private key', async () => {
  const config = await discover(signer, client.PrivateKeyJwt({ key: keys.privateKey, kid: 'signer-1' }));
  assert.equal((await login(config)).claims().aud, signer);
});

test('An answer can come as a form', async () => {
  const config = await discoverWeb();
  const { url, checks } = await startLogin(config, { response_mode: 'form_post' });
  const page = await fillLoginForm(new Browser(), url);
  const form = formsOf(page.html).find(each => each.action === redirectUri);
  assert.ok(form, page.html);
  const answer = new Request(redirectUri, { method: 'POST', body: new URLSearchParams(form.fields) });
  const tokens = await client.authorizationCodeGrant(config, answer, checks);
  assert.equal(tokens.claims().aud, web);
});

test('A second login in the same browser asks nothing', async () => {
  const config = await discoverWeb();
  const browser = new Browser();
  const first = await login(config, browser);
  const { url, checks } = await startLogin(config, { prompt: 'none' });
  const answer = await browser.open(url, redirectUri);
  const tokens = await client.authorizationCodeGrant(config, answer.url, checks);
  assert.equal(tokens.claims().sub, first.claims().sub);
});

test('A silent login without a session answers login_required', async () => {
  const config = await discoverWeb();
  const { url, checks } = await startLogin(config, { prompt: 'none' });
  const answer = await new Browser().open(url, redirectUri);
  assert.equal(await refusal(client.authorizationCodeGrant(config, answer.url, checks)), 'login_required');
});

test('A code is worth nothing without its verifier', async () => {
  const config = await discoverWeb();
  const { url, checks } = await startLogin(config);
  const answer = await fillLoginForm(new Browser(), url);
  checks.pkceCodeVerifier = client.randomPKCECodeVerifier();
  assert.equal(await refusal(client.authorizationCodeGrant(config, answer.url, checks)), 'invalid_grant');
});

test('A code is redeemed once', async () => {
  const config = await discoverWeb();
  const { url, checks } = await startLogin(config);
  const answer = await fillLoginForm(new Browser(), url);
  const tokens = await client.authorizationCodeGrant(config, answer.url, checks);
  assert.equal(await refusal(client.authorizationCodeGrant(config, answer.url, checks)), 'invalid_grant');
  // RFC 6749 §4.1.2: what the code gave is withdrawn.
  assert.equal(await refusal(client.refreshTokenGrant(config, tokens.refresh_token)), 'invalid_grant');
});

test('A refresh token brings new tokens for the same user', async () => {
  const config = await discoverWeb();
  const first = await login(config);
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  assert.equal(second.claims().sub, first.claims().sub);
  assert.equal(second.claims().auth_time, first.claims().auth_time);
  assert.notEqual(second.access_token, first.access_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
});

test('Userinfo answers with the claims of the granted scopes', async () => {
  const config = await discoverWeb();
  const tokens = await login(config);
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, user.email);
  assert.equal(info.given_name, user.firstName);
  assert.equal(info.family_name, user.lastName);
  assert.equal(info.phone_number, undefined);
});

test('A revoked refresh token takes its access token along', async () => {
  const config = await discoverWeb();
  const tokens = await login(config);
  const active = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(active.active, true);
  assert.equal(active.client_id, web);
  assert.equal(active.sub, tokens.claims().sub);
  assert.equal((await client.tokenIntrospection(config, tokens.refresh_token)).active, true);

  await client.tokenRevocation(config, tokens.refresh_token);
  assert.deepEqual(await client.tokenIntrospection(config, tokens.refresh_token), { active: false });
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false });
  assert.equal(await refusal(client.refreshTokenGrant(config, tokens.refresh_token)), 'invalid_grant');
  const rejected = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub).catch(error => error);
  assert.equal(rejected.status, 401);
});

test('A client gets a token of its own', async () => {
  for (const config of [
    await discoverWeb(),
    await discover(poster, client.ClientSecretPost(secret)),
    await discover(signer, client.PrivateKeyJwt({ key: keys.privateKey, kid: 'signer-1' })),
  ]) {
    const tokens = await client.clientCredentialsGrant(config);
    assert.ok(tokens.access_token);
    assert.equal(tokens.id_token, undefined);
    assert.equal(tokens.refresh_token, undefined);
  }
});

test('A wrong secret is refused', async () => {
  const config = await discover(web, client.ClientSecretBasic('wrong'));
  const error = await client.clientCredentialsGrant(config).catch(reason => reason);
  // RFC 6749 §5.2: who tried by HTTP authentication is told so by HTTP as well, which this client reports first.
  assert.equal(error.code, 'OAUTH_WWW_AUTHENTICATE_CHALLENGE');
  assert.equal(error.status, 401);
  assert.equal((await error.response.json()).error, 'invalid_client');
});

test('Logging out ends the session and comes back with the state', async () => {
  const config = await discoverWeb();
  const browser = new Browser();
  const tokens = await login(config, browser);
  const state = client.randomState();
  const answer = await browser.open(
    client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: signedOutUri, state }), signedOutUri);
  assert.equal(answer.url.href, `${signedOutUri}?state=${state}`);

  const { url, checks } = await startLogin(config, { prompt: 'none' });
  const silent = await browser.open(url, redirectUri);
  assert.equal(await refusal(client.authorizationCodeGrant(config, silent.url, checks)), 'login_required');
});
