// FusionAuth's published client signs people in by the management API, refreshes, and lets them look after their own account.
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, createVerify } from 'node:crypto';
import { after, before, test } from 'node:test';
import { FusionAuthClient } from '@fusionauth/typescript-client';
import { startServer } from './server.mjs';

const key = 'a-key-for-the-tests-of-fusionauth-client-0123456789';
const application = '85a03867-dccf-4882-adde-1a79aeec50df';
const ada = '8ffee38d-48c3-48c9-b386-9c3c114c7bc9';
const email = 'ada@example.com';
let password = 'correct horse battery staple';
let server, client, authenticator, recoveryCodes, lastStep = 0;

before(async () => {
  server = await startServer({ apiKeys: [{ key, description: 'tests' }], requests: [] });
  client = new FusionAuthClient(key, server.issuer);
  await expect(client.createApplication(application, {
    application: {
      name: 'Home finder',
      loginConfiguration: { generateRefreshTokens: true, allowTokenRefresh: true },
      jwtConfiguration: { enabled: true, refreshTokenUsagePolicy: 'OneTimeUse' },
    },
  }));
  await expect(client.register(ada, { user: { email, password }, registration: { applicationId: application } }));
});

after(() => server?.stop());

/** What a call answered, which must be a success. */
async function expect(call, status = 200) {
  const answer = await call.catch(refusal => assert.fail(`${refusal.statusCode}: ${JSON.stringify(refusal.exception ?? refusal)}`));
  assert.equal(answer.statusCode, status);
  return answer.response;
}

/** The refusal of a call, which must not succeed. */
async function refused(call, status) {
  const refusal = await call.then(() => assert.fail('It was not refused.'), each => each);
  assert.equal(refusal.statusCode, status);
  return refusal.exception;
}

const login = (status = 200) => expect(client.login({ loginId: email, password, applicationId: application }), status);

/** A code by RFC 6238, of a step that was not used before. */
async function code(secret) {
  const stepNow = () => Math.floor(Date.now() / 30_000);
  const step = Math.max(stepNow(), lastStep + 1);
  while (stepNow() < step - 1) await new Promise(resolve => setTimeout(resolve, 200)); // The server takes one that is early by a step.
  lastStep = step;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', Buffer.from(secret, 'base64')).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a sign-in gives tokens that are good, and a public key says so too', async () => {
  const { user, token, refreshToken, tokenExpirationInstant } = await login();
  assert.equal(user.id, ada);
  assert.ok(refreshToken && tokenExpirationInstant > Date.now());
  const { jwt } = await expect(client.validateJWT(token));
  assert.deepEqual([jwt.sub, jwt.applicationId, jwt.exp], [ada, application, Math.floor(tokenExpirationInstant / 1000)]);

  const [header, payload, signature] = token.split('.');
  const { publicKey } = await expect(client.retrieveJWTPublicKey(JSON.parse(Buffer.from(header, 'base64url')).kid));
  const verifier = createVerify('sha256').update(`${header}.${payload}`);
  assert.ok(verifier.verify({ key: createPublicKey(publicKey), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')));
  assert.ok(Object.values((await expect(client.retrieveJWTPublicKeys())).publicKeys).includes(publicKey));
  await expect(client.retrieveJWTPublicKeyByApplicationId(application));
});

test('a refresh token is exchanged, listed and revoked', async () => {
  const first = await login();
  const second = await expect(client.exchangeRefreshTokenForJWT({ refreshToken: first.refreshToken }));
  assert.notEqual(second.refreshToken, first.refreshToken);
  assert.equal(second.refreshTokenId, first.refreshTokenId);
  const { refreshTokens } = await expect(client.retrieveRefreshTokens(ada));
  assert.ok(refreshTokens.some(each => each.id === first.refreshTokenId));
  assert.equal((await expect(client.retrieveRefreshTokenById(first.refreshTokenId))).refreshToken.userId, ada);
  await expect(client.revokeRefreshTokenByToken(second.refreshToken));
  const { fieldErrors } = await refused(client.exchangeRefreshTokenForJWT({ refreshToken: second.refreshToken }), 400);
  assert.equal(fieldErrors.refreshToken[0].code, '[invalid]refreshToken');
  await refused(client.validateJWT(second.token), 401);
});

test('signing out ends the tokens', async () => {
  const { token, refreshToken } = await login();
  await expect(client.logout(undefined, refreshToken));
  await refused(client.validateJWT(token), 401);
  await refused(client.exchangeRefreshTokenForJWT({ refreshToken }), 400);
  const again = await login();
  await expect(client.logoutWithRequest({ global: true, refreshToken: again.refreshToken }));
  assert.deepEqual((await expect(client.retrieveRefreshTokens(ada))).refreshTokens, []);
});

test('a person adds an authenticator with their own token', async () => {
  const { token } = await login();
  authenticator = (await expect(client.generateTwoFactorSecretUsingJWT(token))).secret;
  const own = new FusionAuthClient(`Bearer ${token}`, server.issuer);
  await refused(own.enableTwoFactor(undefined, { method: 'authenticator', secret: authenticator, code: '000000' }), 421);
  ({ recoveryCodes } = await expect(own.enableTwoFactor(undefined, { method: 'authenticator', secret: authenticator, code: await code(authenticator) })));
  assert.equal(recoveryCodes.length, 10);
  await refused(own.retrieveUser(ada), 401);
});

test('the next sign-in waits for its code', async () => {
  const { twoFactorId, methods } = await login(242);
  assert.equal(methods[0].method, 'authenticator');
  await refused(client.twoFactorLogin({ twoFactorId, code: '000000' }), 421);
  const { token, user } = await expect(client.twoFactorLogin({ twoFactorId, code: await code(authenticator), applicationId: application }));
  assert.equal(user.id, ada);
  assert.deepEqual((await expect(client.validateJWT(token))).jwt.amr, ['pwd', 'otp', 'mfa']);
  assert.equal((await refused(client.checkChangePasswordUsingJWT(token), 400)).generalErrors[0].code, '[TrustTokenRequired]');
});

test('a new password takes the second factor, and signs in once', async () => {
  const trustChallenge = 'a challenge of the application';
  const { changePasswordId } = await expect(client.forgotPassword({ loginId: email, sendForgotPasswordEmail: false }));
  assert.equal((await refused(client.checkChangePasswordUsingId(changePasswordId), 400)).generalErrors[0].code, '[TrustTokenRequired]');
  const { twoFactorId } = await expect(client.startTwoFactorLogin({ loginId: email, trustChallenge }));
  const { trustToken } = await expect(client.twoFactorLogin({ twoFactorId, code: recoveryCodes[0] }));
  password = 'a quite different password';
  const { oneTimePassword } = await expect(client.changePassword(changePasswordId, { password, trustChallenge, trustToken }));
  await expect(client.login({ oneTimePassword, applicationId: application }), 242);
  await refused(client.login({ oneTimePassword, applicationId: application }), 404);
});

test('who lost the authenticator comes in and removes it with recovery codes', async () => {
  const { twoFactorId, methods } = await login(242);
  const { token } = await expect(client.twoFactorLogin({ twoFactorId, code: recoveryCodes[1] }));
  const own = new FusionAuthClient(`Bearer ${token}`, server.issuer);
  await expect(own.disableTwoFactor(undefined, methods[0].id, recoveryCodes[2]));
  await login();
});
