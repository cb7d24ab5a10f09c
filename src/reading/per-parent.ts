// Reads a list that exists only below its parents: one request (or a few) for every row of the parent's list.

import {ApiError} from '../errors.js';
import type {ListSession, Page, ReadingContext} from './list.js';
import {readByOffset} from './offsets.js';

/** The pages of all children, parent by parent. `pathOf` gives the child list of a parent's key. Throws ApiError. */
export async function* readPerParent(
  context: ReadingContext,
  parents: ListSession,
  children: ListSession,
  pathOf: (parentKey: string) => string,
): AsyncGenerator<Page> {
  const ahead: Promise<readonly Page[]>[] = [];
  try {
    for await (const parentKey of keysOf(context, parents)) {
      const pages = readChildren(context, children, pathOf(parentKey));
      pages.catch(() => undefined);
      ahead.push(pages);
      if (ahead.length >= context.window) yield* (await ahead.shift()) ?? [];
    }
    while (ahead.length > 0) yield* (await ahead.shift()) ?? [];
  } finally {
    for (const pages of ahead) pages.then(all => all.forEach(page => void page.release())).catch(() => undefined);
  }
}

async function* keysOf(context: ReadingContext, parents: ListSession): AsyncGenerator<string> {
  const mainKey = parents.list.dataKeys[0] ?? '';
  for await (const page of readByOffset(context, parents)) {
    const keys = (page.rows[mainKey] ?? []).map(row => row['id']).filter(id => id !== undefined && id !== null);
    page.release();
    for (const key of keys) yield String(key);
  }
}

async function readChildren(context: ReadingContext, session: ListSession, path: string): Promise<readonly Page[]> {
  const pages: Page[] = [];
  try {
    for (let offset = 0; ; ) {
      const query = {...session.list.query, limit: String(context.pageSize), offset: String(offset)};
      const raw = (await session.request(query, path)).accept();
      pages.push(raw.page);
      offset += raw.count;
      const isRepeat = offset > raw.count && raw.repeated === raw.count;
      if (
        raw.count === 0 ||
        isRepeat ||
        (raw.total === undefined ? raw.count < context.pageSize : offset >= raw.total)
      ) {
        return pages;
      }
    }
  } catch (error) {
    // The parent has gone between its page and this request (behaviour 7.8).
    if (error instanceof ApiError && error.status === 404) return pages;
    for (const page of pages) page.release();
    throw error;
  }
}
