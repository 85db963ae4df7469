import { answerJson, answerStatus, startScriptedServer } from '../../testing/scripted-server.js';
import type { Script, ScriptedServer } from '../../testing/scripted-server.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { fixedCredentials } from '../kubeconfig/credentials.js';
import type { Credentials } from '../kubeconfig/credentials.js';
import { HttpTransport } from './http-transport.js';
import { NodeHttp } from './node-http.js';
import type { ApiRequest } from './transport.js';

const clock = { current: new ManualClock() };
const open: { server?: ScriptedServer; transport?: HttpTransport } = {};

async function serve(script: Script, credentials: Credentials = fixedCredentials({ headers: {} })) {
  const server = await startScriptedServer(script);
  clock.current = new ManualClock();
  const transport = new HttpTransport({
    http: new NodeHttp({ server: server.url }),
    credentials,
    clock: clock.current,
    random: () => 0.5,
  });
  Object.assign(open, { server, transport });
  return { server, transport };
}

afterEach(async () => {
  open.transport?.close();
  await open.server?.close();
});

const GET: ApiRequest = { method: 'GET', path: '/api/v1/namespaces/x/pods/y' };
const APPLY: ApiRequest = {
  method: 'PATCH',
  path: '/api/v1/namespaces/x/configmaps/y',
  contentType: 'application/apply-patch+yaml',
  body: { kind: 'ConfigMap', data: { note: 'line\u2028\u0085end' } },
};
const CREATE: ApiRequest = { method: 'POST', path: '/api/v1/namespaces/x/pods', body: {} };

test('sends what is asked and gives back body and warnings', async () => {
  const { server, transport } = await serve((_request, response) => {
    answerJson(
      response,
      { kind: 'ConfigMap' },
      { headers: { warning: ['299 - "old \\"api\\""', '299 - "two"'] } },
    );
  });
  const answer = await transport.request({ ...APPLY, query: { fieldManager: 'flotilla', force: 'false' } });
  expect(answer).toEqual({
    ok: true,
    value: { status: 200, body: { kind: 'ConfigMap' }, warnings: ['old "api"', 'two'] },
  });
  expect(server.requests[0]).toMatchObject({
    method: 'PATCH',
    path: '/api/v1/namespaces/x/configmaps/y',
    query: { fieldManager: 'flotilla', force: 'false' },
    body: '{"kind":"ConfigMap","data":{"note":"line\\u2028\\u0085end"}}',
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
});

test('keeps its connections and never uses more than 32', async () => {
  const { server, transport } = await serve((_request, response) => {
    answerJson(response, {});
  });
  await Promise.all(Array.from({ length: 100 }, () => transport.request(GET)));
  await Promise.all(Array.from({ length: 100 }, () => transport.request(APPLY)));
  expect(server.requests).toHaveLength(200);
  expect(server.connections()).toBeLessThanOrEqual(32);
});

test('obeys Retry-After on 429, for creates too', async () => {
  const { server, transport } = await serve((_request, response, count) => {
    if (count === 1) answerStatus(response, 429, { reason: 'TooManyRequests', retryAfter: '7' });
    else answerJson(response, { kind: 'Pod' });
  });
  const answer = transport.request(CREATE);
  expect(await clock.current.passWait(1, 10_000)).toBe(7_350);
  expect(await answer).toMatchObject({ ok: true });
  expect(server.requests).toHaveLength(2);
});

test.each([500, 502, 503, 504])('tries an apply again after a passing %i', async (code) => {
  const { server, transport } = await serve((_request, response, count) => {
    if (count <= 3) answerStatus(response, code, { reason: code === 500 ? 'ServerTimeout' : '' });
    else answerJson(response, { kind: 'ConfigMap' });
  });
  const answer = transport.request(APPLY);
  expect(await clock.current.passWait(1, 10_000)).toBe(150);
  expect(await clock.current.passWait(1, 10_000)).toBe(300);
  expect(await clock.current.passWait(1, 10_000)).toBe(600);
  expect(await answer).toMatchObject({ ok: true });
  expect(server.requests).toHaveLength(4);
});

test.each([
  { what: 'a create after 503', request: CREATE, code: 503, reason: '' },
  { what: 'a conflict', request: APPLY, code: 409, reason: 'Conflict' },
  { what: 'an invalid object', request: APPLY, code: 422, reason: 'Invalid' },
  { what: 'an error without a passing reason', request: APPLY, code: 500, reason: 'InternalError' },
])('does not repeat $what', async ({ request, code, reason }) => {
  const { server, transport } = await serve((_request, response) => {
    answerStatus(response, code, { reason, message: 'because' });
  });
  expect(await transport.request(request)).toEqual({
    ok: false,
    failure: { kind: 'status', code, reason, message: 'because', causes: [] },
  });
  expect(server.requests).toHaveLength(1);
});

test('sends an apply again when its answer is lost, and never a create', async () => {
  const { server, transport } = await serve((request, response, count) => {
    if (request.method === 'POST' || count === 1) response.destroy();
    else answerJson(response, { kind: 'ConfigMap' });
  });
  const applied = transport.request(APPLY);
  await clock.current.passWait(1, 10_000);
  expect(await applied).toMatchObject({ ok: true });
  expect(await transport.request(CREATE)).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
  expect(server.requests.map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'POST']);
});

test('asks again when an answer stops in the middle', async () => {
  const { transport } = await serve((_request, response, count) => {
    if (count > 1) {
      answerJson(response, { kind: 'Pod' });
      return;
    }
    response.writeHead(200, { 'content-length': '100' }).write('{"kind":');
    response.socket?.end();
  });
  const answer = transport.request(GET);
  await clock.current.passWait(1, 10_000);
  expect(await answer).toMatchObject({ ok: true, value: { body: { kind: 'Pod' } } });
});

test('gives up one silent try after its deadline and asks again', async () => {
  const silent: { begins: () => void } = { begins: () => undefined };
  const { server, transport } = await serve((_request, response, count) => {
    if (count === 2) silent.begins();
    else answerJson(response, { kind: 'Pod' });
  });
  await transport.request(GET);
  const isSilent = new Promise<void>((resolve) => (silent.begins = resolve));
  const answer = transport.request({ ...GET, timeoutMs: 20_000 });
  await isSilent;
  await clock.current.passWait(20_000, 20_000);
  await clock.current.passWait(1, 1_000);
  expect(await answer).toMatchObject({ ok: true, value: { body: { kind: 'Pod' } } });
  expect(server.requests).toHaveLength(3);
});

test('the very first request is tried again when nobody answers it', async () => {
  const silent: { begins: () => void } = { begins: () => undefined };
  const isSilent = new Promise<void>((resolve) => (silent.begins = resolve));
  const { transport } = await serve((_request, response, count) => {
    if (count === 1) silent.begins();
    else answerJson(response, { kind: 'Pod' });
  });
  const answer = transport.request(GET);
  await isSilent;
  await clock.current.passWait(30_000, 30_000);
  await clock.current.passWait(1, 1_000);
  expect(await answer).toMatchObject({ ok: true });
});

test('an endless 503 ends as the server said it, after a minute', async () => {
  const { transport } = await serve((_request, response, count) => {
    if (count === 1) answerJson(response, {});
    else answerStatus(response, 503, { reason: 'ServiceUnavailable', retryAfter: '20' });
  });
  await transport.request(GET);
  const answer = transport.request(GET);
  await clock.current.passWait(20_000, 25_000);
  await clock.current.passWait(20_000, 25_000);
  expect(await answer).toMatchObject({ ok: false, failure: { code: 503, retryAfterSeconds: 20 } });
  expect(clock.current.now()).toBe(42_000);
});

test('an address where nobody listens is reported soon', async () => {
  const { server, transport } = await serve(() => undefined);
  await server.close();
  const answer = transport.request(CREATE);
  await clock.current.passWait(1, 10_000);
  await clock.current.passWait(1, 10_000);
  await clock.current.passWait(1, 10_000);
  const result = await answer;
  expect(result).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
  expect(JSON.stringify(result)).toContain(`${server.url} cannot be reached: connect ECONNREFUSED`);
});

test('renews credentials once after 401 and says the second refusal', async () => {
  let renewals = 0;
  const credentials: Credentials = {
    current: () =>
      Promise.resolve({ ok: true, identity: { headers: { authorization: `Bearer t${renewals}` } } }),
    renew: () => {
      renewals += 1;
      return Promise.resolve(true);
    },
  };
  const { server, transport } = await serve((request, response) => {
    if (request.headers.authorization === 'Bearer t1') answerJson(response, {});
    else answerStatus(response, 401, { reason: 'Unauthorized' });
  }, credentials);
  expect(await transport.request(CREATE)).toMatchObject({ ok: true });
  renewals = 5;
  const refused = await transport.request(GET);
  expect(refused).toMatchObject({ ok: false, failure: { code: 401 } });
  expect(JSON.stringify(refused)).not.toContain('t6');
  expect(server.requests).toHaveLength(4);
});

test('aborts at once, while sending and while waiting for another try', async () => {
  const aborting = new AbortController();
  const { transport } = await serve((_request, response, count) => {
    if (count === 1) aborting.abort();
    else answerStatus(response, 503);
  });
  const aborted = { ok: false, failure: { kind: 'aborted' } };
  expect(await transport.request({ ...GET, signal: aborting.signal })).toEqual(aborted);
  expect(await transport.request({ ...GET, signal: aborting.signal })).toEqual(aborted);

  const waiting = transport.request(GET);
  transport.close();
  expect(await waiting).toEqual(aborted);
});

test('a proxy page and a wrong body never show in the message', async () => {
  const { transport } = await serve((_request, response, count) => {
    if (count === 1) response.writeHead(403).end('<html>hush</html>');
    else response.writeHead(200).end('{"data": "hush');
  });
  expect(await transport.request(GET)).toMatchObject({
    failure: { code: 403, message: 'the server answered HTTP 403' },
  });
  expect(await transport.request(GET)).toMatchObject({
    failure: { kind: 'unreachable', message: expect.not.stringContaining('hush') as unknown },
  });
});

test('a 429 halves the writes in flight', async () => {
  let inFlight = 0;
  let most = 0;
  const held: (() => void)[] = [];
  const { transport } = await serve((_request, response, count) => {
    if (count === 1) {
      answerStatus(response, 429, { retryAfter: '1' });
      return;
    }
    inFlight += 1;
    most = Math.max(most, inFlight);
    held.push(() => {
      inFlight -= 1;
      answerJson(response, {});
    });
    if (held.length === 8) for (const release of held.splice(0)) release();
  });
  const first = transport.request(APPLY);
  await clock.current.passWait(1_000, 1_100);
  const others = Array.from({ length: 15 }, () => transport.request(APPLY));
  await Promise.all([first, ...others]);
  expect(most).toBe(8);
});

describe('lines', () => {
  test('come as they are written, and breaking off ends the request', async () => {
    const closed = { tell: (): void => undefined };
    const isClosed = new Promise<void>((resolve) => (closed.tell = resolve));
    const { transport } = await serve((_request, response) => {
      response.on('close', closed.tell);
      response.write('eins\nzw');
      response.write('ei\r\ndrei');
    });
    const answer = await transport.lines(GET);
    const read: string[] = [];
    if (answer.ok) {
      for await (const line of answer.value) {
        read.push(line);
        if (read.length === 2) break;
      }
    }
    await isClosed;
    expect(read).toEqual(['eins', 'zwei']);
  });

  test('a stream that breaks just ends; a refusal is told', async () => {
    const { transport } = await serve((_request, response, count) => {
      if (count === 2) {
        answerStatus(response, 404, { message: 'no such pod' });
        return;
      }
      response.write('one\ntw');
      setImmediate(() => response.destroy());
    });
    const answer = await transport.lines(GET);
    const read: string[] = [];
    if (answer.ok) for await (const line of answer.value) read.push(line);
    expect(read[0]).toBe('one');
    expect(await transport.lines(GET)).toMatchObject({ ok: false, failure: { message: 'no such pod' } });
  });
});
