/**
 * `node --import traced-agents/auto program.js` calls `init()` before the program begins; the environment says how.
 *
 * @module
 */
import { init } from './index.js';

init();
