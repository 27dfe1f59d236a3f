import { expect, test } from 'vitest';
import { ASCII_GLYPHS, UNICODE_GLYPHS, type Glyphs } from '../../src/app/glyphs.ts';
import { line, span } from '../../src/app/span.ts';
import { paintLine } from '../../views/paint-line.ts';
import { THEMES } from '../../views/theme.ts';

function painted(text: string, glyphs: Glyphs, columns = 40): string {
  return paintLine(line(span(text)), { columns, theme: THEMES.mono, glyphs, selected: false });
}

test('signs in the text of an answer are ASCII where the screen is', () => {
  const text = 'a → b, ≥ 520d, ×14, c…';
  expect(painted(text, ASCII_GLYPHS)).toBe('a > b, > 520d, x14, c~');
  expect(painted(text, UNICODE_GLYPHS)).toBe(text);
  expect(painted(text, ASCII_GLYPHS, 6)).toBe('a > b~');
});

test('what is cut does not touch what stands at the right', () => {
  const paint = { columns: 24, theme: THEMES.mono, glyphs: UNICODE_GLYPHS, selected: false };
  const right = [span('review')];
  expect(paintLine({ spans: [span('RoleBindings instead of it')], right }, paint)).toBe('RoleBindings ins… review');
  expect(paintLine({ spans: [span('RoleBindings inste')], right }, paint)).toBe('RoleBindings instereview');
  expect(paintLine({ spans: [span('RoleBindings instead of it')], right: [span(' f')] }, paint)).toBe(
    'RoleBindings instead … f',
  );
});
