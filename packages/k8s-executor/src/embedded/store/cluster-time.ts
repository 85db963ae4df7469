import type { Clock } from '@flotilla/core';

/** What the cluster takes from the world: time and chance. Two clusters with equal ones behave alike. */
export interface ClusterPorts {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Milliseconds since 1970 when the cluster started. */
  readonly startedAtMs: number;
}

/** The time of day as the cluster sees it, in whole seconds, and new names. */
export class ClusterTime {
  readonly #ports: ClusterPorts;
  readonly #offsetMs: number;

  constructor(ports: ClusterPorts) {
    this.#ports = ports;
    this.#offsetMs = ports.startedAtMs - ports.clock.now();
  }

  /** As Kubernetes writes moments: `2026-11-24T03:00:00Z`. */
  timestamp(): string {
    return this.#date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  /** With microseconds, as Leases and events have it. */
  microTimestamp(): string {
    return this.#date().toISOString().replace('Z', '000Z');
  }

  /** Milliseconds since 1970. */
  nowMs(): number {
    return this.#offsetMs + this.#ports.clock.now();
  }

  newUid(): string {
    const hex = this.#letters('0123456789abcdef', 32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** The random end of generated names. */
  newSuffix(): string {
    return this.#letters('bcdfghjklmnpqrstvwxz2456789', 5);
  }

  #date(): Date {
    return new Date(this.nowMs());
  }

  #letters(alphabet: string, count: number): string {
    const pick = () => alphabet[Math.floor(this.#ports.random() * alphabet.length)] ?? '';
    return Array.from({ length: count }, pick).join('');
  }
}
