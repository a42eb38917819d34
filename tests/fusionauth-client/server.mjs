// Starts the real server, as built, on a free port with an empty data folder and the applications that the tests need.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const assembly = process.env.IDENTITYSERVER_DLL
  ?? path.resolve(import.meta.dirname, '../../src/IdentityServer/bin/Release/net10.0/IdentityServer.dll');

export async function startServer(kickstart) {
  if (!existsSync(assembly)) throw new Error(`${assembly} is missing: build the solution in Release first, or set IDENTITYSERVER_DLL.`);
  const folder = await mkdtemp(path.join(tmpdir(), 'fusionauth-client-'));
  const kickstartFile = path.join(folder, 'kickstart.json');
  await writeFile(kickstartFile, JSON.stringify(kickstart));
  const issuer = `http://localhost:${await freePort()}`;

  const server = spawn('dotnet', [assembly, 'serve'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ASPNETCORE_URLS: issuer,
      IdentityServer__PublicUrl: issuer,
      IdentityServer__DataDirectory: path.join(folder, 'data'),
      IdentityServer__Database__Provider: 'sqlite',
      IdentityServer__Kickstart: kickstartFile,
    },
  });
  let output = '';
  server.stdout.on('data', chunk => { output += chunk; });
  server.stderr.on('data', chunk => { output += chunk; });
  const ended = new Promise(resolve => server.once('exit', resolve));

  const stop = async () => {
    server.kill('SIGTERM');
    const patience = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await untilReady(issuer, server, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { issuer, stop };
}

async function untilReady(issuer, server, output) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}:\n${output().slice(-4000)}`);
    const answer = await fetch(`${issuer}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`The server was not ready within a minute:\n${output().slice(-4000)}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, 'localhost', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
