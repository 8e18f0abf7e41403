-- What was asked for without a name, and refused.
SELECT DISTINCT id, at, cluster, ips, user_agent, verb, JSON_VALUE(line, '$.requestURI') AS uri, code
FROM audit
WHERE "date" >= CONVERT(CHAR(10), DATEADD(DAY, -1, GETUTCDATE()), 23)
  AND actor = 'system:anonymous'
  AND code IN (401, 403)
ORDER BY at DESC;
