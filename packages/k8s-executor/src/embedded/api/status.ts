import type { StatusCause } from '../../cluster/api-failure.js';
import type { JsonObject } from '../../cluster/json.js';
import { qualifiedKind, qualifiedPlural } from '../store/served-kind.js';
import type { ServedKind } from '../store/served-kind.js';

/** What a refusal is about. */
export interface StatusDetails {
  readonly kind?: ServedKind;
  readonly name?: string;
  readonly causes?: readonly StatusCause[];
}

/** Why the API server says no, with the HTTP status that goes with it. */
const codes = {
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  UnsupportedMediaType: 415,
  Invalid: 422,
  InternalError: 500,
} as const;

export type RefusalReason = keyof typeof codes;

/** The API server says no: how a handler refuses a request. Caught in one place, where it becomes the answer. */
export class Refused extends Error {
  readonly code: number;
  readonly reason: RefusalReason;
  readonly details: StatusDetails;

  constructor(reason: RefusalReason, message: string, details: StatusDetails = {}) {
    super(message);
    this.code = codes[reason];
    this.reason = reason;
    this.details = details;
  }

  /** The Status object. */
  toStatus(): JsonObject {
    const { kind, name, causes } = this.details;
    const details: JsonObject = {
      ...(name !== undefined && { name }),
      ...(kind !== undefined && kind.group !== '' && { group: kind.group }),
      ...(kind !== undefined && { kind: this.reason === 'Invalid' ? kind.kind : kind.plural }),
      ...(causes !== undefined && { causes: causes.map((cause) => ({ ...cause })) }),
    };
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason !== 'InternalError' && { reason: this.reason }),
      ...(Object.keys(details).length > 0 && { details }),
      code: this.code,
    };
  }
}

export function notFound(kind: ServedKind, name: string): Refused {
  return new Refused('NotFound', `${qualifiedPlural(kind)} "${name}" not found`, { kind, name });
}

export function alreadyExists(kind: ServedKind, name: string): Refused {
  return new Refused('AlreadyExists', `${qualifiedPlural(kind)} "${name}" already exists`, {
    kind,
    name,
  });
}

/** The object has changed since it was read, or is not the one that was meant. */
export function conflict(kind: ServedKind, name: string, why: string): Refused {
  const message = `Operation cannot be fulfilled on ${qualifiedPlural(kind)} "${name}": ${why}`;
  return new Refused('Conflict', message, { kind, name });
}

/** A deletion was meant for another object, or another version of it. Deletions name the kind where other writes name the resource. */
export function otherObject(kind: ServedKind, name: string, why: string): Refused {
  const message = `Operation cannot be fulfilled on ${qualifiedKind(kind)} "${name}": ${why}`;
  return new Refused('Conflict', message, { kind: { ...kind, plural: kind.kind }, name });
}

export function badRequest(message: string): Refused {
  return new Refused('BadRequest', message);
}

export function invalid(kind: ServedKind, name: string, causes: readonly StatusCause[]): Refused {
  const told = causes.map(({ field, message }) => `${field ?? ''}: ${message}`);
  const list = told.length === 1 ? told.join('') : `[${told.join(', ')}]`;
  const message = `${qualifiedKind(kind)} "${name}" is invalid: ${list}`;
  return new Refused('Invalid', message, { kind, name, causes });
}

/** A PUT of a kind that is never replaced blindly. */
export function versionRequired(kind: ServedKind, name: string): Refused {
  const [field, value] = ['metadata.resourceVersion', 'Invalid value: 0: must be specified for an update'];
  const causes = [{ reason: 'FieldValueInvalid', message: value, field }];
  const message = `${qualifiedPlural(kind)} "${name}" is invalid: ${field}: ${value}`;
  return new Refused('Invalid', message, { kind: { ...kind, kind: kind.plural }, name, causes });
}

/** No such path. */
export function unknownPath(): Refused {
  return new Refused('NotFound', 'the server could not find the requested resource');
}
