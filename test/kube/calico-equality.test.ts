import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCalicoSelector, withEquality } from '../../src/kube/calico-selector.ts';

const FROM = { key: 'app', value: 'wbe' };
const TO = { key: 'app.kubernetes.io/name', value: 'web' };

it.each([
  [`app == 'wbe'`, `app.kubernetes.io/name == 'web'`],
  [`app=="wbe"`, `app.kubernetes.io/name=="web"`],
  [` ( app == 'wbe' )&& tier == 'wbe'  `, ` ( app.kubernetes.io/name == 'web' )&& tier == 'wbe'  `],
  [`app == 'wbe' || app == 'wbe'`, `app.kubernetes.io/name == 'web' || app.kubernetes.io/name == 'web'`],
  [`my/app == 'wbe' && app != 'wbe' && app in {'wbe'} && has(app)`, undefined],
  [`app == 'wbe`, undefined],
  ['', undefined],
])('%s becomes %s', (text, expected) => {
  expect(withEquality(text, FROM, TO)).toBe(expected);
});

it('what is written is read as the same selector with the other label', () => {
  const term = fc.constantFrom(
    `app == 'wbe'`,
    `app=="wbe"`,
    `tier == 'app'`,
    `( app == 'wbe' )`,
    `has(app)`,
    `app != 'wbe'`,
  );
  fc.assert(
    fc.property(
      fc.array(term, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('&&', ' && ', ' || '),
      (terms, sign) => {
        const text = terms.join(sign);
        const changed = withEquality(text, FROM, { key: 'app', value: 'web' });
        const isThere = terms.some((one) => /app ?== ?['"]wbe/.test(one));
        const wanted = (parseCalicoSelector(text)?.equalities ?? []).map((one) =>
          one.value === 'wbe' ? { ...one, value: 'web' } : one,
        );
        const equalities = changed === undefined ? undefined : parseCalicoSelector(changed)?.equalities;
        expect(equalities).toEqual(isThere ? wanted : undefined);
      },
    ),
  );
});
