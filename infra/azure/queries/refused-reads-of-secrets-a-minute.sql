-- How many reads of Secrets were refused, minute by minute, by whom.
SELECT DATEADD(MINUTE, DATEDIFF(MINUTE, 0, at), 0) AS minute, cluster, actor, COUNT(DISTINCT id) AS refused
FROM audit
WHERE "date" >= CONVERT(CHAR(10), DATEADD(DAY, -1, GETUTCDATE()), 23)
  AND resource = 'secrets'
  AND verb IN ('get', 'list', 'watch')
  AND code IN (401, 403)
GROUP BY DATEADD(MINUTE, DATEDIFF(MINUTE, 0, at), 0), cluster, actor
ORDER BY minute, refused DESC;
