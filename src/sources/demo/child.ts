/** Entry of the demo's own process: the session stays responsive, and the demo is spoken to as any cluster is. */
import { runDemo } from './run-demo.ts';

/** Resolves when nobody needs this process any more: the parent closed its end of stdin, or a signal came. */
function parentGone(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.on('end', resolve);
    process.stdin.on('error', () => resolve());
    process.on('disconnect', resolve);
    process.on('SIGTERM', () => resolve());
    process.on('SIGHUP', () => resolve());
    // Ctrl-C is for the session, which then closes stdin.
    process.on('SIGINT', () => undefined);
    process.stdin.resume();
  });
}

await runDemo({
  now: Date.now,
  ready: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
  ended: parentGone(),
});
process.exit(0);
