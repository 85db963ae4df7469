import { writeFileSync } from 'node:fs';

/** Loaded with `--import`: when the process ends, writes the most bytes that it has held to the file that is named. */
const report = process.env['FLOTILLA_BENCH_MEMORY'];
if (report !== undefined)
  process.once('exit', () => {
    writeFileSync(report, String(process.resourceUsage().maxRSS * 1024));
  });
