import type { Fragment } from './fragment.ts';
import { sql } from './fragment.ts';
import { longestInstant } from './instant.ts';

/** The shape that `parseInstant` reads, its parts in the same order. */
const shape = sql`'^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])([.][0-9]+)?)?(?:Z|([+-])(0[0-9]|1[0-4]):([0-5][0-9]))?)?$'`;

/**
 * Epoch milliseconds of a text as `parseInstant` reads it, else NULL. By arithmetic over its digits: PostgreSQL's own dates
 * read much more than that, know no year 0 and answer a day that the month does not have with an error. The days since
 * 1970 are counted in years that begin in March, so that the leap day is the last; 400 years more keep every division whole.
 */
export function postgresInstant(text: Fragment): Fragment {
  return sql`(SELECT CAST(era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + (153 * (m + CASE WHEN m > 2 THEN -3 ELSE 9 END) + 2) / 5 + d
      - 865566 AS double precision) * 86400000 + minutes * 60000 + trunc(seconds * 1000 + 0.5)
    FROM (SELECT shifted / 400 AS era, shifted % 400 AS yoe, y, m, d, minutes, seconds
      FROM (SELECT y + 400 - CASE WHEN m <= 2 THEN 1 ELSE 0 END AS shifted, y, m, d, minutes, seconds
        FROM (SELECT CAST(p[1] AS int) AS y, CAST(p[2] AS int) AS m, CAST(p[3] AS int) AS d,
            CAST(coalesce(p[4], '0') AS int) * 60 + CAST(coalesce(p[5], '0') AS int)
              - (CAST(coalesce(p[9], '0') AS int) * 60 + CAST(coalesce(p[10], '0') AS int)) * CASE WHEN p[8] = '-' THEN -1 ELSE 1 END AS minutes,
            CAST(coalesce(p[6], '0') AS double precision)
              + least(CAST('0' || coalesce(p[7], '') AS double precision), 0.999) AS seconds
          FROM (SELECT regexp_match(t, ${shape}) AS p FROM (SELECT ${text} AS t) AS "rule_text"
            WHERE char_length(t) <= ${longestInstant}) AS "rule_parts") AS "rule_date") AS "rule_shifted") AS "rule_era"
    WHERE d <= CASE WHEN m IN (4, 6, 9, 11) THEN 30 WHEN m <> 2 THEN 31
      WHEN y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) THEN 29 ELSE 28 END)`;
}
