import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { expiredAt } from './tls-mistake.js';

const [cert = ''] = rootCertificates;
const until = new Date(new X509Certificate(cert).validTo);

test('a certificate has expired once its last moment is over, and what is none never has', () => {
  expect(expiredAt({ cert, key: '' }, until.getTime())).toBeUndefined();
  expect(expiredAt({ cert, key: '' }, until.getTime() + 1)).toBe(until.toISOString());
  expect(expiredAt({ cert: 'nonsense', key: '' }, until.getTime() + 1)).toBeUndefined();
});
