// FusionAuth's published client, unchanged, drives the management API: what it sends is taken, what comes back it understands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FusionAuthClient } from '@fusionauth/typescript-client';
import { startServer } from './server.mjs';

const key = 'a-key-for-the-tests-of-fusionauth-client-0123456789';
const application = '85a03867-dccf-4882-adde-1a79aeec50df';
const ada = '8ffee38d-48c3-48c9-b386-9c3c114c7bc9';
const password = 'correct horse battery staple';
let server, client;

before(async () => {
  server = await startServer({ apiKeys: [{ key, description: 'tests' }], requests: [] });
  client = new FusionAuthClient(key, server.issuer);
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

test('an application is made with roles', async () => {
  const { application: created } = await expect(client.createApplication(application, {
    application: {
      name: 'Home finder',
      roles: [{ name: 'buyer', isDefault: true }, { name: 'agent' }],
      oauthConfiguration: { authorizedRedirectURLs: ['http://localhost:5000/callback'], logoutURL: 'http://localhost:5000', scopeHandlingPolicy: 'Compatibility' },
    },
  }));
  assert.equal(created.id, application);
  assert.deepEqual(created.roles.map(role => role.name), ['agent', 'buyer']);
  const { applications, total } = await expect(client.searchApplications({ search: { name: 'home*' } }));
  assert.deepEqual([total, applications[0].id], [1, application]);
});

test('a registration of two pages is drawn', async () => {
  const price = '0a51b5d2-3f0e-4b7e-9a55-6f1f7a4d1c01';
  const form = '7a7e08db-5aee-4c28-b5b7-7ec7f7cedf14';
  const { field } = await expect(client.createFormField(price, {
    field: { name: 'Lowest price', key: 'registration.data.minprice', control: 'number', type: 'number', required: true },
  }));
  assert.deepEqual([field.id, field.control, field.type, field.options, field.validator], [price, 'number', 'number', [], { enabled: false }]);
  const { fields } = await expect(client.retrieveFormFields());
  const shipped = key => fields.find(each => each.key === key).id;

  const steps = [{ fields: [shipped('user.email'), shipped('user.password')] }, { fields: [price] }];
  const { form: drawn } = await expect(client.createForm(form, { form: { name: 'House hunters', type: 'registration', steps } }));
  assert.deepEqual(drawn.steps.map(step => [step.type, step.fields]), steps.map(step => ['collectData', step.fields]));
  const { application: changed } = await expect(client.patchApplication(application, {
    application: { registrationConfiguration: { enabled: true, type: 'advanced', formId: form, completeRegistration: true } },
  }));
  assert.equal(changed.registrationConfiguration.formId, form);

  const { field: patched } = await expect(client.patchFormField(price, { field: { description: 'In dollars' } }));
  assert.deepEqual([patched.required, patched.description], [true, 'In dollars']);
  await expect(client.updateForm(form, { form: { name: 'House hunters', steps } }));
  assert.equal((await refused(client.deleteForm(form), 400)).fieldErrors.form[0].code, '[inUse]form');
  assert.equal((await refused(client.deleteFormField(price), 400)).fieldErrors.field[0].code, '[inUse]field');
});

test('a person is registered with data, read, and changed without losing roles', async () => {
  const { registration, user } = await expect(client.register(ada, {
    user: { email: 'Ada@Example.com', password, firstName: 'Ada', data: { shoe: 39 } },
    registration: { applicationId: application, data: { minprice: 250000, maxprice: 400000, geographicarea: 'Denver' } },
  }));
  assert.deepEqual(registration.roles, ['buyer']);
  assert.equal(user.email, 'ada@example.com');

  const { registration: read } = await expect(client.retrieveRegistration(ada, application));
  assert.deepEqual(read.data, { minprice: 250000, maxprice: 400000, geographicarea: 'Denver' });

  const { registration: patched } = await expect(client.patchRegistration(ada, {
    registration: { applicationId: application, data: { minprice: 200000, geographicarea: null } },
  }));
  assert.deepEqual(patched.data, { minprice: 200000, maxprice: 400000 });
  assert.deepEqual(patched.roles, ['buyer']);

  const { user: whole } = await expect(client.retrieveUserByEmail('ada@example.com'));
  assert.equal(whole.registrations[0].applicationId, application);
});

test('people are imported with their old hashes and found', async () => {
  const hash = {
    encryptionScheme: 'salted-pbkdf2-hmac-sha256', factor: 24000, salt: 'MDEyMzQ1Njc4OWFiY2RlZg==',
    password: 'K6YaLgRBKJpelUsGJ5mu2ksRTHw6gloH47MfpIIhjjE=',
  };
  const users = Array.from({ length: 50 }, (_, index) => ({
    email: `import-${String(index).padStart(2, '0')}@example.com`, active: true, ...hash, registrations: [{ applicationId: application, roles: ['agent'] }],
  }));
  await expect(client.importUsers({ users, validateDbConstraints: true }));

  const found = await expect(client.searchUsersByQuery({
    search: { queryString: 'email:import-* AND registrations.roles:agent', numberOfResults: 10, sortFields: [{ name: 'email', order: 'desc' }] },
  }));
  assert.deepEqual([found.total, found.users.length, found.users[0].email], [50, 10, 'import-49@example.com']);
  const byId = await expect(client.searchUsersByIds([ada, found.users[0].id]));
  assert.equal(byId.total, 2);

  const exception = await refused(client.importUsers({ users: [users[7]] }), 400);
  assert.equal(exception.fieldErrors['users[0].email'][0].code, '[duplicate]users[0].email');
});

test('what people agree to is recorded and withdrawn', async () => {
  const { consent } = await expect(client.createConsent(undefined, { consent: { name: 'News', defaultMinimumAgeForSelfConsent: 13, values: [] } }));
  const { userConsent } = await expect(client.createUserConsent(undefined, { userConsent: { userId: ada, consentId: consent.id, giverUserId: ada } }));
  assert.equal((await expect(client.retrieveUserConsents(ada))).userConsents[0].status, 'Active');
  await expect(client.revokeUserConsent(userConsent.id));
  assert.equal((await expect(client.retrieveUserConsent(userConsent.id))).userConsent.status, 'Revoked');
  await expect(client.deleteConsent(consent.id));
});

test('people are put into groups', async () => {
  const { application: { roles } } = await expect(client.retrieveApplication(application));
  const { group } = await expect(client.createGroup(undefined, { group: { name: 'Agents' }, roleIds: [roles[0].id] }));
  const { members } = await expect(client.createGroupMembers({ members: { [group.id]: [{ userId: ada }] } }));
  assert.equal(members[group.id][0].userId, ada);
  assert.equal((await expect(client.searchGroupMembers({ search: { groupId: group.id } }))).total, 1);
  await expect(client.deleteGroup(group.id));
  assert.deepEqual((await expect(client.retrieveUser(ada))).user.memberships, []);
});

test('what was done stands in the audit log', async () => {
  const { auditLogs } = await expect(client.searchAuditLogs({ search: { message: 'users imported' } }));
  assert.equal(auditLogs[0].data.users, '50');
  assert.ok((await expect(client.retrieveVersion())).version);
  await expect(client.retrieveSystemStatus());
});

test('people and applications go, and what is gone is not found', async () => {
  const gone = await expect(client.deleteUsersByQuery({ queryString: 'email:import-*', dryRun: false, hardDelete: true }));
  assert.equal(gone.total, 50);
  await expect(client.deleteUser(ada));
  await refused(client.retrieveUser(ada), 404);
  await expect(client.deleteApplication(application));
  await refused(client.retrieveApplication(application), 404);
  const { forms } = await expect(client.retrieveForms());
  await expect(client.deleteForm(forms[0].id));
  await refused(client.retrieveForm(forms[0].id), 404);
});

test('a wrong key may do nothing', async () => {
  await refused(new FusionAuthClient('wrong', server.issuer).retrieveApplications(), 401);
});
