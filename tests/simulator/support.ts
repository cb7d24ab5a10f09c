// Asks a simulator as any client would, over HTTP, and reads its answers as plain JSON.

import {type Simulator, type SimulatorOptions, startSimulator} from '../../src/simulator/simulator.js';

export type Json = string | number | boolean | null | Json[] | {[key: string]: Json};
export type Row = {[key: string]: Json};

export type Answer = {readonly status: number; readonly headers: Headers; readonly text: string; readonly body: Row};

/** Runs with a simulator that has no rate limit unless the options set one, and stops it afterwards. */
export async function withSimulator(
  options: SimulatorOptions,
  use: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({requestsPerSecond: 0, ...options});
  try {
    await use(simulator);
  } finally {
    await simulator.stop();
  }
}

/** One request with the good token. The body is {} where the answer is not a JSON object. */
export async function ask(simulator: Simulator, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${simulator.url}/api/3/${path}`, {headers: {'Api-Token': simulator.token, ...headers}});
  const text = await response.text();
  return {status: response.status, headers: response.headers, text, body: objectIn(text)};
}

/** The rows under a key of an answer; the list's own key is the path. */
export function rowsOf(answer: Answer, key: string): Row[] {
  const rows = answer.body[key];
  return Array.isArray(rows) ? rows.map(asRow) : [];
}

/** The ids of one page. */
export async function idsOf(simulator: Simulator, path: string): Promise<string[]> {
  const [key = ''] = path.split('?');
  return rowsOf(await ask(simulator, path), key).map(row => String(row['id']));
}

/** All rows of a list, read page by page with offsets. */
export async function readAll(simulator: Simulator, path: string, key = path.split('?')[0] ?? ''): Promise<Row[]> {
  const rows: Row[] = [];
  for (let offset = 0; ; offset += 100) {
    const page = rowsOf(
      await ask(simulator, `${path}${path.includes('?') ? '&' : '?'}limit=100&offset=${offset}`),
      key,
    );
    rows.push(...page);
    if (page.length < 100) return rows;
  }
}

/** `meta` of an answer. */
export function metaOf(answer: Answer): Row {
  return asRow(answer.body['meta']);
}

export function asRow(value: Json | undefined): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function objectIn(text: string): Row {
  try {
    return asRow(JSON.parse(text));
  } catch {
    return {};
  }
}
