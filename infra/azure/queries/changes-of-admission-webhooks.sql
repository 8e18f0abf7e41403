-- Who created, changed or deleted admission webhooks.
SELECT DISTINCT id, at, cluster, actor, cloud_identity, ips, verb, namespace, name, result
FROM audit
WHERE "date" >= CONVERT(CHAR(10), DATEADD(DAY, -1, GETUTCDATE()), 23)
  AND verb IN ('create', 'update', 'patch', 'delete', 'deletecollection')
  AND resource IN ('validatingwebhookconfigurations', 'mutatingwebhookconfigurations')
ORDER BY at DESC;
