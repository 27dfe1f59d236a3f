/**
 * The floor: reads a log in chunks, cuts it into lines and runs JSON.parse on each, nothing else. Prints the
 * number of events.
 *
 * Arguments: the log.
 */
import { createReadStream } from 'node:fs';
import { eachLine, LineSplitter } from '../../src/sources/audit/line-splitter.ts';

const [path = ''] = process.argv.slice(2);
let events = 0;
const splitter = new LineSplitter(
  {
    lines: (bytes) => {
      eachLine(bytes, (text) => {
        if (text !== '' && JSON.parse(text) !== null) events += 1;
      });
    },
    longLine: () => undefined,
  },
  { mostBytes: 4 << 20, endBytes: 4096 },
);
for await (const chunk of createReadStream(path, { highWaterMark: 256 << 10 })) splitter.push(chunk as Buffer);
splitter.end();
process.stdout.write(`${events}\n`);
