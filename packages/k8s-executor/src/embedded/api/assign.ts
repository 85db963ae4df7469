import { mappingOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/** What the server assigns to a new object besides defaults: addresses of Services, the selector of a Job. */
export function createAssigner(newUid: () => string): (object: KubeObject) => KubeObject {
  let addresses = 0;
  return (object) => {
    if (object.kind === 'Job') return assignSelector(object, newUid);
    if (object.kind !== 'Service') return object;
    const spec = part(object, 'spec');
    if (spec['clusterIP'] !== undefined || textOf(spec, 'type') === 'ExternalName') {
      const { clusterIP } = spec;
      return clusterIP === undefined || spec['clusterIPs'] !== undefined
        ? object
        : { ...object, spec: { ...spec, clusterIPs: [clusterIP] } };
    }
    addresses += 1;
    const clusterIP = `10.96.${(addresses >> 8) & 255}.${addresses & 255}`;
    return { ...object, spec: { ...spec, clusterIP, clusterIPs: [clusterIP] } };
  };
}

/** Unless the author chooses the selector, pods of a Job are told apart by its uid. */
function assignSelector(job: KubeObject, newUid: () => string): KubeObject {
  const spec = part(job, 'spec');
  if (spec['manualSelector'] === true) return job;
  const label = 'batch.kubernetes.io/controller-uid';
  const template = mappingOf(spec, 'template');
  const metadata = mappingOf(template, 'metadata');
  const known = textOf(mappingOf(mappingOf(spec, 'selector'), 'matchLabels'), label);
  const uid = known === '' ? newUid() : known;
  const { name } = job.metadata;
  const labels = {
    ...mappingOf(metadata, 'labels'),
    [label]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return {
    ...job,
    spec: {
      ...spec,
      selector: { matchLabels: { [label]: uid } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}
