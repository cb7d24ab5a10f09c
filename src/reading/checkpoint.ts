// A place inside a long reading from which a later run can go on.

/** Made by a way of reading and understood by it alone; small and plain JSON, since it lives in the state. */
export type Checkpoint = {readonly way: string; readonly [key: string]: unknown};
