import type { ServerResponse } from 'node:http';
import { answerJson, answerStatus, startScriptedServer } from '../../testing/scripted-server.js';
import type { Script, ScriptedServer } from '../../testing/scripted-server.js';
import { ManualClock } from '../../testing/manual-clock.js';
import type { Resource } from '../cluster.js';
import { fixedCredentials } from '../kubeconfig/credentials.js';
import { HttpTransport } from '../transport/http-transport.js';
import { NodeHttp } from '../transport/node-http.js';
import { ResourceWatch } from './shared-watch.js';

const PODS: Resource = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
};

const open: { server?: ScriptedServer; transport?: HttpTransport; watch?: ResourceWatch } = {};

afterEach(async () => {
  open.watch?.close();
  open.transport?.close();
  await open.server?.close();
});

async function watchPods(script: Script, { watchList = true, resource = PODS } = {}) {
  const server = await startScriptedServer(script);
  const clock = new ManualClock();
  const transport = new HttpTransport({
    http: new NodeHttp({ server: server.url }),
    credentials: fixedCredentials({ headers: {} }),
    clock,
    random: () => 0.5,
  });
  const traits = { watchList };
  const watch = new ResourceWatch({
    transport,
    clock,
    random: () => 0.5,
    resource,
    namespace: 'shop',
    traits,
  });
  Object.assign(open, { server, transport, watch });
  const told: string[] = [];
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  watch.subscribe((event) => {
    const text = event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`;
    told.push(text);
    for (const one of waiting) if (one.text === text) one.resolve();
  });
  /** Resolves when the event has been told, now or before. */
  const heard = (text: string) =>
    told.includes(text) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ text, resolve }));
  return { server, clock, watch, traits, told, heard };
}

const pod = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', resourceVersion },
});

function tell(response: ServerResponse, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function tellInitialEnd(response: ServerResponse, resourceVersion: string): void {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  tell(response, 'BOOKMARK', { kind: 'Pod', metadata: { resourceVersion, annotations } });
}

const listOf = (resourceVersion: string, ...items: unknown[]) => ({
  kind: 'PodList',
  metadata: { resourceVersion },
  items,
});

test('begins with the objects that exist, in one stream, and follows them', async () => {
  const { server, watch, told, heard } = await watchPods((_request, response) => {
    tell(response, 'ADDED', pod('a', '5'));
    tell(response, 'ADDED', pod('b', '3'));
    tellInitialEnd(response, '7');
    tell(response, 'MODIFIED', pod('a', '8'));
    tell(response, 'DELETED', pod('b', '9'));
  });
  await watch.synced;
  await heard('deleted b');
  expect(told).toEqual(['changed a', 'changed b', 'synced', 'changed a', 'deleted b']);
  expect(watch.get('a')?.metadata.resourceVersion).toBe('8');
  expect(watch.list()).toHaveLength(1);
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatchObject({
    path: '/api/v1/namespaces/shop/pods',
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      timeoutSeconds: '150',
    },
  });
});

test.each([400, 422])(
  'lists first where the server refuses initial events with %i, and remembers',
  async (code) => {
    const { server, watch, traits } = await watchPods((request, response) => {
      if (request.query['sendInitialEvents'] === 'true') {
        answerStatus(response, code);
        return;
      }
      if (request.query['watch'] === undefined) {
        answerJson(response, listOf('40', pod('a', '5')));
        return;
      }
      response.flushHeaders();
    });
    await watch.synced;
    expect(traits.watchList).toBe(false);
    expect(watch.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(server.requests[1]?.query).toEqual({ limit: '500' });
  },
);

test('gives up on initial events whose end never comes', async () => {
  const { clock, watch, traits } = await watchPods((request, response) => {
    if (request.query['watch'] === undefined) {
      answerJson(response, listOf('40', pod('a', '5')));
      return;
    }
    tell(response, 'ADDED', pod('a', '5'));
  });
  await clock.passWait(10_000, 10_000);
  await watch.synced;
  expect(traits.watchList).toBe(false);
});

test.each([
  ['are cut off in a line', (response: ServerResponse) => response.end('{"type":"ADDED","object":{"meta')],
  ['end early', (response: ServerResponse) => response.end()],
  [
    'are refused with 500',
    (response: ServerResponse) => {
      answerStatus(response, 500);
    },
  ],
])('lists and watches when initial events %s each time, and follows from there', async (_what, breakOff) => {
  const { server, clock, traits, told, heard } = await watchPods((request, response) => {
    if (request.query['sendInitialEvents'] === 'true') {
      if (!response.headersSent) breakOff(response);
      return;
    }
    if (request.query['watch'] === undefined) answerJson(response, listOf('40', pod('a', '5')));
    else tell(response, 'ADDED', pod('late', '41'));
  });
  expect(await clock.passWait(1, 9_000)).toBe(375);
  expect(await clock.passWait(1, 9_000)).toBe(750);
  await heard('changed late');
  expect(told).toEqual(['changed a', 'synced', 'changed late']);
  expect(server.requests.map(({ query }) => query['sendInitialEvents'] ?? query['resourceVersion'])).toEqual([
    'true',
    'true',
    undefined,
    '40',
  ]);
  // What breaks here may well work for another kind: one of a million objects, behind a slow proxy.
  expect(traits.watchList).toBe(true);
});

test('a beginning that went well makes up for the broken one before it', async () => {
  const { server, clock, heard } = await watchPods((request, response, count) => {
    if (count % 2 === 1) {
      tell(response, 'ADDED', pod('a', '5'));
      response.end();
    } else if (request.query['sendInitialEvents'] === 'true') {
      tell(response, 'ADDED', pod(`told-${count}`, String(count)));
      tellInitialEnd(response, String(count));
      tell(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      response.end();
    }
  });
  for (let round = 0; round < 5; round += 1) await clock.passWait(1, 9_000);
  await heard('changed told-6');
  expect(server.requests.map(({ query }) => query['sendInitialEvents'])).toEqual(Array(6).fill('true'));
});

test('resumes after the last version told, bookmarks included, when a stream is cut off in a line', async () => {
  const { server, clock, heard } = await watchPods((_request, response, count) => {
    if (count === 1) {
      tellInitialEnd(response, '7');
      tell(response, 'BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '12' } });
      response.end('{"type":"MODIFIED","object":{"meta');
    } else tell(response, 'ADDED', pod('late', '13'));
  });
  expect(await clock.passWait(1, 1_000)).toBe(375);
  await heard('changed late');
  expect(server.requests[1]?.query).toMatchObject({ resourceVersion: '12' });
});

test.each([
  ['an ERROR event', 'event'],
  ['HTTP 410', 'http'],
])('tells all anew after %s, and that what is missing is gone', async (_what, how) => {
  const { clock, watch, told, heard } = await watchPods((request, response, count) => {
    if (count === 1) {
      tell(response, 'ADDED', pod('a', '5'));
      tell(response, 'ADDED', pod('b', '5'));
      tellInitialEnd(response, '7');
      if (how === 'event')
        tell(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      response.end();
    } else if (request.query['resourceVersion'] === '7') {
      answerStatus(response, 410, { reason: 'Expired' });
    } else {
      tell(response, 'ADDED', pod('b', '5'));
      tell(response, 'ADDED', pod('c', '9'));
      tellInitialEnd(response, '11');
    }
  });
  await clock.passWait(1, 1_000);
  if (how === 'http') await clock.passWait(1, 2_000);
  await heard('deleted a');
  expect(told).toEqual(['changed a', 'changed b', 'synced', 'changed c', 'deleted a']);
  expect(watch.list().map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
});

test('backs off longer and longer from a server that ends every stream, then starts afresh', async () => {
  const { clock, heard } = await watchPods((_request, response, count) => {
    if (count === 1) tellInitialEnd(response, '1');
    if (count <= 8) response.end();
    else tell(response, 'ADDED', pod('a', '2'));
  });
  const waits: number[] = [];
  // Around 10 s another wait is under way: the guard of the first stream's initial events.
  for (let round = 0; round < 5; round += 1) waits.push(await clock.passWait(1, 9_000));
  for (let round = 0; round < 3; round += 1) waits.push(await clock.passWait(11_000, 29_000));
  expect(waits).toEqual([375, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]);
  await heard('changed a');
});

test('breaks a stream that is silent for too long and resumes', async () => {
  const { server, clock, watch, heard } = await watchPods((_request, response, count) => {
    if (count === 1) tellInitialEnd(response, '7');
    else tell(response, 'ADDED', pod('a', '8'));
  });
  await watch.synced;
  // The guard first waits for the initial events' end, then for the end of the silence.
  await clock.passWait(10_000, 10_000);
  await clock.passWait(60_000, 75_000);
  await heard('changed a');
  expect(server.requests[1]?.query).toMatchObject({ resourceVersion: '7' });
});

test('survives a storm of 500s', async () => {
  const { clock, watch, heard } = await watchPods((request, response, count) => {
    if (count <= 3) answerStatus(response, 500, { message: 'out of order' });
    else if (request.query['watch'] === undefined) answerJson(response, listOf('8', pod('a', '8')));
    else response.flushHeaders();
  });
  const troubles: boolean[] = [];
  watch.onTrouble(() => troubles.push(watch.trouble() !== undefined));
  await clock.passWait(1, 29_000);
  expect(watch.trouble()).toMatchObject({ kind: 'status', code: 500, message: 'out of order' });
  await clock.passWait(1, 29_000);
  await clock.passWait(1, 29_000);
  await heard('synced');
  expect(watch.trouble()).toBeUndefined();
  expect(troubles).toEqual([true, false]);
});

test('asks every few seconds where watching is forbidden', async () => {
  const { server, clock, told, heard } = await watchPods((request, response, count) => {
    if (request.query['watch'] === 'true') answerStatus(response, 403, { reason: 'Forbidden' });
    else if (count === 2) answerJson(response, listOf('40', pod('a', '5')));
    else answerJson(response, listOf('41', pod('a', '6'), pod('b', '41')));
  });
  await heard('synced');
  expect(await clock.passWait(3_000, 5_000)).toBe(4_000);
  await heard('changed b');
  expect(told).toEqual(['changed a', 'synced', 'changed a', 'changed b']);
  expect(server.requests.map(({ query }) => query['watch'])).toEqual(['true', undefined, undefined]);
});

test('objects of a kind that is no longer served are gone', async () => {
  const { clock, heard, told } = await watchPods((_request, response, count) => {
    if (count > 1) {
      answerStatus(response, 404);
      return;
    }
    tell(response, 'ADDED', pod('a', '5'));
    tellInitialEnd(response, '7');
    response.end();
  });
  await clock.passWait(1, 1_000);
  await heard('deleted a');
  expect(told).toEqual(['changed a', 'synced', 'deleted a']);
});

test('looks every few seconds whether a kind that is not served has come back', async () => {
  const { clock, heard } = await watchPods((_request, response, count) => {
    if (count <= 6) {
      answerStatus(response, 404);
      return;
    }
    tell(response, 'ADDED', pod('a', '5'));
    tellInitialEnd(response, '7');
  });
  const waits: number[] = [];
  for (let round = 0; round < 6; round += 1) waits.push(await clock.passWait(1, 9_000));
  expect(waits).toEqual([375, 750, 1_500, 3_000, 3_750, 3_750]);
  await heard('synced');
});
