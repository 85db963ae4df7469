import { EventEmitter } from 'node:events';
import { cancelOnSignals } from './cancel-on-signals';

function listen() {
  const exits: number[] = [];
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) });
  return { exits, source, cancellation: cancelOnSignals(source) };
}

test.each([
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGHUP', 'SIGTERM'],
])('the first %s stops the run as %s and ends no process', (signal, reason) => {
  const { exits, source, cancellation } = listen();
  source.emit(signal);
  expect(cancellation.signal.reason).toBe(reason);
  expect(exits).toEqual([]);
});

test('the second Ctrl-C ends the process', () => {
  const { exits, source } = listen();
  source.emit('SIGINT');
  source.emit('SIGINT');
  expect(exits).toEqual([130]);
});

test.each([
  ['each SIGTERM that Nx sends after a Ctrl-C', ['SIGINT', 'SIGTERM', 'SIGTERM'], 'SIGINT'],
  [
    'the SIGTERM that Nx sends for each of its lists of processes',
    ['SIGTERM', 'SIGTERM', 'SIGTERM'],
    'SIGTERM',
  ],
  ['the Ctrl-C that comes after the SIGTERM of Nx', ['SIGTERM', 'SIGINT'], 'SIGTERM'],
])('%s is the same wish', (_what, signals, reason) => {
  const { exits, source, cancellation } = listen();
  for (const signal of signals) source.emit(signal);
  expect(cancellation.signal.reason).toBe(reason);
  expect(exits).toEqual([]);
});

test('nothing listens after the run', () => {
  const { source, cancellation } = listen();
  cancellation.dispose();
  expect(source.eventNames()).toEqual([]);
});
