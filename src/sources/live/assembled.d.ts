/** `src/assembly/pod-page.ts` as WebAssembly, in base64; the build and the tests compile it. */
declare module 'assembled:pod-page' {
  const code: string;
  export default code;
}
