import { listOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { Kubelet } from '../pods/kubelet.js';
import type { Answer } from './answer.js';
import type { ResourceRequest } from './resource-request.js';
import { badRequest } from './status.js';

/** GET of `pods/<name>/log`: what the container has written, and with `follow` the rest until it ends. */
export function answerLog(kubelet: Kubelet, pod: KubeObject, { query }: ResourceRequest): Answer {
  const { name } = pod.metadata;
  const container = chooseContainer(pod, query.get('container'));
  const simulated = kubelet.find(pod);
  const isPrevious = query.get('previous') === 'true';
  const lines = simulated?.logs(isPrevious);
  if (simulated === undefined || lines === undefined) {
    const why = isPrevious
      ? `previous terminated container "${container}" in pod "${name}" not found`
      : `container "${container}" in pod "${name}" is waiting to start: ${simulated?.waitReason() ?? 'ContainerCreating'}`;
    throw badRequest(why);
  }
  const tail = query.get('tailLines');
  const shown = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const text = shown.map((line) => `${line}\n`).join('');
  if (query.get('follow') !== 'true' || isPrevious || simulated.isDone)
    return { form: 'text', code: 200, body: text };
  return {
    form: 'stream',
    contentType: 'text/plain',
    start: (sink) => {
      if (text !== '') sink.write(text);
      const stop = simulated.onFinished(() => {
        sink.end();
      });
      sink.gone.addEventListener('abort', stop, { once: true });
    },
  };
}

function chooseContainer(pod: KubeObject, said: string | null): string {
  const spec = part(pod, 'spec');
  const names = listOf(spec, 'containers').map((each) => textOf(each, 'name'));
  const all = [...names, ...listOf(spec, 'initContainers').map((each) => textOf(each, 'name'))];
  const { name } = pod.metadata;
  if (said !== null && said !== '') {
    if (!all.includes(said)) throw badRequest(`container ${said} is not valid for pod ${name}`);
    return said;
  }
  const [only = ''] = names;
  if (names.length > 1)
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    );
  return only;
}
