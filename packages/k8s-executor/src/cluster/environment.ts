/** What a connection needs to know of the machine: a port, so that only one file touches `process.env`. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly workingFolder: string;
  /** Who runs this process, as the operating system knows them; absent when it does not. */
  readonly userName?: string;
  readonly hostName?: string;
  /** A person can be asked: standard input is a terminal. Default false. */
  readonly hasTerminal?: boolean;
  /** The file's text; undefined when there is no such file. Rejects when it is there but cannot be read. */
  readFile(path: string): Promise<string | undefined>;
}
