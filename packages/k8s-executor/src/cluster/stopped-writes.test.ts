import { ManualClock } from '../testing/manual-clock.js';
import { answerJson, startScriptedServer } from '../testing/scripted-server.js';
import type { Script, ScriptedServer } from '../testing/scripted-server.js';
import { fixedCredentials } from './kubeconfig/credentials.js';
import { HttpTransport } from './transport/http-transport.js';
import { NodeHttp } from './transport/node-http.js';
import type { ApiRequest } from './transport/transport.js';

const open: { server?: ScriptedServer; transport?: HttpTransport } = {};

async function serve(script: Script) {
  const server = await startScriptedServer(script);
  const clock = new ManualClock();
  const http = new NodeHttp({ server: server.url });
  const credentials = fixedCredentials({ headers: {} });
  const transport = new HttpTransport({ http, credentials, clock, random: () => 0.5 });
  Object.assign(open, { server, transport });
  return { server, transport, clock };
}

afterEach(async () => {
  open.transport?.close();
  await open.server?.close();
});

const WRITE: ApiRequest = {
  method: 'PATCH',
  path: '/api/v1/namespaces/x/configmaps/y',
  contentType: 'application/apply-patch+yaml',
  body: {},
  graceMs: 5_000,
};

test('a write that is under way when it is stopped is given its time, and nothing new is sent', async () => {
  const stop = new AbortController();
  const { server, transport } = await serve((_request, response) => {
    stop.abort();
    answerJson(response, { kind: 'ConfigMap' });
  });
  const asked = { ...WRITE, signal: stop.signal };
  expect(await transport.request(asked)).toMatchObject({ ok: true, value: { status: 200 } });
  expect(await transport.request(asked)).toEqual({ ok: false, failure: { kind: 'aborted' } });
  expect(server.requests).toHaveLength(1);
});

test('a write that nobody answers in that time is told to be unanswered', async () => {
  const stop = new AbortController();
  const { transport, clock } = await serve(() => {
    stop.abort();
  });
  const asked = transport.request({ ...WRITE, signal: stop.signal });
  await clock.passWait(5_000, 5_000);
  expect(await asked).toEqual({ ok: false, failure: { kind: 'aborted', unanswered: true } });
});

test('a write whose connection broke and that is stopped before it is sent again is unanswered too', async () => {
  const stop = new AbortController();
  const { transport } = await serve((_request, response) => {
    stop.abort();
    response.destroy();
  });
  const asked = transport.request({ ...WRITE, signal: stop.signal });
  expect(await asked).toEqual({ ok: false, failure: { kind: 'aborted', unanswered: true } });
});

test('the end of the permit breaks a write off at once, and without it nothing is sent', async () => {
  const ending = new AbortController();
  const permit = { holds: () => !ending.signal.aborted, ended: ending.signal };
  const { server, transport } = await serve(() => {
    ending.abort();
  });
  const failure = { kind: 'aborted', unanswered: true };
  expect(await transport.request({ ...WRITE, permit })).toEqual({ ok: false, failure });
  const late = { holds: () => false, ended: new AbortController().signal };
  expect(await transport.request({ ...WRITE, permit: late })).toEqual({
    ok: false,
    failure: { kind: 'aborted' },
  });
  expect(server.requests).toHaveLength(1);
});
