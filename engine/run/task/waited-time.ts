/** Time that a task has waited for its turn or for other hosts. It is not part of the duration of the task. */
export class WaitedTime {
  milliseconds = 0;

  /** Starts to count. Returns a function that ends it. */
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
