-- Who created, changed or deleted cluster role bindings.
SELECT DISTINCT id, at, cluster, actor, cloud_identity, ips, verb, namespace, name, result
FROM audit
WHERE "date" >= CONVERT(CHAR(10), DATEADD(DAY, -1, GETUTCDATE()), 23)
  AND verb IN ('create', 'update', 'patch', 'delete', 'deletecollection')
  AND resource = 'clusterrolebindings'
ORDER BY at DESC;
