// A program as somebody might write it against types that were generated from the OpenAPI document.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

export async function run(baseUrl: string, key: string) {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: key } });
  const settings: components['schemas']['ApplicationInput'] = {
    name: 'Home finder',
    roles: [{ name: 'buyer', isDefault: true }],
    oauthConfiguration: { authorizedRedirectURLs: ['http://localhost:5000/callback'], scopeHandlingPolicy: 'Compatibility' },
  };
  const created = await api.POST('/api/application', { body: { application: settings } });
  const applicationId: string = created.data!.application.id;

  const registered = await api.POST('/api/user/registration', {
    body: { user: { email: 'ada@example.com', password: 'four unrelated words here' }, registration: { applicationId, data: { price: 1 } } },
  });
  const userId: string = registered.data!.user!.id;
  const patched = await api.PATCH('/api/user/registration/{userId}/{applicationId}', {
    params: { path: { userId, applicationId } },
    body: { registration: { data: { price: 250000 } } },
  });
  const refused = await api.POST('/api/application', { body: { application: { name: '' } } });
  const denied = await createClient<paths>({ baseUrl }).GET('/api/application');
  const missing = await api.GET('/api/user/{userId}', { params: { path: { userId: applicationId } } });
  const found = await api.POST('/api/user/search', { body: { search: { queryString: 'email:ada*' } } });
  return {
    roles: patched.data!.registration.roles,
    price: patched.data!.registration.data.price,
    refusal: refused.error!.fieldErrors!['application.name'][0].code,
    denied: denied.response.status,
    missing: missing.response.status,
    found: found.data!.users.map(user => user.email),
  };
}
