// The OpenAPI document, judged by others: it is one, types can be generated from it, and a client made of them works.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startServer } from './server.mjs';

const key = 'a-key-for-the-tests-of-the-openapi-document-0123456789';
// Inside node_modules, so that what is compiled there finds its packages and nobody commits it.
const output = path.join(import.meta.dirname, 'node_modules', '.openapi');
let server, document;

before(async () => {
  server = await startServer({ apiKeys: [{ key, description: 'tests' }], requests: [] });
  document = await (await fetch(`${server.issuer}/api/openapi.json`)).json();
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await writeFile(path.join(output, 'openapi.json'), JSON.stringify(document));
});

after(() => server?.stop());

/** Runs a package's command and returns what it printed. */
function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync('npx', ['--no-install', command, ...args], { cwd: import.meta.dirname, encoding: 'utf8' });
  return { ok: !error && status === 0, text: `${error ?? ''}${stdout}${stderr}` };
}

/** Compiles a program against the generated types. */
const compile = file => run('tsc', file, '--strict', '--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--outDir', output, '--rootDir', output);

test('it is an OpenAPI 3.1 document', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, '3.1');
});

test('every reference in it leads somewhere', () => {
  const follow = reference => reference.slice(2).split('/').reduce((node, name) => node?.[name], document);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(match => match[1]);
  assert.ok(references.length > 100);
  assert.deepEqual(references.filter(reference => follow(reference) === undefined), []);
});

test('a client that is generated from it works, and takes only what the document allows', async () => {
  const generated = run('openapi-typescript', path.join(output, 'openapi.json'), '--output', path.join(output, 'api.ts'));
  assert.ok(generated.ok, generated.text);

  await writeFile(path.join(output, 'program.mts'), await readFile(path.join(import.meta.dirname, 'openapi-program.mts')));
  const compiled = compile(path.join(output, 'program.mts'));
  assert.ok(compiled.ok, compiled.text);

  await writeFile(path.join(output, 'wrong.mts'), `
    import createClient from 'openapi-fetch';
    import type { paths } from './api.js';
    createClient<paths>().POST('/api/form/field', { body: { field: { name: 'Price', key: 'user.data.price', control: 'slider' } } });
  `);
  const refused = compile(path.join(output, 'wrong.mts'));
  assert.ok(!refused.ok && refused.text.includes('slider'), refused.text);

  const { run: program } = await import(pathToFileURL(path.join(output, 'program.mjs')));
  assert.deepEqual(await program(server.issuer, key), {
    roles: ['buyer'], price: 250000, refusal: '[blank]application.name', denied: 401, missing: 404, found: ['ada@example.com'],
  });
});
