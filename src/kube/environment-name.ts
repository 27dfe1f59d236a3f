/** Words that people use for the stages of delivery. Two words of one line mean the same environment. */
const ENVIRONMENTS: Readonly<Record<string, readonly string[]>> = {
  production: ['production', 'prod', 'prd'],
  preproduction: ['preproduction', 'preprod', 'pre-prod', 'pre-production'],
  staging: ['staging', 'stage', 'stg'],
  test: ['test', 'testing', 'tst'],
  qa: ['qa'],
  uat: ['uat'],
  development: ['development', 'develop', 'devel', 'dev'],
  sandbox: ['sandbox'],
};

const BY_WORD: ReadonlyMap<string, string> = new Map(
  Object.entries(ENVIRONMENTS).flatMap(([name, words]) => words.map((word) => [word, name])),
);

/** Label keys that name the environment. */
export const ENVIRONMENT_KEYS = [
  'environment',
  'env',
  'app.kubernetes.io/environment',
  'app.kubernetes.io/env',
  'stage',
] as const;

/** The environment that a label value means (`Prod` and `production` are one); undefined for any other word. */
export function environmentOf(value: string): string | undefined {
  return BY_WORD.get(value.toLowerCase());
}

/** The environment in a name such as `shop-prod`; undefined where no part, or parts of two environments, name one. */
export function environmentInName(name: string): string | undefined {
  const whole = environmentOf(name);
  if (whole !== undefined) return whole;
  const found = new Set(name.split(/[-.]/).flatMap((part) => environmentOf(part) ?? []));
  return found.size === 1 && !/(?:^|-)pre-prod/.test(name) ? [...found][0] : undefined;
}
