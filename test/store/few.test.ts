import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eachMember, withMember, withoutMember, type Few } from '../../src/store/few.ts';

interface Member {
  readonly name: string;
}

const MEMBERS: readonly Member[] = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP').map((name) => ({ name }));
const steps = fc.array(
  fc.record({ adds: fc.nat({ max: 5 }).map((one) => one > 0), member: fc.constantFrom(...MEMBERS) }),
  { maxLength: 120 },
);

it('holds the members that a Set holds, and is undefined once it is empty', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const twin = new Set<Member>();
      let few: Few<Member> | undefined;
      for (const { adds, member } of all) {
        few = adds ? withMember(few, member) : withoutMember(few, member);
        if (adds) twin.add(member);
        else twin.delete(member);
        const found: Member[] = [];
        eachMember(few, (one) => found.push(one));
        expect(found).toEqual([...twin]);
        expect(few === undefined).toBe(twin.size === 0);
      }
    }),
  );
});
