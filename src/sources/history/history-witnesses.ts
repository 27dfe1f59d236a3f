import type { CitedRequest, Witness } from '../../model/observation.ts';
import type { PastRange } from '../../model/past.ts';
import { DAY, IS_ACCESS, IS_ACCESS_EVENT, MOST_FIRST } from './access-requests.ts';
import type { HistoryDatabase, Row } from './history-database.ts';
import type { EventQuery } from './history-reader.ts';

/**
 * The allowed requests up to the end of a range that reach into a workload. Of whole days before the range the history
 * keeps when each was last made; events are read for what is left of the time, and where it begins within the history for
 * the first ones.
 */
export async function witnesses(
  database: HistoryDatabase,
  { from, to }: PastRange,
  { since = -Infinity, until = Infinity }: EventQuery,
): Promise<readonly Witness[]> {
  const firstDay = Math.ceil(since / DAY);
  const endDay = Math.floor(Math.min(from, until) / DAY);
  const first = since === -Infinity ? 'first_access' : `event WHERE ${IS_ACCESS_EVENT} AND time >= $since`;
  // Numbers are grouped first: millions of requests are a few hundred different ones.
  const rows = await database.rows(
    `WITH part AS (
       SELECT request, principal, name, last AS before, NULL::DOUBLE[] AS times
       FROM access_day WHERE day >= $firstDay AND day < $endDay
       UNION ALL
       SELECT request, principal, name, max(time) FILTER (time < $from) AS before, list(time) FILTER (time >= $from) AS times
       FROM event WHERE ${IS_ACCESS_EVENT} AND (time < $firstTime OR time >= $endTime)
         AND time <= $to AND time >= $since AND time < $until
       GROUP BY request, principal, name
     ), found AS (
       SELECT request, principal, name, max(before) AS before, flatten(list(times) FILTER (times IS NOT NULL)) AS times
       FROM part GROUP BY request, principal, name
     ), cited AS (
       SELECT request, principal, name, min({time: time, auditID: audit_id}, ${MOST_FIRST}) AS earliest
       FROM (SELECT * FROM ${first}) WHERE time <= $to AND time < $until GROUP BY request, principal, name
     )
     SELECT username, groups, verb, api_group, resource, subresource, namespace, name, reason, max(before) AS before,
       to_json(list_sort(flatten(list(times) FILTER (times IS NOT NULL))))::VARCHAR AS times,
       to_json(list_sort(flatten(list(earliest)))[:${MOST_FIRST}])::VARCHAR AS earliest
     FROM found JOIN cited USING (request, principal, name)
       JOIN (SELECT * FROM request WHERE ${IS_ACCESS}) AS asked ON request = asked.id JOIN principal ON principal = principal.id
     GROUP BY username, groups, verb, api_group, resource, subresource, namespace, name, reason
     ORDER BY min(earliest[1].time), username, verb, resource, name, reason`,
    { from, to, since, until, firstDay, endDay, firstTime: firstDay * DAY, endTime: endDay * DAY },
  );
  return rows.map(witnessOf);
}

function witnessOf(row: Row): Witness {
  const within = row['times'] === null ? [] : (JSON.parse(String(row['times'])) as number[]);
  const before = row['before'];
  return {
    username: String(row['username']),
    groups: JSON.parse(String(row['groups'])) as string[],
    verb: String(row['verb']),
    group: String(row['api_group']),
    resource: String(row['resource']),
    subresource: String(row['subresource']),
    namespace: String(row['namespace']),
    name: String(row['name']),
    reason: String(row['reason']),
    times: typeof before === 'number' ? [before, ...within] : within,
    earliest: JSON.parse(String(row['earliest'])) as CitedRequest[],
  };
}
