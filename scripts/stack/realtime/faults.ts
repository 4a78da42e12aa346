/** Faults that tests of clients order; the real server has none of these switches. */

export class Faults {
  private holding = false;
  private readonly held: (() => void)[] = [];
  private loseEvery = 0;
  private counter = 0;

  /** Delivers now, later, or not at all. */
  passDatabaseMessage(deliver: () => void): void {
    this.counter++;
    if (this.loseEvery > 0 && this.counter % this.loseEvery === 0) return;
    if (this.holding) this.held.push(deliver);
    else deliver();
  }

  holdDatabaseMessages(): void {
    this.holding = true;
  }

  /** Sends what was held, in order. */
  releaseDatabaseMessages(): void {
    this.holding = false;
    for (const deliver of this.held.splice(0)) deliver();
  }

  /** Loses every nth message from the database from now on; 0 loses none. */
  loseDatabaseMessages(every: number): void {
    this.loseEvery = every;
    this.counter = 0;
  }
}
