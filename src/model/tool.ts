/** The name and version of this program; the version equals package.json's (a test holds them together). */
export const TOOL = { name: 'k8sec', version: '0.1.0' } as const;
