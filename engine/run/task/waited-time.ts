/** How long a task has waited for others: for its turn, for other hosts. It is not counted as time that the task took. */
export class WaitedTime {
  milliseconds = 0;

  /** Counts from now until what it gives is called. */
  begin(): () => void {
    const began = performance.now();
    return () => {
      this.milliseconds += performance.now() - began;
    };
  }

  async during(wait: Promise<void>): Promise<void> {
    const end = this.begin();
    await wait;
    end();
  }
}
