/** Asks once however many want to know, and again when the answer is older than so many milliseconds. A failure is not kept. */
export function cached<T>(milliseconds: number, ask: () => Promise<T>): { get(): Promise<T>; forget(): void } {
  let answer: Promise<T> | undefined;
  let askedAt = 0;
  const forget = () => {
    answer = undefined;
  };
  const get = () => {
    const now = performance.now();
    if (!answer || now - askedAt > milliseconds) {
      askedAt = now;
      const asked = ask();
      answer = asked;
      asked.catch(() => {
        if (answer === asked) forget();
      });
    }
    return answer;
  };
  return { get, forget };
}
