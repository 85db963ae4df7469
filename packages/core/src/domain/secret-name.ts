const tellsSecret = /token|secret|passw|credential|api_?key|private_?key/i;

/** True for the name of a variable whose value is nobody else's business, whether or not the file calls it secret. */
export function isSecretName(name: string): boolean {
  return tellsSecret.test(name);
}
