/** Code of `src/assembly` as WebAssembly, in base64; the build and the tests compile it. */
declare module 'assembled:audit-bodies' {
  const code: string;
  export default code;
}
declare module 'assembled:audit-lines' {
  const code: string;
  export default code;
}
