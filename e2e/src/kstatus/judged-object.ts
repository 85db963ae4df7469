/** An object to judge, as far as the rules look at it. */
export interface JudgedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly generation?: number | undefined;
    readonly creationTimestamp?: string | undefined;
    readonly deletionTimestamp?: string | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec?: Readonly<Record<string, unknown>> | undefined;
  readonly status?: Readonly<Record<string, unknown>> | undefined;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
}

/** `status.conditions` where it is a list. */
export function conditionsOf(object: JudgedObject): readonly Condition[] {
  const conditions = object.status?.['conditions'];
  return Array.isArray(conditions) ? (conditions as readonly Condition[]) : [];
}

/** The status of the first condition of that type; undefined without one. */
export function statusOf(object: JudgedObject, type: string): string | undefined {
  return conditionsOf(object).find((condition) => condition.type === type)?.status;
}
