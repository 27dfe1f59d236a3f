/** `src/assembly/audit-lines.ts` as WebAssembly, in base64; the build and the tests compile it. */
declare module 'assembled:audit-lines' {
  const code: string;
  export default code;
}
