import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { ASCII_GLYPHS } from '../../src/app/glyphs.ts';
import type { SessionStart } from '../../src/app/state.ts';
import { Help } from '../../views/help.tsx';
import { Driver, SHOP } from '../app/session-driver.ts';

afterEach(cleanup);

/** The help over the network pane, as lines. The testing library's terminal has 100 columns. */
function helpOf(top: number, start: Partial<SessionStart> = {}): readonly string[] {
  const { state } = new Driver(SHOP, { pane: 'network', columns: 100, ...start }).press('?');
  const frame = render(<Help state={state} top={top} />).lastFrame() ?? '';
  return frame.split('\n').map((text) => text.replace(/\u001b\[[\d;]*m/g, '').trimEnd());
}

describe('help', () => {
  test('is a table without lines: keys at the left, what they do beside them', () => {
    const lines = helpOf(0);
    expect(lines[0]).toBe(' keys that work here   esc closes');
    expect(lines[2]?.trim()).toBe('what is under the cursor');
    const texts = lines.slice(2).filter((text) => /^ \S/.test(text));
    expect(texts[0]).toMatch(/^ enter {2,}what, why, evidence, references, remedy$/);
    const at = lines[2]?.search(/\S/);
    for (const text of texts) expect(text.charAt((at ?? 0) - 1) + text.charAt(at ?? 0)).toMatch(/^ \S$/);
  });

  test('fills its place exactly, also after scrolling, and never a line more', () => {
    for (const rows of [10, 24, 50]) {
      const { state } = new Driver(SHOP, { pane: 'network', columns: 100, rows });
      const chrome = rows >= 16 ? 5 : 4;
      expect(helpOf(0, { rows }).length).toBe(state.rows - chrome);
      expect(helpOf(5, { rows }).length).toBe(state.rows - chrome);
    }
  });

  test('in ASCII mode it is ASCII', () => {
    expect(helpOf(0, { glyphs: ASCII_GLYPHS, rows: 60 }).join('')).toMatch(/^[\x20-\x7e]*$/);
  });
});
