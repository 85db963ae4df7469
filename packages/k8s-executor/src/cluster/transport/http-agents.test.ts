import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '../../testing/manual-clock.js';
import { answerJson, startScriptedServer } from '../../testing/scripted-server.js';
import { fixedCredentials } from '../kubeconfig/credentials.js';
import { HttpTransport } from './http-transport.js';
import { NodeHttp } from './node-http.js';

test('requests go through the proxy, on connections that are kept', async () => {
  const server = await startScriptedServer((_request, response) => {
    answerJson(response, {});
  });
  const tunnels: string[] = [];
  const proxy = http.createServer().on('connect', (request: http.IncomingMessage, client: net.Socket) => {
    tunnels.push(request.url ?? '');
    const upstream = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const transport = new HttpTransport({
    http: new NodeHttp({ server: 'http://api.invalid:8080', proxy: `http://127.0.0.1:${port}` }),
    credentials: fixedCredentials({ headers: {} }),
    clock: new ManualClock(),
    random: () => 0.5,
  });
  for (let requests = 0; requests < 3; requests += 1) {
    expect(await transport.request({ method: 'GET', path: '/api' })).toMatchObject({ ok: true });
  }
  expect(tunnels).toEqual(['api.invalid:8080']);
  transport.close();
  await server.close();
  await new Promise((resolve) => proxy.close(resolve));
});
