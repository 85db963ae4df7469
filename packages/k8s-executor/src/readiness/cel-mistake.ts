/** Where in an expression a mistake is, in UTF-16 units from its start, and what it is. */
export interface CelMistake {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}
