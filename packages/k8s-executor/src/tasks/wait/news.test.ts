import type { SharedWatch, WatchEvent } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { AppliedObject } from '../apply/applied-object.js';
import { createBell } from './bell.js';
import { createNews } from './news.js';

function object(kind: string, name: string, owner?: string): KubeObject {
  const ownerReferences = owner === undefined ? [] : [{ uid: owner }];
  return { apiVersion: 'apps/v1', kind, metadata: { name, uid: `uid-${name}`, ownerReferences } };
}

function applied(name: string): AppliedObject {
  const deployment = object('Deployment', name);
  return { desired: deployment, applied: deployment, changed: true };
}

/** A watch that tells what the test says, and counts who listens. */
function playedWatch() {
  const listeners = new Set<(event: WatchEvent) => void>();
  const troubled = new Set<() => void>();
  const watch: SharedWatch = {
    get: () => undefined,
    list: () => [],
    ownedBy: () => [],
    synced: Promise.resolve(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onTrouble(listener) {
      troubled.add(listener);
      return () => troubled.delete(listener);
    },
  };
  const tell = (event: WatchEvent) => {
    for (const listener of listeners) listener(event);
  };
  return {
    watch,
    tell,
    listeners,
    trouble: () => {
      [...troubled].forEach((listener) => {
        listener();
      });
    },
  };
}

function watchTwo() {
  const [web, api] = [applied('web'), applied('api')];
  const [deployments, pods] = [playedWatch(), playedWatch()];
  const news = createNews(createBell());
  const heard: WatchEvent[] = [];
  const heardOwned: WatchEvent[] = [];
  for (const each of [web, api]) {
    news.ofObject(each, deployments.watch, (event) => heard.push(event));
    news.ofOwned(each, pods.watch, (event) => heardOwned.push(event));
  }
  return { news, web, api, deployments, pods, heard, heardOwned };
}

test('an event is news of the object that it names, and of no other', () => {
  const { news, web, deployments, heard } = watchTwo();
  deployments.tell({ type: 'changed', object: object('Deployment', 'web') });
  deployments.tell({ type: 'changed', object: object('Deployment', 'stranger') });
  expect(news.take()).toEqual([web]);
  expect(heard).toHaveLength(1);
  expect(news.take()).toEqual([]);
});

test('what an object owns is news of it, by way of others too once they are known', () => {
  const { news, api, pods, heardOwned } = watchTwo();
  const pod: WatchEvent = { type: 'changed', object: object('Pod', 'api-1-x', 'uid-api-1') };
  pods.tell(pod);
  expect(news.take()).toEqual([]);
  pods.tell({ type: 'changed', object: object('ReplicaSet', 'api-1', 'uid-api') });
  expect(news.take()).toEqual([api]);
  news.owns(api, object('ReplicaSet', 'api-1'));
  pods.tell(pod);
  expect(news.take()).toEqual([api]);
  expect(heardOwned).toHaveLength(2);
});

test('a watch that has synced, or is in trouble, is news of all that it tells of, with one subscription', () => {
  const { news, web, api, deployments, pods } = watchTwo();
  expect([deployments.listeners.size, pods.listeners.size]).toEqual([1, 1]);
  pods.tell({ type: 'synced' });
  expect(news.take()).toEqual([web, api]);
  deployments.trouble();
  expect(news.take()).toEqual([web, api]);
  news.stop();
  expect([deployments.listeners.size, pods.listeners.size]).toEqual([0, 0]);
});

test('news rings the bell', async () => {
  const bell = createBell();
  const rung = bell.rung();
  createNews(bell).tell(applied('web'));
  await expect(rung).resolves.toBeUndefined();
});
