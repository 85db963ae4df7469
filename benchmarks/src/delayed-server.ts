import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The same server, further away. */
export interface DelayedServer {
  /** `https://127.0.0.1:…` */
  readonly server: string;
  close(): Promise<void>;
}

/** Passes bytes on in both directions, each half a round-trip time after they came. */
export async function startDelayedServer(server: string, roundTripMs: number): Promise<DelayedServer> {
  const target = Number(new URL(server).port);
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined);
    }
    passOn(client, upstream, roundTripMs / 2);
    passOn(upstream, client, roundTripMs / 2);
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    server: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(listener.close(), 'close');
    },
  };
}

/** Timers of the same length end in the order in which they began, so the bytes keep theirs. */
function passOn(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (bytes) => {
    void sleep(delayMs).then(() => to.write(bytes));
  });
  from.once('close', () => {
    void sleep(delayMs).then(() => to.destroy());
  });
}
