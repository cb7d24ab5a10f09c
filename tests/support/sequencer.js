// In which order the files of tests run: the long ones first, so that no worker is left alone with one of them.

import Sequencer from '@jest/test-sequencer';

const isEndToEnd = ({path}) => path.includes('/end-to-end/');

/** Without a cache, as in a fresh clone, Jest goes by the size of files, which says little about end-to-end tests. */
export default class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return [...sorted.filter(isEndToEnd), ...sorted.filter(test => !isEndToEnd(test))];
  }
}
