import { openProcess } from './open-process.js';

test('opening the process leaves stdin as it is, for what is piped into it may come late', () => {
  const looks = jest.spyOn(process, 'stdin', 'get');
  const { ports } = openProcess(new URL('file:///package.json'));
  expect(ports.workingDirectory).toBe(process.cwd());
  expect(looks).not.toHaveBeenCalled();
  looks.mockRestore();
});
