import type { Reading } from './interpolate.js';
import { isRecord } from './read-objects.js';

/** A port of an inline service. */
interface InlinePort {
  readonly type: 'node_port';
  /** Where the container listens and, as in compose, where other services reach it. */
  readonly port: number;
}

/** The ports of `ports` and `expose`; what is published on the machine has no counterpart and no ill effect. */
export function readPorts(entries: readonly unknown[], { text, tell }: Reading): readonly InlinePort[] {
  const ports = entries.flatMap((entry) => {
    const said = isRecord(entry)
      ? `${text(entry['target'])}/${text(entry['protocol'] ?? 'tcp')}`
      : text(entry);
    const [, port, protocol = 'tcp'] = /(?:^|:)(\d+)(?:\/(\w+))?$/.exec(said) ?? [];
    if (port !== undefined && protocol === 'tcp') return [Number(port)];
    tell(`the port ${said} is a range or not TCP and was left out.`);
    return [];
  });
  return [...new Set(ports)].map((port) => ({ type: 'node_port', port }));
}
