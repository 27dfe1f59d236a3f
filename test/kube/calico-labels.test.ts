import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCalicoSelector, withLabels } from '../../src/kube/calico-selector.ts';
import { matches } from '../../src/kube/selector.ts';

const TO_NAME = [{ from: { key: 'app', value: 'wbe' }, to: { key: 'app.kubernetes.io/name', value: 'web' } }];
const TO_KEY = [{ from: { key: 'teir', value: null }, to: { key: 'tier', value: null } }];
const TO_VALUES = [
  { from: { key: 'app', value: 'wbe' }, to: { key: 'app', value: 'web' } },
  { from: { key: 'app', value: 'crat' }, to: { key: 'app', value: 'cart' } },
];

it.each([
  [`app == 'wbe'`, TO_NAME, `app.kubernetes.io/name == 'web'`],
  [`app=="wbe"`, TO_NAME, `app.kubernetes.io/name=="web"`],
  [` ( app == 'wbe' )&& tier == 'wbe'  `, TO_NAME, ` ( app.kubernetes.io/name == 'web' )&& tier == 'wbe'  `],
  [`app == 'wbe' || app == 'wbe'`, TO_NAME, `app.kubernetes.io/name == 'web' || app.kubernetes.io/name == 'web'`],
  [`app in {'wbe', "x"} && has(app)`, TO_NAME, `app.kubernetes.io/name in {'web', "x"} && has(app)`],
  [`app in { "crat",'x','wbe' }`, TO_VALUES, `app in { "cart",'x','web' }`],
  [`my/app == 'wbe' && app != 'wbe' && app not in {'wbe'} && has(app)`, TO_NAME, undefined],
  [`has( teir ) && app == 'teir'`, TO_KEY, `has( tier ) && app == 'teir'`],
  [`teir == 'front' && has(my.teir)`, TO_KEY, undefined],
  [
    `has(h) && has(has)`,
    [{ from: { key: 'has', value: null }, to: { key: 'had', value: null } }],
    `has(h) && has(had)`,
  ],
  [`app == 'wbe`, TO_NAME, undefined],
  ['', TO_NAME, undefined],
])('%s becomes what is meant', (text, edits, expected) => {
  expect(withLabels(text, edits)).toBe(expected);
});

const TERMS = [
  `app == 'wbe'`,
  `app=="wbe"`,
  `tier == 'app'`,
  `( app == 'wbe' )`,
  `app in {'wbe', 'web'}`,
  `has(app)`,
  `!has(tier)`,
  `! app in {'wbe'}`,
  `!!has(app)`,
  `app != 'wbe'`,
  `tier not in {'app','x'}`,
  `all()`,
  `has(constructor)`,
];
const terms = fc.array(fc.constantFrom(...TERMS), { minLength: 1, maxLength: 4 });

it('what is written is read as the same selector with the other label', () => {
  fc.assert(
    fc.property(terms, fc.constantFrom('&&', ' && ', ' || '), (all, sign) => {
      const text = all.join(sign);
      const changed = withLabels(text, [{ from: { key: 'app', value: 'wbe' }, to: { key: 'app', value: 'web' } }]);
      // What is not to be the case stays as it is.
      const asked = (one: string): boolean => !/!=|not in|! app/.test(one) && one.includes('wbe');
      const isThere = all.some(asked) || all.includes(`! app in {'wbe'}`);
      expect(changed !== undefined).toBe(isThere);
      expect(changed === undefined || parseCalicoSelector(changed) !== null).toBe(true);
    }),
  );
});

it('a selector of nothing but labels that can be asked for in Kubernetes matches what that would', () => {
  const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'env'), fc.constantFrom('wbe', 'web', 'app', 'x'));
  fc.assert(
    fc.property(terms, labels, (all, own) => {
      const parsed = parseCalicoSelector(all.join(' && '));
      expect(parsed?.isPlain).toBe(true);
      expect(parsed?.matches(own)).toBe(matches({ matchExpressions: parsed?.requirements ?? [] }, own));
    }),
  );
  expect(parseCalicoSelector(`app == 'a' || app == 'b'`)?.isPlain).toBe(false);
  expect(parseCalicoSelector(`!(app == 'a' && has(b))`)?.isPlain).toBe(false);
  expect(parseCalicoSelector(`!all()`)?.isPlain).toBe(false);
});
