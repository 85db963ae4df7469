import type { Json, JsonObject } from '../../../cluster/json.js';
import { messages } from './messages.js';
import type { FieldType, Message } from './messages.js';
import { readFields } from './wire-format.js';

/** Kubernetes puts these bytes before its protobuf. */
const magic = Buffer.from('k8s\0');

/**
 * An object that a client has sent as `application/vnd.kubernetes.protobuf`, as JSON has it; undefined when it is of a
 * kind, or uses a field, that is not understood here, so that nothing is left out in silence.
 */
export function decodeObject(bytes: Buffer): JsonObject | undefined {
  if (!bytes.subarray(0, magic.length).equals(magic)) return undefined;
  try {
    const envelope = fieldsOf(bytes.subarray(magic.length));
    const [apiVersion, kind] = [1, 2].map((number) =>
      textOf(fieldsOf(bufferOf(envelope.get(1))).get(number)),
    );
    const message = messageOf(kind ?? '');
    if (message === undefined) return undefined;
    return { apiVersion, kind, ...decodeMessage(bufferOf(envelope.get(2)), message) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function messageOf(name: string): Message | undefined {
  return Object.hasOwn(messages, name) ? messages[name] : undefined;
}

function decodeMessage(bytes: Buffer, message: Message): JsonObject {
  const decoded: Record<string, Json> = {};
  for (const { number, value } of readFields(bytes)) {
    const field = message[number];
    if (isEmpty(value) && field?.[1] !== 'optional-number') continue;
    if (field === undefined && isBlank(value)) continue;
    if (field === undefined) throw new RangeError(`a field ${number} that is not known here`);
    const [name, type] = field;
    decoded[name] = add(decoded[name], value, type);
  }
  return decoded;
}

/** Kubernetes writes fields without a value too. */
function isEmpty(value: bigint | Buffer): boolean {
  return typeof value === 'bigint' ? value === 0n : value.length === 0;
}

/** A message of nothing but fields without a value: the status of something new. */
function isBlank(value: bigint | Buffer): boolean {
  return (
    isEmpty(value) ||
    (typeof value !== 'bigint' && [...readFields(value)].every((field) => isBlank(field.value)))
  );
}

/** Items of lists and entries of maps come as fields of their own. */
function add(before: Json | undefined, value: bigint | Buffer, type: FieldType): Json {
  if (typeof type === 'object' && 'list' in type) {
    return [...(Array.isArray(before) ? (before as readonly Json[]) : []), decodeValue(value, type.list)];
  }
  if (typeof type === 'object' && 'map' in type) {
    const entry = fieldsOf(bufferOf(value));
    const mapped = decodeValue(entry.get(2) ?? Buffer.of(), type.map);
    return { ...(before as JsonObject | undefined), [textOf(entry.get(1))]: mapped };
  }
  return decodeValue(value, type);
}

function decodeValue(value: bigint | Buffer, type: FieldType): Json {
  if (typeof type === 'object') {
    if (!('message' in type)) throw new RangeError('a list in a list');
    const message = messageOf(type.message);
    if (message === undefined) throw new Error(`Bug: no message ${type.message}`);
    return decodeMessage(bufferOf(value), message);
  }
  switch (type) {
    case 'string':
      return textOf(value);
    case 'number':
    case 'optional-number':
      return Number(value);
    case 'boolean':
      return value !== 0n;
    case 'bytes':
      return bufferOf(value).toString('base64');
    case 'int-or-string': {
      const fields = fieldsOf(bufferOf(value));
      return fields.get(1) === 1n ? textOf(fields.get(3)) : Number(fields.get(2) ?? 0n);
    }
    case 'time':
      return new Date(Number(fieldsOf(bufferOf(value)).get(1) ?? 0n) * 1000).toISOString();
  }
}

function fieldsOf(bytes: Buffer): ReadonlyMap<number, bigint | Buffer> {
  return new Map([...readFields(bytes)].map(({ number, value }) => [number, value]));
}

function bufferOf(value: bigint | Buffer | undefined): Buffer {
  if (typeof value === 'bigint') throw new RangeError('a number where bytes should be');
  return value ?? Buffer.of();
}

function textOf(value: bigint | Buffer | undefined): string {
  return bufferOf(value).toString();
}
