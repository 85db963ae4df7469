import { createRedactor } from '@flotilla/k8s-executor';
import type { Output, Ports, ProcessPorts } from './ports.js';

/** The process with one redactor before both of its outputs. */
export function redactOutputs(ports: ProcessPorts): Ports {
  const redactor = createRedactor();
  const redacted = (output: Output): Output => ({
    write: (text) => {
      output.write(redactor.redact(text));
    },
    isTerminal: output.isTerminal,
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
  });
  return {
    ...ports,
    redactor,
    stdout: redacted(ports.stdout),
    stderr: redacted(ports.stderr),
    redactedStdout: ports.stdout,
  };
}
