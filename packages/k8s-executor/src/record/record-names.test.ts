import fc from 'fast-check';
import { recordName } from './record-names.js';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

describe('recordName', () => {
  it('keeps names that Kubernetes allows', () => {
    expect(recordName('shop')).toBe('flotilla-shop');
    expect(recordName('shop', 'journal')).toBe('flotilla-shop.journal');
  });

  it('tells deployments apart whose names clash once they are made valid', () => {
    const names = ['shop', 'Shop', 'shop.journal', 'shop-journal', 'sh op', 'sh/op'].map((name) =>
      recordName(name),
    );
    expect(new Set([...names, recordName('shop', 'journal')]).size).toBe(names.length + 1);
  });

  it('is a DNS-1123 subdomain whatever the parts are', () => {
    const parts = fc.array(fc.string({ minLength: 1, maxLength: 400, unit: 'binary' }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 400 }), parts, (deployment, suffixes) => {
        const name = recordName(deployment, ...suffixes);
        expect(name).toMatch(subdomain);
        expect(name.length).toBeLessThanOrEqual(253);
      }),
    );
  });
});
