import { systemClock } from '@flotilla/core';
import type { OpenedCluster, StatusOptions } from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import { readImages } from './read-images.js';

type PlanTarget = Omit<StatusOptions, 'file' | 'plan' | 'directory'>;

/** Where a plan is looked at or run, with which images, and who learns its secrets. */
export function planTarget(
  invocation: Invocation,
  { cluster, namespace }: Pick<OpenedCluster, 'cluster' | 'namespace'>,
): PlanTarget {
  const { redactor } = invocation.ports;
  return { ...readImages(invocation), redactor, cluster, namespace, clock: systemClock };
}
