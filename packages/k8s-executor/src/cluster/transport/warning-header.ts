const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;

/** The texts in the values of `Warning:` headers (RFC 7234 §5.5: `299 - "text"`, several may share a header). */
export function parseWarnings(headers: readonly string[]): readonly string[] {
  return headers.flatMap((header) =>
    [...header.matchAll(WARNING)].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1')),
  );
}
