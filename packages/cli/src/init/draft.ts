/** A task of the flotilla file that `init` writes. */
export interface DraftTask {
  readonly kind: 'service' | 'job' | 'chart';
  readonly name: string;
  /** The names of the services and jobs that it waits for. */
  readonly after: readonly string[];
  /** The rest of its definition, in the words of the file. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** What something in the folder comes to. */
export interface Draft {
  readonly tasks: readonly DraftTask[];
  /** What it was made from, for people. */
  readonly found: readonly string[];
  /** What is left for a person to do. */
  readonly toDo: readonly string[];
}

/** All of these in one. */
export function joinDrafts(drafts: readonly Draft[]): Draft {
  return {
    tasks: drafts.flatMap(({ tasks }) => tasks),
    found: drafts.flatMap(({ found }) => found),
    toDo: drafts.flatMap(({ toDo }) => toDo),
  };
}
