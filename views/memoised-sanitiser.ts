import sanitizeAnsi from '../node_modules/ink/build/sanitize-ansi.js';
import { remembered } from './remembered.ts';

/**
 * Stands for Ink's `sanitizeAnsi` in the bundle (see bin/faster-ink.ts): Ink cleans every text of every frame anew.
 */
export default remembered(sanitizeAnsi);
