import { proxyFor } from './proxy-for.js';

const PROXY = 'http://proxy:3128';

test.each([
  ['https://api:6443', { HTTPS_PROXY: PROXY }, PROXY],
  ['https://api:6443', { https_proxy: 'proxy:3128' }, PROXY],
  ['https://api:6443', { HTTP_PROXY: PROXY }, undefined],
  ['http://api:8080', { HTTP_PROXY: PROXY }, PROXY],
  ['https://api:6443', { HTTPS_PROXY: '' }, undefined],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['https://api.corp:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, undefined],
  ['https://api.corp:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'x, corp' }, undefined],
  ['https://api.corp:6443', { HTTPS_PROXY: PROXY, no_proxy: '.corp' }, undefined],
  ['https://corp:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '.corp' }, PROXY],
  ['https://api.corp:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.corp:443' }, PROXY],
  ['https://api.corp:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.corp:6443' }, undefined],
  ['https://10.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' }, PROXY],
  ['https://10.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: '10.1.2.3' }, undefined],
  ['https://notcorp', { HTTPS_PROXY: PROXY, NO_PROXY: 'corp' }, PROXY],
])('%s with %j goes through %s', (server, variables, expected) => {
  expect(proxyFor(server, variables)).toBe(expected);
});
