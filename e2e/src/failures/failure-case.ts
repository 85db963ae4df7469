import type { ControlPlane } from '../control-plane/control-plane.js';
import type { StoredObject } from '../kube-client/watch-objects.js';
import type { Deployment } from '../testing/deployment.js';
import type { AdmissionServer } from './admission-server.js';
import type { Json } from './manifests.js';

/** What a case may use: its own namespace in the cluster that all cases share. */
export interface Scene {
  readonly cluster: ControlPlane;
  readonly shop: Deployment;
  readonly admission: AdmissionServer;
  /** Resolves with the first object of the namespace that `accept` takes: `('/api/v1', 'pods', …)`. */
  readonly awaitObject: (
    api: string,
    plural: string,
    accept: (object: SeenObject) => boolean,
  ) => Promise<SeenObject>;
  /** Resolves once the events of the run hold these words. */
  readonly awaitSaid: (words: string) => Promise<void>;
}

/** The part of any object that cases look at. */
export interface SeenObject extends StoredObject {
  /** Of an event. */
  readonly reason?: string;
  readonly spec: { readonly nodeName?: string; readonly replicas?: number };
  readonly status: {
    readonly phase?: string;
    readonly availableReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state: { readonly waiting?: { readonly reason?: string }; readonly running?: object };
    }[];
  };
}

/** One way in which a deployment goes wrong, or only looks as if it did. */
export interface FailureCase {
  /** What the case is, in words; a title of docs/failures.md when it fails. */
  readonly title: string;
  readonly objects: readonly Json[];
  /** Default: a service. */
  readonly task?: 'service' | 'job';
  /** Further words of the command line; a grace time said here goes before the suite's. */
  readonly words?: readonly string[];
  /** Before the run, in the new namespace. */
  readonly before?: (scene: Scene) => Promise<void>;
  /** While the run waits. */
  readonly during?: (scene: Scene) => Promise<void>;
  /** Lines of its report that may not have come yet when the verdict falls at once: left out of what is compared. */
  readonly racing?: RegExp;
  /** How its task ends. */
  readonly outcome: 'succeeded' | 'failed' | 'timed-out' | 'superseded';
}
