// Where the tests run: Jest's environment for Node, in which the names of the language are as quick as outside it.

import {createContext, runInContext} from 'node:vm';
import {TestEnvironment} from 'jest-environment-node';

// Every property of a new global object that a script may declare anew: Array, Math, JSON, and so on.
const ofTheLanguage = runInContext(
  'Object.entries(Object.getOwnPropertyDescriptors(globalThis)).filter(([, {configurable}]) => configurable)',
  createContext(),
).map(([name]) => name);
const names = [...ofTheLanguage.filter(name => name !== 'globalThis'), 'Buffer', 'URL', 'performance', 'process'];

/**
 * The global object of Jest is a proxy, which V8 asks again for every `Math` and every `String` in the code: a
 * function that calls Math.imul five times takes a hundred times as long. What is declared in a context is found before
 * its global object, and remembered. The values are the same; who replaced `globalThis.Date` would not be heard.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    runInContext(`const {${names.join()}} = globalThis;`, this.getVmContext());
  }
}
