import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports on loopback that no other control plane gets before they are released. */
export interface ReservedPorts {
  readonly ports: readonly number[];
  /** Call when nothing listens on them any more. A process that ends releases them, however it ends. */
  readonly release: () => void;
}

// Below those that systems give to outgoing connections and to servers that ask for any port: none of them can take one
// before its server listens, or while that is restarted.
const [lowest, highest] = [10_000, 32_000];

/**
 * Reserves `count` ports on which nobody listens. What holds a TCP port for its server is the UDP port of the same
 * number: the system gives that to one process at a time.
 */
export async function reservePorts(count: number): Promise<ReservedPorts> {
  const held: Socket[] = [];
  while (held.length < count) {
    const socket = await hold(randomInt(lowest, highest));
    if (socket === undefined) continue;
    if (await isFree(socket.address().port)) held.push(socket);
    else socket.close();
  }
  return {
    ports: held.map((socket) => socket.address().port),
    release: () => {
      for (const socket of held) socket.close();
    },
  };
}

/** Undefined when another process has it. */
async function hold(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4').unref();
  const bound = once(socket, 'listening').then(
    () => true,
    () => false,
  );
  socket.bind({ address: '127.0.0.1', port, exclusive: true });
  if (await bound) return socket;
  socket.close();
  return undefined;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const listens = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (listens) await once(server.close(), 'close');
  return listens;
}
