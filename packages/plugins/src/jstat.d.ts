/** The part of jStat that is used here; the package has no types of its own. */
declare module 'jstat' {
  const jstat: {
    jStat: {
      normal: {
        cdf(x: number, mean: number, standardDeviation: number): number;
        inv(p: number, mean: number, standardDeviation: number): number;
      };
    };
  };
  export default jstat;
}
