// The ready-made selections: which streams they hold, and which they must not.

import {expect, test} from '@jest/globals';
import {presets} from '../src/presets.js';
import {livesBelowParents} from '../src/stream-definition.js';
import {findStream} from '../src/streams.js';

test.each(Object.entries(presets))('%s holds streams in the order of the alphabet, each once', (_, {streams}) => {
  expect(streams.filter(name => findStream(name) === undefined)).toEqual([]);
  expect(streams).toEqual([...new Set(streams)].sort());
});

test.each(Object.entries(presets))('%s takes no request for every row of another stream', (_, {streams}) => {
  for (const name of streams) {
    const {perParent, ...definition} = findStream(name) ?? {tapStreamId: name, path: ''};
    if (!perParent || !livesBelowParents({...definition, perParent})) continue;
    // What hangs below others comes along with these, unasked.
    expect({name, include: perParent.include?.dataKey}).toEqual({name, include: expect.any(String)});
    expect({name, asked: perParent.include?.parameter}).toEqual({name, asked: undefined});
    expect(streams).toContain(perParent.tapStreamId);
  }
});
