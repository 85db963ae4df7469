import type { ProgramResult } from '../control-plane/run-program.js';

/** Something that was said or stored, and where. */
interface Kept {
  readonly where: string;
  readonly text: string;
}

/** Values that may be in Secrets only, and everything that was said or stored elsewhere. */
export class PlantedSecrets {
  readonly #values: readonly string[];
  readonly #kept: Kept[] = [];

  constructor(values: readonly string[]) {
    this.#values = values;
  }

  keep(where: string, text: string): void {
    this.#kept.push({ where, text });
  }

  /** Keeps both outputs of a program, and gives the result back with all that was said, so that a failing test shows why. */
  said(where: string, { code, stdout, stderr }: ProgramResult) {
    this.keep(`${where}: stdout`, stdout);
    this.keep(`${where}: stderr`, stderr);
    return { code, said: stdout + stderr };
  }

  /** Where which value was found: as it is, as JSON, URLs and HTML spell it, in base64, or one of its lines. */
  leaks(): readonly string[] {
    return this.#values.flatMap((value) =>
      this.#kept.flatMap(({ where, text }) => {
        const found = spellings(value).filter((spelling) => text.includes(spelling));
        return found.map((spelling) => `${spelling} in ${where}: ${lineWith(text, spelling)}`);
      }),
    );
  }
}

function spellings(value: string): readonly string[] {
  const all = [
    value,
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(value),
    value.replaceAll('"', '&quot;'),
  ];
  return [...new Set([...all, ...value.split('\n')])];
}

function lineWith(text: string, spelling: string): string {
  return text.split('\n').find((line) => line.includes(spelling)) ?? spelling;
}
