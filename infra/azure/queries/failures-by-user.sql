-- Who gets answers of 400 and above, and how often each.
SELECT cluster, actor, cloud_identity, code, COUNT(DISTINCT id) AS answers
FROM audit
WHERE "date" >= CONVERT(CHAR(10), DATEADD(DAY, -1, GETUTCDATE()), 23)
  AND code >= 400
GROUP BY cluster, actor, cloud_identity, code
ORDER BY answers DESC;
