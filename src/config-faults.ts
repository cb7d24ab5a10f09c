// What is wrong with the settings, gathered one by one.

import type {Given} from './given-settings.js';
import {settings} from './settings.js';

/** What is wrong with a setting: its name, and a sentence that begins with what the user calls it. */
export type SettingFault = {readonly setting: string; readonly sentence: string};

/** Collects what is wrong, in the order of the settings, under the names that the user wrote. */
export class Faults {
  readonly #found = new Map<string, string[]>();
  readonly #refused = new Set<string>();
  /** What must not stand in the sentence. */
  readonly secrets: string[] = [];

  /** `spell` names a setting that was not given. */
  constructor(
    private readonly given: ReadonlyMap<string, Given>,
    private readonly spell: (setting: string) => string,
  ) {}

  /** Adds a fault after which the setting's default stands in for its value, so that further faults mean nothing. */
  refuse(name: string, fault: string): void {
    this.add(name, fault);
    this.#refused.add(name);
  }

  /** Whether the setting was given, and is wrong, so that it must not be called missing. */
  isRefused(name: string): boolean {
    return this.#refused.has(name);
  }

  add(name: string, fault: string): void {
    if (this.#refused.has(name)) return;
    this.#found.set(name, [...(this.#found.get(name) ?? []), `${this.nameOf(name)}: ${fault}`]);
  }

  /** A setting as the user wrote it. */
  nameOf(name: string): string {
    return this.given.get(name)?.label ?? this.spell(name);
  }

  list(): readonly SettingFault[] {
    return settings.flatMap(({name}) => (this.#found.get(name) ?? []).map(sentence => ({setting: name, sentence})));
  }
}
