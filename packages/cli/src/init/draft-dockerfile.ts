import type { Draft } from './draft.js';

/** One service with an image to fill in, and the ports that the Dockerfile exposes. */
export function draftDockerfile(text: string, name: string): Draft {
  const exposed = [...text.matchAll(/^\s*EXPOSE\s+(.*)$/gim)].flatMap(([, ports = '']) => ports.split(/\s+/));
  const numbers = exposed
    .filter((port) => /^\d+(\/tcp)?$/i.test(port))
    .map((port) => Number.parseInt(port, 10));
  const ports = [...new Set(numbers)].map((port) => ({ type: 'node_port', port }));
  const definition = { image: `registry.example.com/${name}:latest`, ...(ports.length > 0 && { ports }) };
  return {
    tasks: [{ kind: 'service', name, after: [], definition }],
    found: ['the Dockerfile'],
    toDo: [`${name}: name the image that your build pushes, and where to.`],
  };
}
