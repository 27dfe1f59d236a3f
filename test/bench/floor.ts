/**
 * The floor: downloads the pages that k8sec lists, four kinds at a time and each kind's pages one after the other, and
 * parses each with JSON.parse (or only downloads it). Prints `{"wall","cpu"}` in milliseconds, without Node's own start.
 *
 * Arguments: URL of the prepared server, `parse` or `download`.
 */
import { Agent, get } from 'node:http';

type Page = readonly [url: string, accept: string];

const [base = '', mode = 'parse'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

function download(url: string, accept: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(`${base}${url}`, { agent, headers: { accept } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
  });
}

const pages = JSON.parse((await download('/bench/pages', '')).toString()) as readonly Page[];
const kinds = [...Map.groupBy(pages, ([url]) => url.slice(0, url.indexOf('?'))).values()];
const startWall = performance.now();
const startCpu = process.cpuUsage();
let items = 0;
let bytes = 0;
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let kind = kinds.shift(); kind !== undefined; kind = kinds.shift()) {
      for (const [url, accept] of kind) {
        const body = await download(url, accept);
        bytes += body.length;
        if (mode !== 'parse') continue;
        const list = JSON.parse(body.toString()) as { readonly items?: readonly unknown[] };
        items += list.items?.length ?? 0;
      }
    }
  }),
);
const cpu = process.cpuUsage(startCpu);
process.stdout.write(
  `${JSON.stringify({ wall: performance.now() - startWall, cpu: (cpu.user + cpu.system) / 1000, bytes, items })}\n`,
);
process.exit(0);
