const delay_ms_base = 500;
export const delay_ms_max = 30_000;

/**
 * Full jitter: anywhere between nothing and a ceiling that doubles with each attempt, so that
 * clients which lost their server together do not come back together.
 */
export function backoff_ms(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(delay_ms_max, delay_ms_base * 2 ** attempt));
}
