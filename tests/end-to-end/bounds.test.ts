// A run with a bound as a scheduler sees it: the exit code is 0, and the last line of stdout is where the next run goes on.

import {expect, test} from '@jest/globals';
import {complaints, withAccount} from '../support/account.js';
import {PRESENT} from '../support/movement.js';

test('a run that ends at a bound is a good one, says what is left, and the next run brings the rest once', () =>
  withAccount({counts: {contactTags: 260, tags: 40}, now: () => PRESENT}, async ({sync}) => {
    const select = 'contact_tags,tags';
    const first = await sync({select, args: ['--max-records', '150', '--max-minutes', '5', '--max-requests', '50']});
    expect(complaints(first)).toEqual([]);
    const {length} = first.output.of('contact_tags');
    expect({length, isCut: length >= 150 && length < 260}).toEqual({length, isCut: true});
    expect(first.stderr).toMatch(
      new RegExp(
        `^INFO a bound is reached.* bound="--max-records 150" .*inside={"stream":"contact_tags","rows":${length},"total":260} not_begun=\\["tags"\\]$`,
        'm',
      ),
    );
    const second = await sync({select, state: first.output.state});
    expect(second.output.of('contact_tags')).toHaveLength(260 - length);
    expect(second.output.of('tags')).toHaveLength(40);
    const ids = [...first.output.of('contact_tags'), ...second.output.of('contact_tags')].map(({id}) => id);
    expect(new Set(ids).size).toBe(260);
  }));
