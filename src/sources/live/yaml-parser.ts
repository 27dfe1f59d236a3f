/**
 * The parser of YAML, to be loaded where it is needed. The package is CommonJS: bundled, an `import()` of it has no names
 * but `default`, while a re-export has them.
 */
export { isMap, isSeq, parse, parseDocument } from 'yaml';
