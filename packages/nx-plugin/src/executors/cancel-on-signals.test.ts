import { EventEmitter } from 'node:events';
import { cancelOnSignals } from './cancel-on-signals';

function listen() {
  const exits: number[] = [];
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) });
  return { exits, source, cancellation: cancelOnSignals(source) };
}

test.each(['SIGINT', 'SIGTERM'])('the first %s stops the run and ends no process', (signal) => {
  const { exits, source, cancellation } = listen();
  source.emit(signal);
  expect(cancellation.signal.reason).toBe(signal);
  expect(exits).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('the second %s ends the process with %d', (signal, code) => {
  const { exits, source } = listen();
  source.emit(signal);
  source.emit(signal);
  expect(exits).toEqual([code]);
});

test('the SIGTERM that Nx sends after a Ctrl-C is the same wish', () => {
  const { exits, source, cancellation } = listen();
  source.emit('SIGINT');
  source.emit('SIGTERM');
  expect(cancellation.signal.reason).toBe('SIGINT');
  expect(exits).toEqual([]);
});

test('nothing listens after the run', () => {
  const { source, cancellation } = listen();
  cancellation.dispose();
  expect(source.eventNames()).toEqual([]);
});
