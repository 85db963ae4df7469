const form = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration: whole seconds as a number or digits, else hours, minutes, seconds and milliseconds
 * in this order, each at most once (`250ms`, `90s`, `1m30s`). Undefined when it is none.
 */
export function parseDuration(value: string | number): number | undefined {
  const written = String(value).trim();
  const [whole, hours = '0', minutes = '0', seconds = '0', milliseconds = '0'] = form.exec(written) ?? [];
  const durationMs = /^\d+$/.test(written)
    ? Number(written) * 1000
    : whole === undefined || whole === ''
      ? NaN
      : ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(milliseconds);
  return Number.isSafeInteger(durationMs) ? durationMs : undefined;
}
