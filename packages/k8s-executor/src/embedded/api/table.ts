import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { columnsOf } from './table-columns.js';

export interface TableContext {
  readonly metadata: JsonObject;
  /** The cluster's time of day, since 1970. */
  readonly nowMs: number;
}

/** Objects as `kubectl get` asks for them. */
export function printTable(kind: string, objects: readonly KubeObject[], about: TableContext): JsonObject {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: about.metadata,
    columnDefinitions: columns.map(({ name, isWide }) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: isWide === true ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ read }) => read(object, about.nowMs)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
