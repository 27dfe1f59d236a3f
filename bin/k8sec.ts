import { keepCompiledCode } from './compiled-code.ts';

/** The entry: checks the Node version before anything that an older Node cannot even parse is loaded. */
const NEEDED = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `k8sec needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node} (${process.execPath}). ` +
      'Install a newer Node.js, or run it through npx -p node@24 k8sec.\n',
  );
  process.exitCode = 1;
} else {
  keepCompiledCode(process.env);
  const { CLOSED_PIPE, isClosedPipe, main } = await import('./main.ts');
  process.stdout.on('error', (error) => {
    if (isClosedPipe(error)) process.exit(CLOSED_PIPE);
    throw error;
  });
  process.exitCode = await main();
}
