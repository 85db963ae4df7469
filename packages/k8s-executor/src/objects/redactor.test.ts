import { addObjects, addSecret, createRedactor, redactJson } from './redactor.js';

function redactorOf(...values: readonly string[]) {
  const redactor = createRedactor();
  for (const value of values) redactor.add(value);
  return redactor;
}

describe('a redactor', () => {
  it('removes a value as it is, its lines, and as JSON and URLs spell it', () => {
    const redactor = redactorOf('first "line"\nsecond line');
    expect(redactor.redact('a second line, a first "line"')).toBe('a ***, a ***');
    expect(redactor.redact(JSON.stringify('first "line"\nsecond line'))).toBe('"***"');
    expect(redactor.redact(`?q=${encodeURIComponent('second line')}`)).toBe('?q=***');
  });

  it('removes the password in an address wherever it turns up', () => {
    expect(redactorOf('postgres://shop:hunter-two@db/shop').redact('bad password hunter-two')).toBe(
      'bad password ***',
    );
  });

  it('removes a value in base64, with and without its padding, and as HTML shows it', () => {
    const redactor = redactorOf('hunter & "two"?');
    const base64 = Buffer.from('hunter & "two"?').toString('base64');
    expect(redactor.redact(`${base64} ${base64.replace(/=+$/, '')}`)).toBe('*** ***');
    expect(redactor.redact('<b>hunter &amp; &quot;two&quot;?</b>')).toBe('<b>***</b>');
    expect(redactor.redact(new URLSearchParams({ q: 'hunter & "two"?' }).toString())).toBe('q=***');
  });

  it.each([
    ['JSON', '{"user": "ann", "db": {"password": "hunter-\\"two"}}', 'hunter-"two'],
    ['YAML', 'user: ann\npassword: hunter-two\n', 'hunter-two'],
    ['a file of variables', "USER=ann\nexport API_TOKEN='hunter-two'\n", 'hunter-two'],
    ['a connection string', 'Host=db;User=ann;Password=hunter-two;Port=1', 'hunter-two'],
  ])('removes what %s holds under a name that tells it, wherever that turns up', (_what, value, held) => {
    expect(redactorOf(value).redact(`ann failed with ${held}.`)).toBe('ann failed with ***.');
  });

  it.each(['', 'u', 'us', 'usr'])('removes a value in the base64 of more: what %j stands before', (user) => {
    const login = Buffer.from(`${user}:hunter-two-three;`).toString('base64');
    const redacted = redactorOf('hunter-two-three').redact(`Authorization: Basic ${login}`);
    const shown = Buffer.from(redacted.replace(/^.*Basic /, '').replaceAll('*', ''), 'base64').toString(
      'utf8',
    );
    expect(redacted).toContain('***');
    expect(shown).not.toMatch(/unter|-two|thre/);
  });

  it('removes what a registry is logged in to with, also when only its base64 is there', () => {
    const auth = Buffer.from('ann:hunter-two').toString('base64');
    const redactor = redactorOf(JSON.stringify({ auths: { 'ghcr.io': { auth } } }));
    expect(redactor.redact(`Basic ${auth}; ann may not pull with hunter-two`)).toBe(
      'Basic ***; ann may not pull with ***',
    );
  });

  it('leaves its own words readable: a hole where everybody knows the word would tell it', () => {
    const redactor = redactorOf('succeeded', 'task', 'services', 'production');
    expect(
      redactor.redact('{"type":"task-settled","task":"services.a","outcome":"succeeded"} in production'),
    ).toBe('{"type":"task-settled","task":"services.a","outcome":"succeeded"} in ***');
  });

  it('removes the longest of values that begin alike', () => {
    expect(redactorOf('hunter-two', 'hunter-two-three').redact('hunter-two-three')).toBe('***');
  });

  it('removes a short value only where it stands alone', () => {
    expect(redactorOf('2026').redact('pin 2026, sha256:ab2026cd')).toBe('pin ***, sha256:ab2026cd');
  });

  it('leaves alone what nobody can keep secret, and names', () => {
    const redactor = redactorOf('true', 'shop');
    redactor.keep('shop');
    expect(redactor.redact('true of shop')).toBe('true of shop');
  });

  it('keeps the shape of JSON', () => {
    const redactor = redactorOf('12345678');
    const document = { '12345678': 12345678, list: ['is 12345678'] };
    expect(redactJson(document, (text) => redactor.redact(text))).toEqual({
      '12345678': 12345678,
      list: ['is ***'],
    });
  });
});

describe('what objects hold', () => {
  it('is secret in Secrets, plain and encoded', () => {
    const redactor = createRedactor();
    const metadata = { name: 'db' };
    addSecret({ apiVersion: 'v1', kind: 'Secret', metadata, data: { a: 'aHVudGVyLW9uZQ==' } }, redactor);
    addSecret({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { b: 'hunter-two' } }, redactor);
    expect(redactor.redact('hunter-one aHVudGVyLW9uZQ== hunter-two aHVudGVyLXR3bw==')).toBe(
      '*** *** *** ***',
    );
  });

  it('is secret in variables that say so', () => {
    const redactor = createRedactor();
    redactor.addVariable('LEVEL');
    const env = [
      { name: 'API_TOKEN', value: 'hunter-one' },
      { name: 'LEVEL', value: 'hunter-two' },
      { name: 'MODE', value: 'production' },
    ];
    const spec = { template: { spec: { containers: [{ env }] } } };
    addObjects([{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' }, spec }], redactor);
    expect(redactor.redact('hunter-one hunter-two production')).toBe('*** *** production');
  });
});
