/** Writes a journal as fast as it can, and says after each flush how many objects are on the disk; never ends. */
import { openJournal } from '../../../src/sources/journal/journal-writer.ts';
import { object } from '../../objects.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const journal = openJournal(process.argv[2] ?? '', START);
let count = 0;
setInterval(() => {
  for (let batch = 0; batch < 20; batch += 1) {
    count += 1;
    const role = object('Role', { metadata: { name: `r${count}`, namespace: 'shop', uid: `u${count}` }, rules: [] });
    journal.apply([{ type: 'upsert', object: role }], START + count);
  }
  journal.flush(START + count);
  process.stdout.write(`${count}\n`);
}, 1);
