import { ACCESS_REQUESTS } from '../../kube/accesses.ts';
import { MOST_CITED } from '../../model/observation.ts';

/** Milliseconds. */
export const DAY = 86_400_000;

/** Events by which so many requests are cited: one is logged when it starts and when it ends. */
export const MOST_FIRST = 2 * MOST_CITED;

/** The rows of `request` that are an access, and were allowed. */
export const IS_ACCESS = `(verb, api_group, resource, subresource) IN (${ACCESS_REQUESTS.map(
  ({ verb, group, resource, subresource }) => `('${verb}', '${group}', '${resource}', '${subresource}')`,
).join(', ')}) AND decision = 'allow' AND (code IS NULL OR code < 400)`;

/** The events of which these are: a connection counts when it starts. */
export const IS_ACCESS_EVENT = `request IN (SELECT id FROM request WHERE ${IS_ACCESS}) AND stage IN (1, 2)`;

/**
 * Keeps what `witnesses` asks for of the events in `temp.staged_event`, which are not in the history yet. An event is
 * among the first ones where fewer than `MOST_FIRST` of its kind were there before it: older ones that come later can
 * only make such an event needless.
 */
export const KEEP_ACCESSES = [
  `CREATE OR REPLACE TEMP TABLE access AS
   SELECT request, principal, name, time, audit_id FROM temp.staged_event WHERE ${IS_ACCESS_EVENT}`,
  `INSERT INTO access_day
   SELECT floor(time / ${DAY})::INTEGER AS day, request, principal, name, max(time)
   FROM temp.access GROUP BY day, request, principal, name ORDER BY day, request, principal, name`,
  `INSERT INTO first_access
   WITH new AS (
     SELECT request, principal, name, unnest(min({time: time, audit_id: audit_id}, ${MOST_FIRST})) AS one
     FROM temp.access GROUP BY request, principal, name
   ), there AS (
     SELECT request, principal, name, min(time, ${MOST_FIRST})[${MOST_FIRST}] AS last FROM first_access
     WHERE (request, principal, name) IN (SELECT (request, principal, name) FROM temp.access)
     GROUP BY request, principal, name
   )
   SELECT request, principal, name, one.time, one.audit_id
   FROM new LEFT JOIN there USING (request, principal, name)
   WHERE last IS NULL OR one.time <= last`,
];
