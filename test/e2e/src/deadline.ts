/** Programs under sanitizers are slow, so all deadlines grow with them. */
export const slowness = process.env.TEST_RIVER_SANITIZER ? 4 : 1;

export const deadline_ms = 10_000 * slowness;

/** What `promise` gives, or an error that says what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, ms = deadline_ms): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again until the answer is neither false nor undefined, and gives that. */
export async function eventually<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  ms = deadline_ms,
): Promise<T> {
  const give_up_at_ms = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > give_up_at_ms) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await pause(10);
  }
}

/** Between two looks at something that tells nobody when it changes. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
