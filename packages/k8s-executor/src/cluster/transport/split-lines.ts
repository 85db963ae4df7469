import { StringDecoder } from 'node:string_decoder';

/** Lines of a byte stream, without their ends; what stands after the last line end comes last. Cuts no character in two. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const lines = decoder.write(Buffer.from(chunk)).split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      // Pieces are joined only once: a large object arrives in hundreds of chunks.
      yield withoutReturn(pieces.join('') + line);
      pieces = [];
    }
    pieces.push(last);
  }
  const rest = pieces.join('') + decoder.end();
  if (rest !== '') yield rest;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
