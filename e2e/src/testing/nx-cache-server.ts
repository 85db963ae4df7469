import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A self-hosted remote cache as Nx speaks to it, in memory. */
export interface NxCacheServer {
  /** What Nx has to be told to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** All that it was given, unpacked. */
  contents(): string;
  close(): Promise<void>;
}

export async function startNxCacheServer(): Promise<NxCacheServer> {
  const entries = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const hash = request.url?.split('/').at(-1) ?? '';
    if (request.method === 'PUT') {
      void readBody(request).then((body) => {
        entries.set(hash, body);
        response.writeHead(200).end();
      });
      return;
    }
    const found = entries.get(hash);
    if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: `http://127.0.0.1:${String(port)}`,
      NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: 'nobody',
    },
    contents: () => [...entries.values()].map((entry) => gunzipSync(entry).toString('utf8')).join('\n'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
