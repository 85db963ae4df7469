import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf } from '../manifest/kind-scope.js';
import { judgeApiService } from './api-service.js';
import { judgeCustomResourceDefinition } from './custom-resource-definition.js';
import { judgeDaemonSet } from './daemon-set.js';
import { judgeDeployment } from './deployment.js';
import { judgeGateway, judgeGatewayClass } from './gateway.js';
import { judgeByConditions, judgeStandard } from './generic.js';
import { judgeHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.js';
import { judgeJob, judgeJobCompletion } from './job.js';
import { judgeNamespace } from './namespace.js';
import { judgePersistentVolumeClaim } from './persistent-volume-claim.js';
import { judgePod, judgePodCompletion } from './pod.js';
import { current } from './readiness.js';
import type { Readiness, ReadinessRule } from './readiness.js';
import { judgeReplicaSet } from './replica-set.js';
import { judgeService } from './service.js';
import { judgeStatefulSet } from './stateful-set.js';

const alwaysCurrent: ReadinessRule = () => current('it is there');

const rules: Readonly<Record<string, ReadinessRule>> = {
  '/Namespace': judgeNamespace,
  '/PersistentVolumeClaim': judgePersistentVolumeClaim,
  '/Pod': judgePod,
  '/Service': judgeService,
  '/ConfigMap': alwaysCurrent,
  '/Secret': alwaysCurrent,
  'apiextensions.k8s.io/CustomResourceDefinition': judgeCustomResourceDefinition,
  'apiregistration.k8s.io/APIService': judgeApiService,
  'apps/DaemonSet': judgeDaemonSet,
  'apps/Deployment': judgeDeployment,
  'apps/ReplicaSet': judgeReplicaSet,
  'apps/StatefulSet': judgeStatefulSet,
  // What old files still say, and kstatus still reads.
  'extensions/DaemonSet': judgeDaemonSet,
  'extensions/Deployment': judgeDeployment,
  'extensions/ReplicaSet': judgeReplicaSet,
  'autoscaling/HorizontalPodAutoscaler': judgeHorizontalPodAutoscaler,
  'batch/CronJob': alwaysCurrent,
  'batch/Job': judgeJob,
  'gateway.networking.k8s.io/Gateway': judgeGateway,
  'gateway.networking.k8s.io/GatewayClass': judgeGatewayClass,
  // Its generation is checked before; disruptions that are not allowed now are its work, no fault.
  'policy/PodDisruptionBudget': alwaysCurrent,
};

const completionRules: Readonly<Record<string, ReadinessRule>> = {
  '/Pod': judgePodCompletion,
  'batch/Job': judgeJobCompletion,
};

/** Judges an object as kstatus does, with the amendments of `research/client-node.md` §7. */
export function judge(object: KubeObject): Readiness {
  return judgeStandard(object) ?? ruleOf(object, rules)(object);
}

/** As `judge`, but jobs and pods are current only once they have completed: what a job task waits for. */
export function judgeCompletion(object: KubeObject): Readiness {
  const rule = completionRules[kindOf(object)];
  return rule === undefined ? judge(object) : (judgeStandard(object) ?? rule(object));
}

function ruleOf(object: KubeObject, table: Readonly<Record<string, ReadinessRule>>): ReadinessRule {
  return table[kindOf(object)] ?? judgeByConditions;
}

function kindOf(object: KubeObject): string {
  return `${groupOf(object.apiVersion)}/${object.kind}`;
}
