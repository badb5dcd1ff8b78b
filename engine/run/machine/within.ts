/** Resolves to true if the promise is settled in time. */
export async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  const clock = Promise.withResolvers<false>();
  const timer = setTimeout(clock.resolve, Math.max(0, ms), false);
  const inTime = await Promise.race([promise.then(() => true), clock.promise]);
  clearTimeout(timer);
  return inTime;
}
