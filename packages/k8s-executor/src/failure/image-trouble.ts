import type { GraceTimes } from './grace-times.js';
import type { Symptom } from './symptom.js';

interface PullFault {
  readonly pattern: RegExp;
  readonly words: string;
  readonly advice: string;
}

const notFound: PullFault = {
  pattern: /not ?found|manifest unknown|does not exist|name unknown/i,
  words: 'not found',
  advice: 'Check the name and the tag, and that the image has been pushed to that registry.',
};

// In this order: registries say "not found or access denied" when they do not want to tell.
const faults: readonly PullFault[] = [
  {
    pattern: /unauthorized|denied|forbidden|authentication required|\b40[13]\b/i,
    words: 'the registry denies access',
    advice: 'Give the pod credentials: an imagePullSecret in its namespace, or on its service account.',
  },
  {
    pattern: /no such host|server misbehaving|name resolution/i,
    words: 'the name of the registry cannot be resolved',
    advice: 'Check the registry in the name of the image, and the DNS of the nodes.',
  },
  {
    pattern: /too ?many ?requests|\b429\b|rate limit/i,
    words: 'the registry limits the rate of pulls',
    advice: 'Pull with an account, or through a mirror.',
  },
  {
    pattern: /x509|certificate/i,
    words: 'the certificate of the registry is not trusted',
    advice: 'Give the nodes the certificate authority of the registry.',
  },
  {
    pattern: /timeout|connection refused|unreachable|EOF|connection reset/i,
    words: 'the registry does not answer',
    advice: 'Check that the nodes reach the registry.',
  },
  notFound,
];

/** What a container shows that waits for its image. */
export interface ImageWait {
  readonly image: string;
  readonly reason: string;
  readonly message: string;
  readonly pod: string;
  readonly container: string;
}

/** The symptom of a container that waits for its image; undefined when it waits for something else. */
export function imageTrouble(wait: ImageWait, grace: GraceTimes): Symptom | undefined {
  const { pod, container, image } = wait;
  const base = { pod, container, key: `image/${container}/${image}`, conclusive: true };
  if (wait.reason === 'InvalidImageName') {
    const cause = `\`${image}\` is not the name of an image`;
    return { ...base, class: 'cannot-heal', graceMs: 0, cause, advice: 'Correct the name of the image.' };
  }
  if (wait.reason === 'ErrImageNeverPull') {
    const cause = `image "${image}" is not on the node, and imagePullPolicy Never keeps it from being pulled`;
    return { ...base, class: 'cannot-heal', graceMs: 0, cause };
  }
  if (
    !['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'ImageInspectError'].includes(wait.reason)
  ) {
    return undefined;
  }
  const fault = faults.find(({ pattern }) => pattern.test(withoutImage(wait)));
  return {
    ...base,
    class: 'heals-sometimes',
    graceMs: fault === notFound ? grace.imageNotFoundMs : grace.imagePullMs,
    cause: `image "${image}" cannot be pulled${fault === undefined ? lastPart(wait) : `: ${fault.words}`}`,
    ...(fault !== undefined && { advice: fault.advice }),
  };
}

/** The image's own name must not decide what is wrong with it (`acme/unauthorized:1`). */
function withoutImage(wait: ImageWait): string {
  return wait.message.replaceAll(wait.image, '');
}

function lastPart(wait: ImageWait): string {
  const text = wait.message.split(': ').at(-1) ?? '';
  return text === '' || text.startsWith('Back-off') ? '' : `: ${text}`;
}
