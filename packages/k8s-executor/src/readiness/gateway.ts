import { judgeByConditions } from './generic.js';
import { conditionOf, failed, printCondition, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** A class of gateways that its controller refuses has failed. */
export const judgeGatewayClass: ReadinessRule = (object) => {
  const accepted = conditionOf(object, 'Accepted');
  return accepted?.status === 'False' ? failed(printCondition(accepted)) : judgeByConditions(object);
};

/** As Argo CD: a gateway must be accepted and programmed. Its CRD writes both conditions, as Unknown, from the start. */
export const judgeGateway: ReadinessRule = (object) => {
  const accepted = conditionOf(object, 'Accepted');
  if (accepted?.status === 'False') return failed(printCondition(accepted));
  const programmed = conditionOf(object, 'Programmed');
  if (programmed === undefined) return progressing('no controller has programmed it yet');
  return programmed.status === 'True' ? judgeByConditions(object) : progressing(printCondition(programmed));
};
