/** Thrown in place of a failure when the user stopped the stack in the middle of its start. */
export class Interrupted extends Error {
  constructor(purpose: string) {
    super(`unable to ${purpose}; the stack was stopped`);
  }
}
