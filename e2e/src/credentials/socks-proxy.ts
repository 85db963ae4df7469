import { createServer, connect, type Server, type Socket } from 'node:net';

/** Told of every connection that the proxy makes: what it was asked for, and `name:password` of whoever asked. */
export type NoteTunnel = (onward: Socket, target: string, login: string | undefined) => void;

const version = 5;
const method = { none: 0, login: 2 };
const addressType = { ipv4: 1, name: 3 };

/** A SOCKS5 proxy (RFC 1928, with the logins of RFC 1929); whatever host it is asked for, it leads to that port on loopback. */
export function createSocksProxy(note: NoteTunnel): Server {
  return createServer((socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket, note).catch(() => socket.destroy());
  });
}

async function serve(socket: Socket, note: NoteTunnel): Promise<void> {
  const read = readerOf(socket);
  const login = await negotiate(socket, read);
  const [, , , type = 0] = await read(4);
  const host = await readHost(type, read);
  const port = (await read(2)).readUInt16BE();
  const onward = connect(port, '127.0.0.1', () => {
    note(onward, `${host}:${port}`, login);
    socket.write(Buffer.from([version, 0, 0, addressType.ipv4, 0, 0, 0, 0, 0, 0]));
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
}

type Read = (count: number) => Promise<Buffer>;

/** Takes only what comes before the tunnel; the rest stays in the socket. */
function readerOf(socket: Socket): Read {
  return async (count) => {
    for (;;) {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise((resolve, reject) => {
        socket.once('readable', resolve).once('close', reject);
      });
    }
  };
}

async function negotiate(socket: Socket, read: Read): Promise<string | undefined> {
  const [, count = 0] = await read(2);
  const offered = [...(await read(count))];
  const chosen = offered.includes(method.login) ? method.login : method.none;
  socket.write(Buffer.from([version, chosen]));
  if (chosen === method.none) return undefined;
  await read(1);
  const [name, password] = [await readText(read), await readText(read)];
  socket.write(Buffer.from([1, 0]));
  return `${name}:${password}`;
}

async function readHost(type: number, read: Read): Promise<string> {
  return type === addressType.name ? await readText(read) : [...(await read(4))].join('.');
}

async function readText(read: Read): Promise<string> {
  const [length = 0] = await read(1);
  return (await read(length)).toString('utf8');
}
